"""Cycles and Open Image Denoise on made-up GPUs that work, fail from the start, or fail in the middle."""

import json
import subprocess
import sys

import pytest

from tests import fake_gpu
from tests.tiny import ROOT

pytestmark = pytest.mark.blender

SHOOT = """
import json, pathlib, sys
import bpy
from tests.imaging.blender.rendering import one, open_renderer, take
from tests.tiny import load

folder = pathlib.Path(sys.argv[1])
config = load("render.device=auto", *sys.argv[2:])
camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
renderer, outcomes = open_renderer(config, folder), []
for color in ("red", "cyan", "green"):
    try:
        image = take(renderer, one(color=color), camera, lights, folder / "p.png")
        outcomes.append(int(image.max()))
    except Exception as error:
        outcomes.append(f"{type(error).__name__}: {error}")
kept = bpy.context.scene.render.use_persistent_data
print()
print(json.dumps([renderer.configure(config.split("train")), renderer.denoised_on, kept, outcomes]))
"""


def shoot(folder, *overrides: str, cards=(fake_gpu.L4,), **variables: object) -> list:
    """Devices in use, type of the denoiser's, whether data is kept, and three images' brightest values or errors."""
    env = fake_gpu.environment(cards, **variables) | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SHOOT, str(folder), *overrides]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_gpu_renders_and_denoises_with_one_context(tmp_path):
    """Kernels of made-up GPUs do nothing: images are black."""
    found = shoot(tmp_path, "render.denoise=true", cards=(fake_gpu.L4, fake_gpu.L4), FAKE_GPU_LOG=tmp_path / "calls")
    assert found == [["NVIDIA L4"] * 2, "cuda", True, [0, 0, 0]]
    calls = (tmp_path / "calls").read_text()
    assert calls.count("cuModuleLoadData ") == 2  # one for each GPU, not for each image


def test_without_a_gpu_the_cpu_does_all(tmp_path):
    names, denoised_on, kept, images = shoot(tmp_path, "render.denoise=true", cards=())
    assert (names, denoised_on, kept) == (["CPU"], "cpu", False)
    assert min(images) > 100


@pytest.mark.parametrize("fault", ["cuLaunchKernel:1", "cuMemAlloc:20", "cuStreamSynchronize:8", "cuMemcpyHtoD:30"])
def test_a_gpu_that_failed_gives_no_image(fault, tmp_path):
    """Cycles reports an error once, and then gives black images as if all were well."""
    *_, outcomes = shoot(tmp_path, "render.denoise=false", FAKE_GPU_FAIL=fault)
    lost = [k for k, outcome in enumerate(outcomes) if outcome != 0]
    assert lost == [*range(lost[0], 3)]
    assert len({outcomes[k] for k in lost}) == 1
    assert outcomes[-1].startswith("RendererLost: the GPU fails: ")
    assert "\n" not in outcomes[-1]


def test_the_cpu_denoises_for_a_gpu_that_cannot(tmp_path):
    """Open Image Denoise has no kernels for cards as old as this one; Cycles has."""
    found = shoot(tmp_path, "render.denoise=true", cards=["Tesla P100|6.0|16280"])
    assert found == [["Tesla P100"], "cpu", True, [0, 0, 0]]
    assert "Open Image Denoise fails on cuda: " in (tmp_path / "log").read_text()
