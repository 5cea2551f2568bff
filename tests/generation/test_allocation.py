"""How many workers a machine is worth: bounds that hold for all machines, and the machine that was measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvrgen.generation import allocation
from tvrgen.generation.allocation import Allocation
from tvrgen.generation.machine import Gpu


def gpu(memory: int, name: str = "NVIDIA H200") -> Gpu:
    return Gpu(name=name, arch="sm_90", memory=memory)


def test_the_machine_that_was_measured_gets_what_was_best_there():
    found = allocation.on_gpus(16, 128 * 1024, [gpu(143771)], 1, mps=True)
    assert (found.workers, found.cpus, found.gpus, found.threads) == (16, 1, 0.0625, 1)
    assert str(found) == "16 workers, 1 thread each, on 1 NVIDIA H200, shared by MPS"
    alone = allocation.on_gpus(16, 128 * 1024, [gpu(143771)], 1, mps=False, without_mps="it needs Linux")
    assert (alone.workers, alone.gpus, alone.threads) == (2, 0.5, 8)
    assert str(alone) == "2 workers, 8 threads each, on 1 NVIDIA H200, without MPS: it needs Linux"


def test_memory_that_is_unknown_bounds_nothing():
    assert allocation.on_gpus(16, 0, [gpu(0)], 1, mps=True).workers == 16


MACHINES = {
    "cores": st.integers(1, 256),
    "memory": st.just(0) | st.integers(512, 2_000_000),
    "memories": st.lists(st.integers(2048, 200_000), min_size=1, max_size=8),
    "mps": st.booleans(),
}


@given(**MACHINES)
def test_workers_fit_into_the_machine(cores, memory, memories, mps):
    gpus = [gpu(own) for own in memories]
    found = allocation.on_gpus(cores, memory, gpus, len(gpus), mps=mps)
    each = found.workers // len(gpus)
    assert found.workers == each * len(gpus)
    assert 1 <= each <= (allocation.WORKERS_PER_GPU if mps else allocation.WORKERS_PER_GPU_ALONE)
    assert found.gpus * each <= 1
    assert int(1 / found.gpus + 1e-6) >= each
    assert found.cpus * found.workers <= cores + 1e-6
    assert found.threads * found.workers <= max(cores, found.workers)
    if each > 1:
        assert found.workers <= cores
        assert each * allocation.gpu_memory(gpus[0]) + allocation.GPU_RESERVE <= min(memories)
        assert not memory or found.workers * allocation.WORKER_MEMORY <= memory


@given(**MACHINES)
def test_a_bigger_machine_never_gets_fewer_workers(cores, memory, memories, mps):
    gpus = [gpu(own) for own in memories]
    found = allocation.on_gpus(cores, memory, gpus, len(gpus), mps=mps)
    bigger = [gpu(own + 4096) for own in memories]
    assert allocation.on_gpus(2 * cores, 2 * memory, bigger, len(gpus), mps=mps).workers >= found.workers
    assert allocation.on_gpus(cores, memory, gpus, len(gpus), mps=True).workers >= found.workers


def test_gpus_of_other_vendors_are_shared_by_two():
    found = allocation.on_gpus(64, 0, [], 4, mps=False, without_mps="none")
    assert (found.workers, found.gpus) == (8, 0.5)
    assert str(found) == "8 workers, 8 threads each, on GPUs"


@pytest.mark.parametrize("workers", range(1, 65))
def test_shares_of_a_gpu_fit_into_it(workers):
    own = allocation.share(workers)
    assert 0 < own * workers <= 1
    assert round(own, 4) == own


def test_different_gpus_are_counted():
    found = allocation.on_gpus(8, 0, [gpu(81920, "A"), gpu(81920, "B"), gpu(81920, "A")], 3, mps=True)
    assert str(found) == "6 workers, 1 thread each, on 2 A and 1 B, shared by MPS"
    assert str(Allocation(workers=1)) == "1 worker, 1 thread, on the CPU"


@pytest.mark.parametrize(
    ("name", "arch", "memory", "cores", "workers"),
    [
        ("NVIDIA H200", "sm_90", 143771, 16896, 16),
        ("NVIDIA H100 80GB HBM3", "sm_90", 81559, 16896, 16),
        ("NVIDIA A100-SXM4-40GB", "sm_80", 40960, 6912, 14),
        ("NVIDIA L4", "sm_89", 23034, 7424, 11),
        ("NVIDIA GeForce RTX 4090", "sm_89", 24564, 16384, 7),
        ("NVIDIA GeForce RTX 3060 Laptop GPU", "sm_86", 6144, 3840, 3),
        ("an unknown one", "sm_130", 24564, 0, 7),
        ("NVIDIA GeForce GT 1030", "sm_61", 2048, 384, 1),
    ],
)
def test_the_memory_of_a_card_bounds_its_workers(name, arch, memory, cores, workers):
    card = Gpu(name=name, arch=arch, memory=memory, cores=cores)
    assert allocation.on_gpus(64, 0, [card], 1, mps=True).workers == workers
