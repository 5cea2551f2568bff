"""Cores that Blender sees when it is imported."""

import os
import subprocess
import sys

import pytest

from tests.tiny import ROOT
from tvrgen.imaging.blender import cpu_affinity

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux tells")


@pytest.mark.parametrize("threads", [0, 1, 1000])
def test_fewer_cores_are_seen_inside_and_all_of_them_after(threads):
    before = os.sched_getaffinity(0)
    with cpu_affinity.at_most(threads):
        assert len(os.sched_getaffinity(0)) == min(threads or len(before), len(before))
    assert os.sched_getaffinity(0) == before


_RENDER = """
import os, sys, time
from pathlib import Path
from tests.tiny import load, handmade
from tvrgen.generation import worker
config = load("render.width=320", "render.height=240", "render.samples=64", "render.noise_threshold=0")
renderer = worker.open_renderer(config, Path(sys.argv[1]) / "log", 1)
split = config.split("train")
renderer.configure(split)
planned = handmade(config, split, 0)
begun, used = time.monotonic(), time.process_time()
for k in range(2):
    renderer.render(planned.initial, Path(sys.argv[1]) / f"{k}.png")
print((time.process_time() - used) / (time.monotonic() - begun))
assert len(os.sched_getaffinity(0)) == int(sys.argv[2])
"""


@pytest.mark.blender
@pytest.mark.serial
def test_a_worker_of_one_thread_takes_no_more_than_one_core(tmp_path):
    """On a machine with one core this cannot fail; on a busy one it only finds less."""
    arguments = [str(tmp_path), str(len(os.sched_getaffinity(0)))]
    done = subprocess.run(
        [sys.executable, "-c", _RENDER, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert float(done.stdout.split()[-1]) < 1.15
