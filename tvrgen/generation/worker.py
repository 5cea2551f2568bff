"""One shard from start to commit. The only module that imports tvrgen.imaging.blender."""

import contextlib
import functools
import importlib
import json
import os
import platform
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tvrgen
from tvrgen._support import scratch
from tvrgen.dataset import catalog, records, shards
from tvrgen.dataset.images import BLEND, ImageFile, image_files
from tvrgen.dataset.records import Record
from tvrgen.dataset.shard_formats import FORMATS, ShardFormat
from tvrgen.dataset.shards import Shard
from tvrgen.dataset.storage.base import MANIFEST, Storage
from tvrgen.dataset.versions import FORMAT
from tvrgen.errors import UserError
from tvrgen.imaging import annotations
from tvrgen.imaging.blender import cpu_affinity, requirements
from tvrgen.imaging.renderer import Renderer
from tvrgen.imaging.visibility import Eye
from tvrgen.sampling import design, identity, sampler
from tvrgen.sampling.problem import Planned
from tvrgen.sampling.version import PLAN
from tvrgen.scene.model import SceneSpec
from tvrgen.settings import Config, Split

if TYPE_CHECKING:
    from tvrgen.imaging.blender.renderer import Renderer as BlenderRenderer


def open_renderer(config: Config, log: Path, threads: int = 0) -> "BlenderRenderer":
    """Opens Blender with the config's scene; its output goes to the file `log`.

    `threads` is the number to render with where the config leaves it open (0: all). Blender is one to a process and is
    to be used from the main thread.

    Raises UserError if Blender cannot be imported.
    """
    if fault := requirements.lacking():
        raise UserError(fault)
    asked = [split.render.threads or threads for split in config.splits.values()]
    try:
        with cpu_affinity.at_most(0 if 0 in asked else max(asked)):
            from tvrgen.imaging.blender import renderer as blender
    except ImportError as error:
        raise UserError(f"Blender cannot be loaded: {error}; see tvrgen doctor") from error
    return blender.Renderer(config.scene, config.vocabulary, log, threads)


OPENER = f"{__name__}:{open_renderer.__name__}"
"""What opens the renderer of each worker; any function of its arguments can be named instead."""


def opener(name: str) -> Callable[[Config, Path, int], Renderer]:
    """The function that "package.module:function" names, on whatever machine this is."""
    module, function = name.split(":")
    return getattr(importlib.import_module(module), function)


def shard_steps(
    config: Config, shard: Shard, storage: Storage, renderer: Renderer, why: str = ""
) -> Generator[int, None, Record]:
    """Plans, renders, writes and commits one shard: yields 1 after each picture, and returns what run.json says.

    `why` it is made although it is there; one that has grown keeps the pictures that it has.
    """
    split, clock = config.split(shard.split), _Clock()
    form, devices = FORMATS[split.output.format], renderer.configure(split)
    with contextlib.ExitStack() as stack:
        kept = stack.enter_context(_kept(storage, shard, form)) if why == catalog.GROWN else lambda name: None
        folder = stack.enter_context(shards.writing(storage, shard, form, again=bool(why)))
        for index in range(shard.first, shard.first + shard.count):
            with clock("planning"):
                planned = sampler.plan_problem(config, split.name, index)
                _check_own(planned, split, config)
            images = image_files(planned.problem, planned.shots, split.output, split.image)
            with clock("writing"):
                _record(planned, images, split, config.seed, folder)
            eye = Eye(split.vocabulary)
            for image in images:
                (folder / image.path).parent.mkdir(exist_ok=True)
                if there := kept(image.path):
                    shutil.copyfile(there, folder / image.path)
                else:
                    with clock("rendering"):
                        renderer.render(image.shot, folder / image.path)
                with clock("annotating"):
                    _annotate(image, config.scene, eye, folder)
                yield 1
            if split.output.blend:
                with clock("writing"):
                    _save(planned.problem.index, images, renderer, folder)
        versions = {"tvrgen": tvrgen.__version__, "python": platform.python_version(), **renderer.description}
        run = {"format": FORMAT, "plan": PLAN, "devices": devices, "versions": versions}
        run |= {"samples": split.render.samples, "seconds": clock.seconds}
        if split.output.blend:
            run["files"] = shards.entries(folder, lambda path: path.suffix == ".blend")
        (folder / "run.json").write_text(json.dumps(run, indent=1) + "\n")
        start = time.perf_counter()
    return {**run, "seconds": {**clock.seconds, "committing": round(time.perf_counter() - start, 3)}}


def advance(
    steps: Generator[int, None, Record], seconds: float, log: Path
) -> tuple[int, Record | None, tuple[str, str, str] | None]:
    """Works on a shard for so long: (pictures, facts once it is committed, (reason, node, end of log) if it failed).

    Raises UserError where the user made a mistake.
    """
    images, end = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            images += next(steps)
    except StopIteration as stop:
        return images, stop.value | about_process(), None
    except UserError:
        raise
    except Exception as error:
        return images, None, (reason(error), node(), tail(log))
    return images, None, None


@contextlib.contextmanager
def _kept(storage: Storage, shard: Shard, form: ShardFormat) -> Iterator[Callable[[str], Path | None]]:
    """Yields a lookup for the images of the existing shard: a local path, or None where its checksum is wrong."""
    with storage.local(shard.path) as folder, scratch.folder() as unpacked:
        try:
            listed = json.loads((folder / MANIFEST).read_text())["files"]
        except (OSError, ValueError):  # altered, or gone with a run that was killed as it replaced the shard
            listed = {}

        @functools.cache
        def is_sound(path: str) -> bool:
            return (folder / path).is_file() and shards.entry(folder / path) == listed.get(path)

        @functools.cache
        def base() -> Path:
            return form.opened(folder, unpacked)

        def find(path: str) -> Path | None:
            sound = all(is_sound(own) for own in form.holding([path]))
            return base() / path if sound and (base() / path).is_file() else None

        yield find


def _record(planned: Planned, images: Sequence[ImageFile], split: Split, seed: int, folder: Path) -> None:
    """Writes a problem's lines, each held against its schema."""
    scene = records.scene_line(planned, images, split)
    questions = records.question_lines(planned, images, split, seed)
    for line, schema in [(scene, "scene"), *((question, "question") for question in questions)]:
        records.check(line, schema, line["id"])
    texts = [records.dump(line) for line in questions]
    FORMATS[split.output.format].add(folder, planned.problem.id, records.dump(scene), texts)


def _check_own(planned: Planned, split: Split, config: Config) -> None:
    """Raises UserError for a problem that may occur in another split as well: nothing of it is committed."""
    if not identity.belongs(planned.hash, split.ordinal, len(config.splits)):
        raise UserError(f"{config.source}: {planned.problem.id} may occur in another split as well; change the seed")


def _save(index: int, images: Sequence[ImageFile], renderer: Renderer, folder: Path) -> None:
    """Writes the problem's .blend file."""
    path = folder / BLEND.format(index=index)
    path.parent.mkdir(exist_ok=True)
    renderer.save([image.shot for image in images], path)


def _annotate(image: ImageFile, scene: SceneSpec, eye: Eye, folder: Path) -> None:
    """Writes the annotations of an image."""
    if image.annotations:
        seen = annotations.surfaces(image.shot.state, image.shot.view, scene, eye)
        for kind, path in image.annotations.items():
            (folder / path).parent.mkdir(exist_ok=True)
            annotations.save(kind, seen, folder / path)


def images_in(shard: Shard, config: Config) -> int:
    """How many pictures a shard has."""
    split = config.split(shard.split)
    between = 0
    if split.output.intermediate:
        steps = (design.levels(config, split, shard.first + k).steps for k in range(shard.count))
        between = sum(max(0, len(own) - 1) for own in steps)
    return shard.count * (1 + split.cameras.released) + between


def log_in(folder: Path) -> Path:
    """A file for what Blender prints, one for each process."""
    return folder / f"blender-{node()}-{os.getpid()}.log"


def node() -> str:
    return platform.node()


def about_process() -> dict[str, Any]:
    """The machine, the process, and the most memory that it ever took, in MB."""
    peak = 0.0
    with contextlib.suppress(ImportError):  # Windows
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return {"node": node(), "pid": os.getpid(), "memory": round(peak)}


def reason(error: BaseException) -> str:
    """An exception in one line."""
    said = " ".join(str(error).split())
    return said if isinstance(error, OSError) and said else f"{type(error).__name__}: {said}".rstrip(": ")


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, as far as there is one."""
    try:
        with open(log, "rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


class _Clock:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)

    @contextlib.contextmanager
    def __call__(self, what: str):
        start = time.perf_counter()
        yield
        self._seconds[what] += time.perf_counter() - start

    @property
    def seconds(self) -> dict[str, float]:
        return {what: round(s, 3) for what, s in self._seconds.items()}
