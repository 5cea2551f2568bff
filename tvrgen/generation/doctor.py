"""Check of this machine: Python, libraries, Blender, devices, one rendered image, and NVIDIA GPUs."""

import importlib.metadata
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

import tvrgen
from tvrgen._support.errors import UserError
from tvrgen._support.messages import counted
from tvrgen.config import loader
from tvrgen.generation import doctor_gpus, machine, worker
from tvrgen.imaging.blender import requirements
from tvrgen.sampling import sampler


def examine() -> Iterator[tuple[bool, str]]:
    """Yields (fine, line) for each check. Images are rendered at the end, and only if Blender can be loaded."""
    yield True, f"tvrgen {tvrgen.__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield True, _threads()
    for name in ("numpy", "pillow", "trimesh", "embreex", "bpy", "ray", "nvidia-ml-py"):
        try:
            yield True, f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            yield False, f"{name} is not installed; {requirements.INSTALL}"
    if fault := requirements.lacking():
        yield False, fault
        return
    with tempfile.TemporaryDirectory() as folder:
        yield from _render(Path(folder))
    yield from doctor_gpus.examine()


def _threads() -> str:
    """The number of CPU threads that a run uses, and that of the machine if it has more."""
    cores, there = machine.cores(), os.cpu_count()
    return counted(cores, "CPU thread") + (f" of {there}" if there and there > cores else "")


def _render(folder: Path) -> Iterator[tuple[bool, str]]:
    tiny = {"render.width": 80, "render.height": 60, "render.samples": 4, "render.device": "cpu"}
    config = loader.load("configs/quickstart.yaml", tiny)
    split = next(iter(config.splits.values()))
    try:
        renderer = worker.open_renderer(config, folder / "blender.log")
        yield True, f"Blender {renderer.description['blender']}, devices: {', '.join(renderer.devices())}"
        planned = sampler.plan_problem(config, split.name, 0)
        renderer.configure(split)
        start = time.perf_counter()
        renderer.render(planned.initial, folder / "test.png")
        with Image.open(folder / "test.png") as image:
            image.load()
            gray = image.convert("L").tobytes()
    except (UserError, OSError) as error:
        yield False, f"test render: {error}"
        return
    seconds = time.perf_counter() - start
    if max(gray) - min(gray) < 20:
        yield False, "test render: the image shows nothing"
    else:
        yield True, f"test render: {image.width}x{image.height} in {seconds:.1f} s"
