"""Streams of the command on a full disk: what is only said is lost, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny import ROOT
from tvrgen.cli.streams import Lenient
from tvrgen.dataset.validation.files import validate

full_disk = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


@full_disk
def test_a_lenient_stream_loses_text_and_fails_on_a_closed_pipe():
    with open("/dev/full", "w", buffering=1) as full:
        stream = Lenient(full)
        stream.write("lost\n")
        stream.flush()
        print("lost", file=stream)
        assert not stream.isatty()
    reader, writer = os.pipe()
    os.close(reader)
    pipe = Lenient(os.fdopen(writer, "w", buffering=1))
    with pytest.raises(BrokenPipeError):
        pipe.write("nobody reads\n")


@full_disk
@pytest.mark.rays
@pytest.mark.parametrize("more", [(), ("--log-json",)])
def test_a_run_goes_on_when_nothing_can_be_said(more, tmp_path):
    code = "from tests import faulty; exec(faulty.COMMAND)"
    sets = [
        f"--set={text}"
        for text in ("splits.train.count=3", "output.shard_size=1", "render.width=80", "render.height=60")
    ]
    command = [sys.executable, "-c", code, "generate", "quickstart", "--out", str(tmp_path / "out"), *sets, *more]
    with open("/dev/full", "w") as full:
        environment = {**os.environ, "FAULTS": "{}"}
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=full, stderr=full, timeout=120)
    assert done.returncode == 0
    assert validate(tmp_path / "out") == []
