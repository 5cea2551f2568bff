"""What this machine has, by made-up libraries and folders of the system."""

import os
import sys
from types import SimpleNamespace

import pytest

from tvrgen.generation import machine
from tvrgen.generation.machine import Gpu

GPUS = (
    Gpu(name="NVIDIA H200", arch="sm_90", memory=143771, uuid="GPU-aa11"),
    Gpu(name="NVIDIA L4", arch="sm_89", memory=23034, uuid="GPU-ab22"),
    Gpu(name="NVIDIA A100", arch="sm_80", memory=40960, uuid="GPU-cc33", partitioned=True),
)


@pytest.mark.parametrize(
    ("variable", "indices"),
    [
        (None, [0, 1, 2]),
        ("", []),
        ("0", [0]),
        ("2,0", [2, 0]),
        (" 1 , 2", [1, 2]),
        ("1,7,0", [1]),
        ("-1", []),
        ("NoDevFiles", []),
        ("GPU-ab22", [1]),
        ("GPU-ab,GPU-aa11", [1, 0]),
        ("MIG-5f0", [2]),
    ],
)
def test_the_variable_hides_gpus_as_cuda_does(variable, indices):
    assert machine.visible(GPUS, variable) == tuple(GPUS[k] for k in indices)


def groups(folder, monkeypatch, own="", **files):
    """Makes these files the machine's cgroups, and `own` the groups of this process; the machine has 8 cores."""
    for name in ("SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"):
        monkeypatch.delenv(name, raising=False)
    for name, text in files.items():
        path = folder / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "own").write_text(own)
    monkeypatch.setattr(machine, "_CGROUP", folder / "cgroup")
    monkeypatch.setattr(machine, "_OWN_GROUPS", folder / "own")
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)


JOB = "0::/system.slice/slurmstepd.scope/job_7/step_0\n"
OLD = "9:name=systemd:/\n4:memory:/slurm/job_7\n3:cpuset:/\n2:cpu,cpuacct:/slurm/job_7\n"


@pytest.mark.parametrize(
    ("own", "files", "cores"),
    [
        ("0::/\n", {"cpu.max": "max 100000\n"}, 8),
        ("0::/\n", {"cpu.max": "250000 100000\n"}, 3),
        ("0::/\n", {"cpu.max": "50000 100000\n"}, 1),
        ("0::/\n", {"cpu.max": ""}, 8),
        ("0::/\n", {"cpu.max": "100000 0"}, 8),
        (JOB, {"system.slice/slurmstepd.scope/job_7/step_0/cpu.max": "400000 100000\n"}, 4),
        (JOB, {"system.slice/cpu.max": "200000 100000", "system.slice/slurmstepd.scope/cpu.max": "max 100000"}, 2),
        (JOB, {"system.slice/other.scope/cpu.max": "200000 100000"}, 8),
        ("0::/docker/7f3a\n", {"cpu.max": "300000 100000"}, 3),  # a container that sees its group's name outside
        ("0::/../../job\n", {"cpu.max": "300000 100000"}, 3),
        (OLD, dict.fromkeys(("cpu,cpuacct/slurm/cpu.cfs_quota_us", "cpu,cpuacct/slurm/cpu.cfs_period_us"), "9"), 1),
        (OLD, {"cpu/slurm/cpu.cfs_quota_us": "400000", "cpu/slurm/cpu.cfs_period_us": "200000"}, 2),
        (OLD, {"cpu/cpu.cfs_quota_us": "150000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 2),
        (OLD, {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 8),
        ("nonsense", {}, 8),
        ("", {}, 8),
    ],
)
def test_a_cgroups_quota_bounds_the_cores(own, files, cores, tmp_path, monkeypatch):
    groups(tmp_path, monkeypatch, own, **files)
    assert machine.cores() == machine.here().cores == cores


@pytest.mark.parametrize(
    ("variables", "cores"),
    [
        ({"SLURM_CPUS_PER_TASK": "4"}, 4),
        ({"SLURM_CPUS_ON_NODE": "2"}, 2),
        ({"SLURM_CPUS_PER_TASK": "2", "SLURM_CPUS_ON_NODE": "6"}, 2),
        ({"SLURM_CPUS_PER_TASK": "32"}, 8),
        ({"SLURM_CPUS_PER_TASK": ""}, 8),
        ({"SLURM_CPUS_PER_TASK": "0"}, 8),
        ({"SLURM_CPUS_PER_TASK": "4(x2)"}, 8),
    ],
)
def test_slurm_bounds_the_cores(variables, cores, tmp_path, monkeypatch):
    groups(tmp_path, monkeypatch)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert machine.cores() == cores


def test_the_affinity_bounds_the_cores(tmp_path, monkeypatch):
    groups(tmp_path, monkeypatch)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {5}, raising=False)
    assert machine.cores() == 1


@pytest.mark.parametrize(
    "name", ["memory.max", "memory/memory.limit_in_bytes", "memory/slurm/job_7/memory.limit_in_bytes"]
)
@pytest.mark.parametrize(("limit", "bound"), [("2147483648", 2048), ("max", None), ("9223372036854771712", None)])
def test_a_cgroups_limit_bounds_the_memory(name, limit, bound, tmp_path, monkeypatch):
    groups(tmp_path, monkeypatch, OLD)
    all_of_it = machine.memory()
    groups(tmp_path, monkeypatch, OLD, **{name: limit})
    assert machine.memory() == (min(bound, all_of_it) if bound else all_of_it)


class Library:
    """NVIDIA's management library for these GPUs; `faulty` names a function that fails."""

    NVMLError = type("NVMLError", (Exception,), {})
    NVML_DEVICE_MIG_ENABLE = 1

    def __init__(self, *gpus, faulty=""):
        self._gpus, self._faulty, self.open = gpus, faulty, 0

    def __getattribute__(self, name):
        if name.startswith("nvml") and name == self._faulty:
            raise self.NVMLError(name)
        return super().__getattribute__(name)

    def nvmlInit(self):
        self.open += 1

    def nvmlShutdown(self):
        self.open -= 1

    def nvmlDeviceGetCount(self):
        return len(self._gpus)

    def nvmlDeviceGetHandleByIndex(self, k):
        return self._gpus[k]

    def nvmlDeviceGetCudaComputeCapability(self, gpu):
        return int(gpu.arch[3:-1]), int(gpu.arch[-1])

    def nvmlDeviceGetName(self, gpu):
        return gpu.name

    def nvmlDeviceGetMemoryInfo(self, gpu):
        return SimpleNamespace(total=gpu.memory * 2**20)

    def nvmlDeviceGetUUID(self, gpu):
        return gpu.uuid

    def nvmlDeviceGetNumGpuCores(self, gpu):
        return gpu.cores

    def nvmlDeviceGetMigMode(self, gpu):
        return [int(gpu.partitioned), 0]


def test_gpus_are_those_of_the_library(monkeypatch):
    library = Library(*GPUS)
    monkeypatch.setitem(sys.modules, "pynvml", library)
    assert machine.gpus() == GPUS
    assert library.open == 0
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert machine.here().gpus == GPUS[1:2]


@pytest.mark.parametrize("faulty", ["nvmlInit", "nvmlDeviceGetHandleByIndex", "nvmlDeviceGetName"])
def test_a_driver_that_fails_has_no_gpus(faulty, monkeypatch):
    library = Library(*GPUS, faulty=faulty)
    monkeypatch.setitem(sys.modules, "pynvml", library)
    assert machine.gpus() == ()
    assert library.open == 0


@pytest.mark.parametrize("faulty", ["nvmlDeviceGetMigMode", "nvmlDeviceGetNumGpuCores"])
def test_what_a_card_does_not_know_is_left_out(faulty, monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", Library(*GPUS[:2], faulty=faulty))
    assert machine.gpus() == GPUS[:2]


def test_a_gpu_that_shares_the_machines_memory_has_no_size(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", Library(*GPUS, faulty="nvmlDeviceGetMemoryInfo"))
    assert [gpu.memory for gpu in machine.gpus()] == [0, 0, 0]
    assert str(machine.gpus()[0]) == "NVIDIA H200 (sm_90)"


def test_a_gpu_that_is_lost_leaves_the_others(monkeypatch):
    library = Library(*GPUS)
    whole = library.nvmlDeviceGetHandleByIndex
    library.nvmlDeviceGetHandleByIndex = lambda k: whole(k) if k != 1 else library.nvmlNothing()
    library.nvmlNothing = lambda: (_ for _ in ()).throw(library.NVMLError("GPU is lost"))
    monkeypatch.setitem(sys.modules, "pynvml", library)
    assert machine.gpus() == (GPUS[0], GPUS[2])


def test_without_the_package_there_are_no_gpus(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert machine.gpus() == ()
