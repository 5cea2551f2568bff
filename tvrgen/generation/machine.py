"""This machine: CPU cores, memory and NVIDIA GPUs that this process may use. Needs neither Blender nor CUDA.

The limits of control groups (cgroups) are those of containers, systemd and Slurm: each limits a folder of processes and
all folders below it.

NVIDIA's management library (NVML), a part of the driver, lists the GPUs. Those of other vendors are listed by Blender
only: `tvrgen.imaging.blender.devices`.
"""

import contextlib
import math
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CGROUP = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")
_SLURM = ("SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE")
"""Variables in which Slurm says how many CPU threads a task, or all tasks on this node, may use."""
_UNITS = 2**20  # bytes of a MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """An NVIDIA GPU."""

    name: str
    """Its product name: "NVIDIA H200"."""
    arch: str
    """Its architecture, by the compiler's name: "sm_90" for compute capability 9.0."""
    memory: int
    """Total memory in MB; 0: unknown, as where a GPU uses the machine's memory."""
    uuid: str = ""
    cores: int = 0
    """CUDA cores; 0: unknown."""
    partitioned: bool = False
    """Whether it is divided into instances (MIG)."""

    def __str__(self) -> str:
        size = f", {self.memory / 1024:.0f} GiB" if self.memory else ""
        return f"{self.name} ({self.arch}{size})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a process may use of its machine."""

    cores: int
    """CPU threads."""
    memory: int
    """Total memory in MB."""
    gpus: tuple[Gpu, ...] = ()


def here() -> Machine:
    """Returns this machine, with the GPUs that CUDA_VISIBLE_DEVICES leaves visible."""
    return Machine(cores=cores(), memory=memory(), gpus=visible(gpus(), os.environ.get("CUDA_VISIBLE_DEVICES")))


def cores() -> int:
    """Number of CPU threads that this process may use: by its CPU affinity, by cgroups, and by Slurm."""
    bounds = [len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1]
    for group in _groups("cpu"):
        with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
            bounds.append(math.ceil(_quota(group)))
    for name in _SLURM:  # a node that does not enforce its limits shows all its cores
        with contextlib.suppress(ValueError):
            bounds.append(int(os.environ.get(name, "")))
    return max(1, min(bound for bound in bounds if bound > 0))


def _quota(group: Path) -> float:
    """CPU threads that a cgroup may use; below 0: no limit (v1). Raises OSError or ValueError: no limit (v2)."""
    if (group / "cpu.max").exists():
        quota, period = (group / "cpu.max").read_text(encoding="utf-8").split()  # "max 100000": no limit
        return int(quota) / int(period)
    quota, period = ((group / f"cpu.cfs_{name}_us").read_text(encoding="utf-8") for name in ("quota", "period"))
    return int(quota) / int(period)


def memory() -> int:
    """Memory of this machine in MB, at most the limit of its cgroups; 0 if unknown."""
    found = []
    with contextlib.suppress(AttributeError, OSError, ValueError):
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for group in _groups("memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):  # v2, v1
            with contextlib.suppress(OSError, ValueError):
                found.append(int((group / name).read_text(encoding="utf-8")))
    return min(found, default=0) // _UNITS


def _groups(controller: str) -> Iterator[Path]:
    """Yields the folders that may limit this process: its own cgroup and all above it, of v2 and of v1."""
    groups = {("", "/"), (controller, "/")}  # in a container, /proc may show the path that the group has outside
    with contextlib.suppress(OSError, ValueError):
        for line in _OWN_GROUPS.read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:  # v2
                groups.add(("", path))
            elif controller in controllers.split(","):
                groups |= {(controllers, path), (controller, path)}  # mounts: cpu,cpuacct, and cpu as a link to it
    for mount, path in sorted(groups):
        own = Path(path.lstrip("/"))
        for group in (own, *own.parents):
            yield _CGROUP / mount / group


def gpus() -> tuple[Gpu, ...]:
    """Returns all NVIDIA GPUs of this machine in the order of their PCI addresses; none if there is no driver."""
    if sys.platform == "darwin":
        return ()
    try:
        import pynvml
    except ImportError:  # installed with the extra `render`
        return ()
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return ()
    found = []
    try:
        for k in range(pynvml.nvmlDeviceGetCount()):
            with contextlib.suppress(pynvml.NVMLError):  # it has fallen off the bus; the others work
                found.append(_gpu(pynvml, pynvml.nvmlDeviceGetHandleByIndex(k)))
    finally:
        pynvml.nvmlShutdown()
    return tuple(found)


def visible(gpus: Sequence[Gpu], variable: str | None) -> tuple[Gpu, ...]:
    """Returns the GPUs that a value of CUDA_VISIBLE_DEVICES leaves visible, in its order.

    The value lists indices, beginnings of UUIDs, or instances of a divided GPU ("MIG-..."), each of which counts as the
    first divided GPU; it ends at the first that does not exist. None: all GPUs.
    """
    if variable is None:
        return tuple(gpus)
    found: list[Gpu] = []
    for name in map(str.strip, variable.split(",")):
        named = next((gpu for k, gpu in enumerate(gpus) if _is_named(gpu, k, name)), None)
        if named is None:
            break
        found.append(named)
    return tuple(found)


def _is_named(gpu: Gpu, index: int, name: str) -> bool:
    """Whether a part of CUDA_VISIBLE_DEVICES names the GPU of this index."""
    if name.startswith("MIG-"):
        return gpu.partitioned
    return name == str(index) or (name.startswith("GPU-") and gpu.uuid.startswith(name))


def _gpu(pynvml: Any, handle: Any) -> Gpu:
    major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
    cores, partitioned, total = 0, False, 0
    with contextlib.suppress(pynvml.NVMLError):  # a GPU without memory of its own
        total = pynvml.nvmlDeviceGetMemoryInfo(handle).total
    with contextlib.suppress(pynvml.NVMLError):
        cores = pynvml.nvmlDeviceGetNumGpuCores(handle)
    with contextlib.suppress(pynvml.NVMLError):  # most GPUs do not support MIG
        partitioned = pynvml.nvmlDeviceGetMigMode(handle)[0] == pynvml.NVML_DEVICE_MIG_ENABLE
    return Gpu(
        name=pynvml.nvmlDeviceGetName(handle),
        arch=f"sm_{major}{minor}",
        memory=total // _UNITS,
        uuid=pynvml.nvmlDeviceGetUUID(handle),
        cores=cores,
        partitioned=partitioned,
    )
