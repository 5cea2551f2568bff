"""Blender, Open Image Denoise, NVML and Ray see made-up GPUs, and work with them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import fake_gpu
from tests.tiny import ROOT
from tvrgen.imaging.blender import kernels


def run(code: str, env: dict[str, str], *arguments: object) -> object:
    """What a Python process prints last, as JSON."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, env=env | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


SHOOT = """
import json, pathlib, sys
import numpy as np
from PIL import Image
from tests.imaging.blender.rendering import one, open_renderer, take
from tests.tiny import load
folder = pathlib.Path(sys.argv[1])
config = load("render.device=cuda", "render.denoise=false")
renderer = open_renderer(config, folder)
names = renderer.configure(config.split("train"))
image = take(renderer, one(), config.scene.cameras["center"], tuple(config.scene.lights.values()), folder / "p.png")
print()
print(json.dumps([renderer.devices(), names, image.shape, int(image.max())]))
"""


@pytest.mark.blender
@pytest.mark.parametrize(("card", "arch"), [(fake_gpu.L4, "sm_89"), (fake_gpu.H200, None)])
def test_blender_renders_with_the_kernels_of_the_architecture(card, arch, tmp_path):
    # Blender 5 takes the kernel of sm_86 for sm_89
    module = f"cubin {re.search('sm_[0-9]+', kernels.path(arch).name)[0]}" if arch else "ptx"
    env = fake_gpu.environment([fake_gpu.A100, card], CUDA_VISIBLE_DEVICES=1, FAKE_GPU_LOG=tmp_path / "calls")
    devices, names, shape, brightest = run(SHOOT, env, tmp_path)
    assert devices == ["cpu", "cuda"]
    assert names == [card.split("|")[0]]
    assert shape == [60, 80, 3]
    assert brightest == 0  # kernels do nothing
    calls = (tmp_path / "calls").read_text()
    assert f"cuModuleLoadData {module} " in calls
    assert "cuMemAlloc" in calls


@pytest.mark.blender
def test_open_image_denoise_takes_a_card(tmp_path):
    code = """
import ctypes, json
from tvrgen.imaging.blender import denoiser
library = denoiser._load()
device = library.oidnNewDevice(3)
library.oidnCommitDevice(device)
message = ctypes.c_char_p()
print(json.dumps(library.oidnGetDeviceError(device, ctypes.byref(message))))
"""
    assert run(code, fake_gpu.environment([fake_gpu.L4])) == 0
    assert run(code, fake_gpu.environment([])) != 0


@pytest.mark.blender
def test_no_card_is_no_device():
    code = """
import json, pathlib, tempfile
from tests.imaging.blender.rendering import open_renderer
from tests.tiny import load
with tempfile.TemporaryDirectory() as folder:
    print(json.dumps(open_renderer(load(), pathlib.Path(folder)).devices()))
"""
    assert run(code, fake_gpu.environment([])) == ["cpu"]
    assert run(code, fake_gpu.environment([fake_gpu.L4], CUDA_VISIBLE_DEVICES="")) == ["cpu"]


def test_nvml_describes_the_cards():
    pytest.importorskip("pynvml")
    code = """
import json, pynvml as nvml
nvml.nvmlInit()
cards = [nvml.nvmlDeviceGetHandleByIndex(k) for k in range(nvml.nvmlDeviceGetCount())]
print(json.dumps([[
    nvml.nvmlDeviceGetName(c), nvml.nvmlDeviceGetCudaComputeCapability(c), nvml.nvmlDeviceGetMemoryInfo(c).free >> 20,
    nvml.nvmlDeviceGetMemoryInfo(c, nvml.nvmlMemory_v2).used >> 20, nvml.nvmlDeviceGetIndex(c),
    nvml.nvmlDeviceGetIndex(nvml.nvmlDeviceGetHandleByUUID(nvml.nvmlDeviceGetUUID(c)))
] for c in cards]))
"""
    env = fake_gpu.environment([fake_gpu.H200, fake_gpu.L4], FAKE_GPU_USED=1000, CUDA_VISIBLE_DEVICES=1)
    h200, l4 = ["NVIDIA H200", [9, 0], 142771, 1000, 0, 0], ["NVIDIA L4", [8, 9], 22034, 1000, 1, 1]
    assert run(code, env) == [h200, l4]


@pytest.mark.blender
@pytest.mark.serial
def test_ray_counts_the_cards():
    code = """
import json, ray
ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False)
resources = ray.cluster_resources()
print(json.dumps([resources["GPU"], [name for name in resources if name.startswith("accelerator_type")]]))
"""
    assert run(code, fake_gpu.environment([fake_gpu.H200, fake_gpu.H200])) == [2, ["accelerator_type:H200"]]


def mps(command: str, folder: Path, flag: str = "", **variables: str) -> subprocess.CompletedProcess:
    """The control program, with pipes and logs in a folder."""
    env = fake_gpu.environment(
        [fake_gpu.H200], CUDA_MPS_PIPE_DIRECTORY=folder / "p", CUDA_MPS_LOG_DIRECTORY=folder / "l", **variables
    )
    program = ["nvidia-cuda-mps-control", *flag.split()]
    return subprocess.run(program, env=env, input=command, capture_output=True, text=True, timeout=60)


def test_the_mps_daemon_runs_until_it_is_told_to_quit(tmp_path):
    assert mps("quit", tmp_path).returncode == 1  # none runs
    assert mps("", tmp_path, "-d", FAKE_MPS_FAIL="start").returncode == 1
    try:
        assert mps("", tmp_path, "-d").returncode == 0
        assert (tmp_path / "p" / "control").is_socket()
        assert mps("", tmp_path, "-d").returncode == 1  # one for each folder
    finally:
        assert mps("quit", tmp_path).returncode == 0
    assert mps("get_server_list", tmp_path).returncode == 1
    assert "quit" in (tmp_path / "l" / "control.log").read_text()
