"""Check of NVIDIA GPUs for `tvrgen doctor`: kernels, MPS, a trial of each, and the workers that a run would start."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

from tvrgen._support.errors import UserError
from tvrgen.generation import allocation, machine, mps, trial
from tvrgen.generation.machine import Gpu, Machine
from tvrgen.imaging.blender import kernels, requirements

_DEVICES = Path("/dev")
_CUDA, _NVML, _OPTIX = "libcuda.so.1", "libnvidia-ml.so.1", "libnvoptix.so.1"
_CAPABILITIES = {_CUDA: "compute", _NVML: "utility", _OPTIX: "graphics"}
"""The driver's libraries, and the value in NVIDIA_DRIVER_CAPABILITIES with which NVIDIA's container toolkit puts each
of them into a container."""


def examine() -> Iterator[tuple[bool, str]]:
    """Yields (fine, line) for each check. Nothing on a machine without NVIDIA GPUs."""
    there = machine.here()
    if there.gpus and requirements.loads(_CUDA):
        yield from _examine(there)
    elif not there.gpus and (hidden := machine.gpus()):
        yield True, f"CUDA_VISIBLE_DEVICES hides all GPUs: {', '.join(map(str, hidden))}"
    else:
        yield from _lacking(there)


def _examine(there: Machine) -> Iterator[tuple[bool, str]]:
    kinds: dict[tuple[str, str], Gpu] = {}
    for gpu in there.gpus:
        kinds.setdefault((gpu.name, gpu.arch), gpu)
        yield True, f"GPU: {gpu}"
    for gpu in kinds.values():
        yield from _try(gpu)
    usable = tuple(gpu for gpu in there.gpus if kernels.supports(gpu.arch))
    if not usable:
        return
    shared, line = mps.examine()
    yield True, line
    if there.cores > 1 and importlib.util.find_spec("ray"):
        chosen = allocation.on_gpus(there.cores, there.memory, usable, len(usable), mps=shared)
    else:
        chosen = allocation.alone(there.cores, usable)
    yield True, f"tvrgen generate starts {chosen}"


def _try(gpu: Gpu) -> Iterator[tuple[bool, str]]:
    """Yields the origin of a GPU's kernel and the result of trials; no trial without a kernel, which takes minutes."""
    if not kernels.supports(gpu.arch):
        yield True, f"{gpu.name}: Blender does not support {gpu.arch}; the CPU renders instead"
        return
    origin = kernels.found(gpu.arch)
    if origin is None:
        yield _without_kernel(gpu)
        return
    source = "shipped with Blender" if origin == "shipped" else f"in {kernels.path(gpu.arch).parent}"
    yield True, f"{gpu.name}: its kernel is {source}"
    yield _trial(gpu, "cuda")
    if requirements.loads(_OPTIX):
        yield _trial(gpu, "optix")
    else:
        yield True, f"{gpu.name}: OptiX, which is not needed, cannot be used: {_missing(_OPTIX)}"


def _without_kernel(gpu: Gpu) -> tuple[bool, str]:
    try:
        kernels.check(gpu.arch)
    except UserError as error:
        return False, f"{gpu.name}: its kernel is missing, and cannot be compiled: {error}"
    remedy = f"tvrgen kernels or generate compiles it, once on this machine, in about {kernels.MINUTES} minutes"
    return True, f"{gpu.name}: its kernel is missing, so there is no trial; {remedy}"


def _trial(gpu: Gpu, device: str) -> tuple[bool, str]:
    found = trial.run(device, None if gpu.partitioned else gpu.uuid)
    if found.fault:
        return False, f"{gpu.name}: trial with {device}: {found.fault}"
    rate = f"{found.images_per_second:.1f} images a second by one worker"
    rest = f"denoised on {found.denoised_on}, first after {found.first:.1f} s"
    return True, f"{gpu.name}: trial with {device}: {rate}, {rest}"


def _lacking(there: Machine) -> Iterator[tuple[bool, str]]:
    """Yields what is missing where the system shows a GPU that programs cannot use."""
    shown = [str(gpu) for gpu in there.gpus] or [str(path) for path in sorted(_DEVICES.glob("nvidia[0-9]*"))]
    if not shown:
        return
    faults = [_missing(name) for name in (_CUDA, _NVML) if not requirements.loads(name)] or [_nvml_fault()]
    for fault in faults:
        yield False, f"{shown[0]} cannot be used: {fault}"


def _missing(library: str) -> str:
    needs = f"a container needs `{_CAPABILITIES[library]}` in NVIDIA_DRIVER_CAPABILITIES"
    return f"{library} of NVIDIA's driver is missing; {needs}"


def _nvml_fault() -> str:
    """Returns why NVIDIA's management library lists no GPU."""
    try:
        import pynvml
    except ImportError:
        return "nvidia-ml-py is not installed"
    try:
        pynvml.nvmlInit()
        pynvml.nvmlShutdown()
    except pynvml.NVMLError as error:
        return f"NVIDIA's management library says: {error}"
    return "NVIDIA's management library does not list it"
