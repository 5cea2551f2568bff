"""Made-up GPUs: an NVIDIA driver, NVML and an MPS control program, so that Blender, Ray and tvrgen see cards.

Programs find them by LD_LIBRARY_PATH and PATH, so tests start a process with `environment`:

    env = fake_gpu.environment([fake_gpu.H200, fake_gpu.L4], FAKE_GPU_LOG=log)
    subprocess.run([sys.executable, "-c", code], env=env, check=True)

Kernels do nothing: what Cycles renders on such a card is black, and what Open Image Denoise denoises there stays as it
is. The C files and nvidia-cuda-mps-control name the variables that log calls, make them fail and the like.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

H200, H100, A100 = "NVIDIA H200|9.0|143771", "NVIDIA H100 80GB HBM3|9.0|81559", "NVIDIA A100-SXM4-40GB|8.0|40960"
L4, RTX4090 = "NVIDIA L4|8.9|23034", "NVIDIA GeForce RTX 4090|8.9|24564"
"""Cards: name, compute capability, memory in megabytes; unless it is a known one, multiprocessors."""

SOURCE = Path(__file__).parent
LIBRARIES = {"libcuda.c": "libcuda.so.1", "libnvidia-ml.c": "libnvidia-ml.so.1"}


def environment(cards: Sequence[str], mps: bool = True, **variables: object) -> dict[str, str]:
    """Returns the environment of a process that sees these cards, with further variables.

    Without `mps`, nvidia-cuda-mps-control is not found. Skips the test where the libraries cannot be built.
    """
    if sys.platform != "linux" or shutil.which("gcc") is None:
        pytest.skip("made-up GPUs need Linux and gcc")
    folder = _built()
    env = {k: v for k, v in os.environ.items() if k != "CUDA_VISIBLE_DEVICES"}
    env["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, [str(folder), env.get("LD_LIBRARY_PATH")]))
    if mps:
        env["PATH"] = os.pathsep.join([str(folder / "bin"), env["PATH"]])
    return env | {"FAKE_GPUS": ";".join(cards)} | {name: str(value) for name, value in variables.items()}


@cache
def _built() -> Path:
    """Builds the libraries, once in a test session, and returns their folder. The programs are in its folder `bin`."""
    holder = tempfile.TemporaryDirectory(prefix="tvrgen-fake-gpu-")
    _kept.append(holder)
    folder = Path(holder.name)
    for source, library in LIBRARIES.items():
        flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-fvisibility=hidden"]
        subprocess.run(
            ["gcc", *flags, f"-Wl,-soname,{library}", "-o", folder / library, SOURCE / source, "-lpthread"], check=True
        )
    (folder / "bin").mkdir()
    shutil.copy(SOURCE / "nvidia-cuda-mps-control", folder / "bin")
    return folder


_kept: list[tempfile.TemporaryDirectory] = []  # removed when the test session ends
