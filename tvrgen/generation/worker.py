"""Worker: makes one shard, from planning to commit. The only module here that imports tvrgen.imaging.blender."""

import contextlib
import errno
import importlib
import json
import platform
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import tvrgen
from tvrgen._support import scratch
from tvrgen._support.errors import UserError
from tvrgen._support.import_path import importable
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Config, Split
from tvrgen.dataset import catalog, clips, preparation, records, shards
from tvrgen.dataset.images import BLEND, ImageFile, image_files, save_flipped
from tvrgen.dataset.shard_formats import FORMATS
from tvrgen.dataset.shards import Shard
from tvrgen.dataset.storage.base import Storage
from tvrgen.dataset.upgrade import written
from tvrgen.dataset.versions import FORMAT
from tvrgen.generation import clips as making
from tvrgen.generation import kept as kept_files
from tvrgen.generation import machine, node, process
from tvrgen.imaging import annotations
from tvrgen.imaging.blender import cpu_affinity, requirements
from tvrgen.imaging.renderer import Renderer, RendererLost
from tvrgen.imaging.visibility import Eye
from tvrgen.questions import asking
from tvrgen.sampling import design, identity
from tvrgen.sampling.problem import Planned
from tvrgen.sampling.version import PLAN

if TYPE_CHECKING:
    from tvrgen.imaging.blender.renderer import Renderer as BlenderRenderer


def open_renderer(config: Config, log: Path, threads: int = 0) -> "BlenderRenderer":
    """Opens Blender with the config's scene; its output goes to the file `log`.

    `threads` is the number of render threads if the config sets none (0: as many as this process may use; Blender
    itself would take one for each core of the machine). A process has one Blender, to be used from the main thread.

    Raises UserError if Blender cannot be imported.
    """
    if fault := requirements.lacking():
        raise UserError(fault)
    threads = threads or machine.cores()
    try:
        with cpu_affinity.at_most(max(split.render.threads or threads for split in config.splits.values())):
            from tvrgen.imaging.blender import renderer as blender
    except ImportError as error:
        raise UserError(f"Blender cannot be loaded: {error}; see tvrgen doctor") from error
    with importable(config.folder):  # which may hold functions that show attributes of the user's own
        return blender.Renderer(config.scene, config.vocabulary, log, threads)


OPENER = f"{__name__}:{open_renderer.__name__}"
"""Name of the function that opens each worker's renderer; another function with the same arguments can be named."""


def opener(name: str) -> Callable[[Config, Path, int], Renderer]:
    """The function that "package.module:function" names, imported in this process."""
    module, function = name.split(":")
    found: Callable[[Config, Path, int], Renderer] = getattr(importlib.import_module(module), function)
    return found


def shard_steps(
    config: Config, shard: Shard, storage: Storage, renderer: Renderer, why: str = "", number: int = FORMAT
) -> Generator[int, None, Record]:
    """Plans, renders, writes and commits a shard: yields 1 after each image, and returns the content of its run.json.

    `why` says why a shard that exists is made again; one that has grown keeps its images. `number` is the format of its
    lines.
    """
    split, clock = config.split(shard.split), _Clock()
    form, devices = FORMATS[split.output.format], renderer.configure(split)
    _check_devices(split, devices)
    with contextlib.ExitStack() as stack:
        kept = stack.enter_context(kept_files.kept(storage, shard, form)) if why == catalog.GROWN else lambda path: None
        folder = stack.enter_context(shards.writing(storage, shard, form, again=bool(why)))
        problems = _Problems(config, split, renderer, folder, kept, number, clock)
        for index in range(shard.first, shard.first + shard.count):
            yield from problems.make(index)
        problems.check_files()
        run = _description(split, renderer, devices, number, clock) | {"config": preparation.signature(config.document)}
        if split.output.blend:
            run["files"] = shards.entries(folder, lambda path: path.suffix == ".blend")
        (folder / "run.json").write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
        start = time.perf_counter()
    return {**run, "seconds": {**clock.seconds, "committing": round(time.perf_counter() - start, 3)}}


def _check_devices(split: Split, devices: list[str]) -> None:
    """Raises UserError if `render.device: auto` chose the CPU although there is an NVIDIA GPU: CUDA refuses it."""
    if split.render.device == "auto" and devices == ["CPU"] and (gpus := node.gpus(None)):
        raise UserError(
            f"{process.node()}: Blender cannot use {gpus[0]}; run tvrgen doctor on that machine, or set "
            "render.device=cpu"
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """A try of a shard that failed."""

    reason: str
    """The error in one line."""
    node: str
    """Host name of this machine."""
    tail: str
    """The last lines of the log."""
    lost: bool = False
    """Whether this process can render no more, so that its worker has to be replaced."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Result of some seconds of work on a shard: the number of images made, and how the shard ended if it did."""

    images: int
    facts: Record | None = None
    """Those of its run.json, if it is committed."""
    failure: Failure | None = None


def advance(steps: Generator[int, None, Record], seconds: float, log: Path) -> Turn:
    """Works on a shard for about `seconds`; a new image ends after them.

    Raises UserError if the user made a mistake.
    """
    images, end = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            images += next(steps)
    except StopIteration as stop:
        return Turn(images, facts=stop.value | process.about())
    except UserError:
        raise
    except Exception as error:
        lost = isinstance(error, RendererLost)
        reason = str(error) if lost else process.reason(error)
        return Turn(images, failure=Failure(reason, process.node(), process.tail(log), lost))
    return Turn(images)


def images_in(shard: Shard, config: Config) -> int:
    """Number of images of a shard, those of intermediate states and the frames of clips included."""
    split = config.split(shard.split)
    if not split.output.intermediate and not split.output.clip:
        return shard.count * split.images
    levels = (design.levels(config, split, shard.first + k) for k in range(shard.count))
    return sum(clips.number_of_images(len(own.steps), own.views, split) for own in levels)


@dataclass(frozen=True, slots=True)
class _Problems:
    """Maker of the problems of one shard, in its folder before it is committed.

    `kept` looks up images that need not be rendered again: it returns a local path, or None.
    """

    config: Config
    split: Split
    renderer: Renderer
    folder: Path
    kept: Callable[[str], Path | None]
    format: int
    clock: "_Clock"
    files: list[Path] = field(default_factory=list)
    """Images and annotations made so far."""

    def make(self, index: int) -> Iterator[int]:
        """Makes one problem; yields 1 after each image."""
        split = self.split
        with self.clock("planning"):
            planned = asking.plan_problem(self.config, split.name, index)
            self._check_split(planned)
        images, eye = image_files(planned.problem, planned.shots, split), Eye(split.vocabulary)
        with self.clock("writing"):
            self._record(planned, images)
        for image in images:
            self._render(image)
            with self.clock("annotating"):
                self._annotate(image, images, eye)
            yield 1
        yield from self._clip(planned, images)
        if split.output.blend:
            with self.clock("writing"):
                self._save(index, images)

    def _check_split(self, planned: Planned) -> None:
        """Raises UserError for a problem that may occur in another split as well: nothing of it is committed."""
        if not identity.belongs(planned.hash, self.split.hashes):
            source = self.config.source
            raise UserError(f"{source}: {planned.problem.id} may occur in another split as well; change the seed")

    def _record(self, planned: Planned, images: Sequence[ImageFile]) -> None:
        """Writes a problem's lines, each checked against its schema."""
        scene = records.scene_line(planned, images, self.split)
        questions = records.question_lines(planned, images, self.split, self.config.seed)
        for line, schema in [(scene, "scene"), *((question, "question") for question in questions)]:
            records.check(line, schema, line["id"])
        texts = [records.dump(written(line, "question", self.format)) for line in questions]
        text = records.dump(written(scene, "scene", self.format))
        FORMATS[self.split.output.format].add(self.folder, planned.problem.id, text, texts)

    def _render(self, image: ImageFile) -> None:
        """Writes an image: renders it, copies the one kept, or flips the one that it mirrors."""
        path = self._path(image.path)
        if image.flips:
            with self.clock("writing"):
                save_flipped(self.folder / image.flips, path, self.split.image)
        elif kept := self.kept(image.path):
            shutil.copyfile(kept, path)
        else:
            with self.clock("rendering"):
                self.renderer.render(image.shot, path)

    def _annotate(self, image: ImageFile, files: Sequence[ImageFile], eye: Eye) -> None:
        """Writes the annotations of an image."""
        if image.annotations and image.flips:
            original = next(file for file in files if file.path == image.flips)
            for channel, path in image.annotations.items():
                annotations.save_flipped(channel, self.folder / original.annotations[channel], self._path(path))
        elif image.annotations:
            seen = annotations.surfaces(image.shot.state, image.shot.view, self.config.scene, eye)
            for channel, path in image.annotations.items():
                annotations.save(channel, seen, self._path(path))

    def _clip(self, planned: Planned, images: Sequence[ImageFile]) -> Iterator[int]:
        """Makes a problem's clip, or copies the one kept; yields the numbers of its frames that no image shows."""
        clip = clips.of_planned(planned, images, self.split)
        if clip is None:
            return
        paths = [self._path(name) for name in clip.files]
        kept = [source for name in clip.files if (source := self.kept(name))]
        if len(kept) == len(paths):
            for source, path in zip(kept, paths, strict=True):
                shutil.copyfile(source, path)
            yield clip.made
            return
        with scratch.folder() as folder:
            frames = making.make(clip, planned, self.split, self.renderer, self.folder, folder)
            while True:
                with self.clock("rendering"):
                    if not next(frames, 0):
                        return
                yield 1

    def _save(self, index: int, images: Sequence[ImageFile]) -> None:
        """Writes a problem's .blend file."""
        self.renderer.save([image.shot for image in images if not image.flips], self._path(BLEND.format(index=index)))

    def check_files(self) -> None:
        """Raises OSError if a file vanished since it was made."""
        if missing := next((path for path in self.files if not path.is_file()), None):
            raise FileNotFoundError(errno.ENOENT, "vanished while its shard was made", str(missing))

    def _path(self, name: str) -> Path:
        """A path in the shard's folder, for a file to be made; its parent exists."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        self.files.append(path)
        return path


def _description(split: Split, renderer: Renderer, devices: list[str], number: int, clock: "_Clock") -> Record:
    """Content of run.json: format, versions, devices that rendered and denoised, and seconds by stage."""
    versions = {"tvrgen": tvrgen.__version__, "python": platform.python_version(), **renderer.description}
    used = {"devices": devices, "denoised_on": renderer.denoised_on}
    run = {"format": number, "plan": PLAN, **used, "versions": versions}
    return run | {"samples": split.render.samples, "seconds": clock.seconds}


class _Clock:
    """Seconds spent in each stage: `with clock("planning"): ...`."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)

    @contextlib.contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._seconds[stage] += time.perf_counter() - start

    @property
    def seconds(self) -> dict[str, float]:
        return {stage: round(seconds, 3) for stage, seconds in self._seconds.items()}
