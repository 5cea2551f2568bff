"""Whole runs on made-up GPUs, by real Blender and Ray: the workers that are chosen, kernels, MPS and what goes wrong.

Kernels of these GPUs do nothing, so images are black: all but the pixels is real.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests import fake_gpu
from tests.tiny import ROOT, SMALL, json_bytes, run
from tvrgen.imaging.blender import kernels

pytestmark = [pytest.mark.blender, pytest.mark.serial]

SETTINGS = (*SMALL, "render.device=auto", "render.denoise=false", "splits.train.count=6", "output.shard_size=1")
CPU = "render.device=cpu"
ARCHITECTURE = 48  # a byte of a cubin


def generate(out: Path, env: dict[str, str], *arguments: object, settings=SETTINGS) -> subprocess.Popen:
    """The command with small images, in a session of its own."""
    command = [sys.executable, "-m", "tvrgen", "generate", "quickstart", "--out", out, "--log-json"]
    command += [*(f"--set={setting}" for setting in settings), *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    return subprocess.Popen([*map(str, command)], cwd=ROOT, env=env, **pipes)


def events_of(process: subprocess.Popen) -> tuple[list[dict], str]:
    """The events that it printed, and its standard error, once it is done."""
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    found = [json.loads(line) for line in output.splitlines()]
    return [event for event in found if event["event"] != "progress"], errors


def named(events: list[dict], name: str) -> list[dict]:
    return [event for event in events if event["event"] == name]


@pytest.fixture(scope="module")
def on_the_cpu(tmp_path_factory):
    """The records of the dataset that all runs here make."""
    out = tmp_path_factory.mktemp("cpu") / "out"
    run("generate", "quickstart", "--out", out, *(f"--set={s}" for s in (*SETTINGS, CPU)), check=True)
    return json_bytes(out)


def records(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files that a device cannot change: not the checksums of images, and not the device in the config."""
    return {name: text for name, text in files.items() if Path(name).name in ("scenes.jsonl", "questions.jsonl")}


@pytest.fixture
def temporary(monkeypatch):
    """A folder for temporary files, in which runs leave nothing of MPS. Its path is short: MPS has sockets in it."""
    monkeypatch.setenv("RAY_TMPDIR", "/tmp")
    with tempfile.TemporaryDirectory(prefix="t-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)
        end = time.monotonic() + 60
        while (left := list(Path(folder).glob("*tvrgen-mps*"))) and time.monotonic() < end:
            time.sleep(0.1)
        assert not left


def test_the_plain_command_uses_the_gpu_and_shares_it(on_the_cpu, temporary, tmp_path):
    out = tmp_path / "out"
    events, errors = events_of(generate(out, fake_gpu.environment([fake_gpu.L4])))
    (workers,) = named(events, "workers")
    each = max(1, min(16, len(os.sched_getaffinity(0))))
    assert (workers["workers"], workers["mps"], workers["names"]) == (each, each > 1, ["NVIDIA L4"])
    assert errors.count("\n") == 1
    assert errors.endswith("on 1 NVIDIA L4, shared by MPS\n")
    assert {tuple(event["devices"]) for event in named(events, "shard")} == {("NVIDIA L4",)}
    assert records(json_bytes(out)) == records(on_the_cpu)


@pytest.mark.parametrize(
    ("arguments", "device"),
    [(("--workers", 1), "NVIDIA L4"), pytest.param((f"--set={CPU}",), "CPU", marks=pytest.mark.full)],
)
def test_one_process_does_as_it_is_told(arguments, device, temporary, tmp_path):
    one, env = (*SETTINGS, "splits.train.count=1"), fake_gpu.environment([fake_gpu.L4])
    events, errors = events_of(generate(tmp_path / "out", env, *arguments, settings=one))
    assert named(events, "shard")[0]["devices"] == [device]
    workers = named(events, "workers")
    assert [event["workers"] for event in workers] == [1] * (device != "CPU")
    assert errors.count("\n") == len(workers)


@pytest.mark.full
def test_without_mps_two_workers_take_turns(temporary, tmp_path):
    env = fake_gpu.environment([fake_gpu.L4], mps=False)
    events, errors = events_of(generate(tmp_path / "out", env))
    (workers,) = named(events, "workers")
    assert (workers["mps"], workers["workers"] <= 2) == (False, True)
    assert "on 1 NVIDIA L4, without MPS: no nvidia-cuda-mps-control on PATH" in errors


def test_a_missing_kernel_is_compiled_once_before_workers_are_ready(temporary, tmp_path):
    """By a ptxas that is made up too, and writes a kernel of Blender's in another name."""
    zstandard = pytest.importorskip("zstandard")
    cubin = bytearray(zstandard.ZstdDecompressor().decompress(kernels.path("sm_89").read_bytes()))
    cubin[ARCHITECTURE] = 90
    (tmp_path / "cubin").write_bytes(cubin)
    compiler = tmp_path / "bin/ptxas"
    compiler.parent.mkdir()
    compiler.write_text(f"""#!/bin/sh
case "$1" in --version) echo "Cuda compilation tools, release 12.8, V12.8.9"; exit;; esac
while [ $# -gt 1 ]; do [ "$1" = -o ] && out=$2; shift; done
if grep -q kernel_gpu "$1"; then echo called >> {tmp_path}/calls; sleep 2; fi
cp {tmp_path}/cubin "$out"
""")
    compiler.chmod(0o755)
    env = fake_gpu.environment([fake_gpu.H200], TVRGEN_KERNELS=tmp_path / "kernels", FAKE_GPU_LOG=tmp_path / "log")
    env["PATH"] = f"{compiler.parent}{os.pathsep}{env['PATH']}"
    events, _ = events_of(generate(tmp_path / "out", env))
    waiting = "compiling Blender's kernels for NVIDIA H200 (sm_90), once on this machine, about 8 minutes"
    assert [event["why"] for event in named(events, "waiting")] == [waiting]
    assert (tmp_path / "calls").read_text() == "called\n"
    assert [event["event"] for event in events][:3] == ["start", "waiting", "workers"]


def test_a_gpu_that_cannot_be_used_is_one_line(temporary, tmp_path):
    env = fake_gpu.environment([fake_gpu.L4], FAKE_GPU_FAIL="cuModuleLoadData")
    process = generate(tmp_path / "out", env, "--workers", 1)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 2
    _, fault = errors.splitlines()
    assert fault.startswith("tvrgen: error: the GPU fails: Failed to load CUDA kernel")
    assert fault.endswith("the same command continues")
    assert not (tmp_path / "out").exists()


def test_one_process_that_is_to_have_no_gpu_is_told_how(temporary, tmp_path):
    process = generate(tmp_path / "out", fake_gpu.environment([fake_gpu.L4]), "--workers", 1, "--gpus-per-worker", 0)
    errors = process.communicate(timeout=300)[1]
    assert process.returncode == 2
    assert errors == "tvrgen: error: --gpus-per-worker 0: this process renders on the GPU; set render.device=cpu\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.full
def test_workers_whose_gpu_fails_are_replaced(on_the_cpu, temporary, tmp_path):
    """Each process can render some shards, and then no more."""
    env = fake_gpu.environment([fake_gpu.L4], FAKE_GPU_FAIL="cuLaunchKernel:20")
    events, _ = events_of(generate(tmp_path / "out", env, "--max-retries", 9))
    failures = named(events, "failure")
    assert failures
    assert {event["reason"].split(":")[0] for event in failures} == {"the GPU fails"}
    assert len({event["pid"] for event in named(events, "shard")}) > 1
    assert records(json_bytes(tmp_path / "out")) == records(on_the_cpu)


@pytest.mark.full
def test_a_killed_run_leaves_no_mps_and_the_next_ends_with_the_same_dataset(on_the_cpu, temporary, tmp_path):
    out, env = tmp_path / "out", fake_gpu.environment([fake_gpu.L4])
    process = generate(out, env)
    end = time.monotonic() + 120
    while not list(out.glob("train/shard-*/shard.json")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
    assert list(temporary.glob("tvrgen-mps*"))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    events_of(generate(out, env))
    assert records(json_bytes(out)) == records(on_the_cpu)


def test_each_node_of_a_cluster_gets_what_it_is_worth(on_the_cpu, temporary, tmp_path, monkeypatch):
    """A node with a GPU, one without, and a head that only drives."""
    from ray.cluster_utils import Cluster

    env = fake_gpu.environment([fake_gpu.L4], RAY_USAGE_STATS_ENABLED=0, PYTHONPATH=ROOT)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    cluster = Cluster(initialize_head=True, head_node_args={"include_dashboard": False, "num_cpus": 0, "num_gpus": 0})
    try:
        cluster.add_node(num_cpus=2, num_gpus=1)
        cluster.add_node(num_cpus=1, num_gpus=0)
        events, _ = events_of(generate(tmp_path / "out", env, "--address", cluster.address))
    finally:
        cluster.shutdown()
    (workers,) = named(events, "workers")
    assert (workers["workers"], workers["mps"]) == (2, True)
    used = {(event["pid"], *event["devices"]) for event in named(events, "shard")}
    assert {device for _, device in used} <= {"NVIDIA L4", "CPU"}
    assert len({pid for pid, device in used if device == "CPU"}) <= 1
    assert records(json_bytes(tmp_path / "out")) == records(on_the_cpu)
