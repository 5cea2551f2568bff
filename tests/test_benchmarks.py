"""benchmarks/gpu.py runs where there is no GPU, and on made-up ones. Whether it measures well, no test knows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import fake_gpu, tiny

QUICK = ("--workers", "1", "--seconds", "0.1", "--problems", "2")
TINY = tuple(f"--set={override}" for override in tiny.SMALL)
SMI = (
    f"#!{sys.executable}\n"
    + """
import sys
asked = sys.argv[1].removeprefix("--query-gpu=").split(",")
known = {"name": "NVIDIA L4", "memory.total": "23034", "compute_cap": "8.9", "driver_version": "580.00",
         "uuid": "GPU-fa4e0000-0000-0000-0000-000000000000", "utilization.gpu": "[N/A]", "memory.used": "7"}
print(", ".join(known[name] for name in asked))
"""
)

pytestmark = [pytest.mark.blender, pytest.mark.serial]


def bench(out: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "benchmarks/gpu.py", "--out", str(out), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(tiny.ROOT), **environment}
    return subprocess.run(command, cwd=tiny.ROOT, env=environment, capture_output=True, text=True, timeout=300)


def test_a_machine_without_gpu_is_told_so(tmp_path):
    done = bench(tmp_path / "gpu.json", CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1
    assert done.stdout.startswith("no NVIDIA GPU")
    assert not list(tmp_path.iterdir())


def test_all_parts_are_made_on_the_cpu(tmp_path):
    done = bench(tmp_path / "gpu.json", "--device", "cpu", *QUICK, *TINY)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "gpu.json").read_text())
    assert not [row for row in found["rows"] if "failed" in row]
    assert {(row["preset"], row["persistent"]) for row in found["rows"]} >= {("draft", True), ("standard", False)}
    for row in found["rows"]:
        assert row["devices"] == ["CPU"]
        assert row["images_a_second"] > 0
        assert not row["mps"]
    [made] = found["command"]
    assert made["images"] == 4
    assert made["exit_code"] == 0
    assert "| images per second |" in done.stdout


@pytest.mark.full
@pytest.mark.parametrize("nvml", [True, False])
def test_a_gpu_is_compared_with_the_cpu(tmp_path, nvml):
    environment = fake_gpu.environment([fake_gpu.L4])
    if not nvml:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/nvidia-smi").write_text(SMI)
        (tmp_path / "bin/nvidia-smi").chmod(0o700)
        (tmp_path / "pynvml.py").write_text("raise ImportError\n")
        environment["PATH"] = f"{tmp_path / 'bin'}{os.pathsep}{environment['PATH']}"
        environment["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{tiny.ROOT}"
    parts = ["workers", "settings", "likeness"] if nvml else ["workers"]
    done = bench(tmp_path / "gpu.json", *QUICK, *TINY, "--rows", *parts, **environment)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "gpu.json").read_text())
    assert found["gpu"].startswith("NVIDIA L4 (sm_89")
    assert found["driver"] == "580.00"
    whole = [row for row in found["rows"] if "failed" not in row]
    assert {row["mps"] for row in whole} == {True, False}
    assert {row["device"] for row in found["rows"] if row not in whole} == ({"optix"} if nvml else set())
    for row in whole:
        assert row["devices"] == ["NVIDIA L4"]
        assert row["card_mb"] == (0 if nvml else 7)
        assert row["denoised_on"] == ("cpu" if row["denoiser"] == "cpu" else "cuda")
    compared = [pair["devices"] for pair in found["likeness"] if "devices" in pair]
    assert compared == ([["cpu", "cuda"]] if nvml else [])


def test_a_gpu_without_kernel_is_not_measured(tmp_path):
    kernels = {"TVRGEN_KERNELS": str(tmp_path / "none")}
    done = bench(tmp_path / "gpu.json", **fake_gpu.environment([fake_gpu.H200]) | kernels)
    assert done.returncode == 2
    assert "`tvrgen kernels`" in done.stdout
