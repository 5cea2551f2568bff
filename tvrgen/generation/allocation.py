"""Allocation: the number of workers for a machine's GPUs, and the CPUs, GPUs and threads of each.

The GPU works for a small part of a render call; the rest is work of one CPU core. So several workers, on one core each,
keep a GPU busy, if it can work for them at the same time. NVIDIA's Multi-Process Service (MPS) permits that; without
it, processes take turns. Measured figures: docs/cluster.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tvrgen._support.messages import counted
from tvrgen.generation.machine import Gpu

WORKERS_PER_GPU = 16
"""Workers per GPU with MPS: the best of 1, 4, 8 and 16 on an H200 with 16 cores."""

WORKERS_PER_GPU_ALONE = 2
"""Workers per GPU without MPS: one works on the CPU while the other uses the GPU."""

WORKER_MEMORY = 1024
"""MB of the machine's memory per worker; 456 MB were measured."""

GPU_RESERVE = 1024
"""MB of a GPU's memory that stay free, for MPS and other programs."""

_OF_64_CORES = ("sm_60", "sm_70", "sm_72", "sm_75", "sm_80")  # architectures with 64 CUDA cores per multiprocessor
_MULTIPROCESSORS = 132  # of a GPU whose number of cores is unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Workers of one machine, with the same resources each."""

    workers: int
    cpus: float = 1
    """CPUs that Ray reserves for each worker."""
    gpus: float = 0
    """GPUs that Ray reserves for each worker; 0: it renders on the CPU."""
    threads: int = 1
    """Threads that each worker renders with."""
    mps: bool = False
    """Whether the workers use the GPUs at the same time through MPS."""
    without_mps: str = ""
    """The reason why they take turns on the GPUs instead."""
    names: tuple[str, ...] = ()
    """Product names of the GPUs, one for each."""

    def __str__(self) -> str:
        made = f"{counted(self.workers, 'worker')}, {counted(self.threads, 'thread')}{' each' * (self.workers > 1)}"
        if not self.gpus:
            return f"{made}, on the CPU"
        counts = {name: self.names.count(name) for name in self.names}
        names = " and ".join(f"{count} {name}" for name, count in counts.items()) or "GPUs"
        shared = f", without MPS: {self.without_mps}" if self.without_mps else ", shared by MPS" * self.mps
        return f"{made}, on {names}{shared}"


def on_gpus(
    cores: int, memory: int, gpus: Sequence[Gpu], count: int, *, mps: bool, without_mps: str = ""
) -> Allocation:
    """Returns the workers for a machine's GPUs.

    Args:
        cores: CPU threads for all workers.
        memory: MB of memory; 0: unknown.
        gpus: The NVIDIA GPUs; those of other vendors are not listed.
        count: Number of GPUs, of any vendor, that the workers may use; at least 1.
        mps: Whether MPS can be used.
        without_mps: The reason why it cannot.
    """
    most = WORKERS_PER_GPU if mps else WORKERS_PER_GPU_ALONE
    fit = [max(1, (gpu.memory - GPU_RESERVE) // gpu_memory(gpu)) for gpu in gpus if gpu.memory]
    bounds = [most, *fit, max(1, cores // count)]
    if memory:
        bounds.append(max(1, memory // WORKER_MEMORY // count))
    each = min(bounds)
    workers = each * count
    return Allocation(
        workers=workers,
        cpus=min(1.0, cores / workers),
        gpus=share(each),
        threads=max(1, cores // workers),
        mps=mps and each > 1,
        without_mps=without_mps if gpus and not mps else "",
        names=tuple(gpu.name for gpu in gpus[:count]),
    )


def gpu_memory(gpu: Gpu) -> int:
    """Returns an estimate of the GPU memory, in MB, that a worker needs.

    Cycles allocates the states of all paths that a GPU can trace at once: 1.4 GB for the 132 multiprocessors of an
    H200, 0.5 GB for the 58 of an L4. CUDA's context, the kernels and local memory add to it.
    """
    multiprocessors = gpu.cores / (64 if gpu.arch in _OF_64_CORES else 128) or _MULTIPROCESSORS
    return 1024 + int(16 * multiprocessors)


def alone(cores: int, gpus: Sequence[Gpu], threads: int = 0) -> Allocation:
    """Returns the allocation of one worker that uses all GPUs of a machine. `threads`: render threads (0: all)."""
    names = tuple(gpu.name for gpu in gpus)
    return Allocation(workers=1, cpus=cores, gpus=len(names), threads=threads or cores, names=names)


def share(workers: int) -> float:
    """Returns the fraction of a GPU for each of a number of workers, a multiple of Ray's unit of 0.0001."""
    return 10_000 // workers / 10_000
