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


@pytest.mark.parametrize(("quota", "cores"), [("max 100000", 8), ("250000 100000", 3), ("50000 100000", 1), ("", 8)])
def test_a_containers_quota_bounds_the_cores(quota, cores, tmp_path, monkeypatch):
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    assert machine.cores() == cores


@pytest.mark.parametrize("name", ["memory.max", "memory/memory.limit_in_bytes"])
@pytest.mark.parametrize(("limit", "bound"), [("2147483648", 2048), ("max", None), ("9223372036854771712", None)])
def test_a_containers_limit_bounds_the_memory(name, limit, bound, tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)
    all_of_it = machine.memory()
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(limit)
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
