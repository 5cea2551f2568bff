"""Preparation of a node for a run, before any of its workers is ready: Blender's kernels, and MPS.

Every process that will use NVIDIA GPUs calls `prepare`; the first one on a node does the work.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

from tvrgen.config.settings import Config
from tvrgen.generation import machine, mps
from tvrgen.generation.machine import Gpu
from tvrgen.imaging.blender import kernels

NVIDIA = ("auto", "optix", "cuda")
"""Values of `render.device` that use an NVIDIA GPU if there is one."""


def takes_gpus(config: Config) -> bool:
    """Whether a split of the config may be rendered on GPUs."""
    return any(split.render.device != "cpu" for split in config.splits.values())


def takes_nvidia_gpus(config: Config) -> bool:
    """Whether a split of the config may be rendered on NVIDIA GPUs."""
    return any(split.render.device in NVIDIA for split in config.splits.values())


def takes_cpus(config: Config) -> bool:
    """Whether every split of the config may be rendered on a node without GPUs."""
    return all(split.render.device in ("auto", "cpu") for split in config.splits.values())


@dataclass(frozen=True, slots=True)
class Run:
    """What all processes of a run share, on all nodes."""

    name: str
    """A unique id of the run."""
    visible: str | None = None
    """CUDA_VISIBLE_DEVICES of the whole run, where it runs on one machine: Ray sets another one for each worker."""


def gpus(run: Run | None) -> tuple[Gpu, ...]:
    """Returns the NVIDIA GPUs of this node that Blender supports and a run may use.

    None stands for this process alone.

    In a run, CUDA_VISIBLE_DEVICES of this process is ignored: Ray sets it to one GPU for each worker. If
    CUDA_VISIBLE_DEVICES chooses by number among GPUs of several architectures, all are returned: CUDA numbers the
    fastest first, NVML does not.
    """
    every = machine.gpus()
    variable = os.environ.get("CUDA_VISIBLE_DEVICES") if run is None else run.visible
    chosen = machine.visible(every, variable)
    by_number = any(name.strip().isdigit() for name in (variable or "").split(","))
    if chosen and by_number and os.environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID":
        chosen = chosen if len({gpu.arch for gpu in every}) == 1 else every
    return tuple(gpu for gpu in chosen if kernels.supports(gpu.arch))


def waits(run: Run | None) -> str:
    """Returns the reason why `prepare` will take minutes on this node, or an empty text."""
    missing = {gpu.arch: gpu for gpu in gpus(run) if not kernels.found(gpu.arch)}
    return "; ".join(kernels.message(gpu.arch, gpu.name) for gpu in missing.values())


def prepare(run: Run | None, waiting: Callable[[], None] = lambda: None) -> str:
    """Prepares this process to use NVIDIA GPUs: compiles Blender's missing kernels, and joins MPS.

    Args:
        run: The run whose processes use GPUs at the same time through MPS; None: this process works alone.
        waiting: Is called a few times per second while kernels are compiled.

    Returns:
        The reason why this process does not use MPS; empty if it does.

    Raises:
        UserError: Kernels cannot be compiled.
    """
    usable = gpus(run)
    for arch in dict.fromkeys(gpu.arch for gpu in usable):
        kernels.make(arch, lambda seconds: waiting())
    if run is None or not usable:
        return "it is not needed"
    return mps.join(run.name, run.visible)
