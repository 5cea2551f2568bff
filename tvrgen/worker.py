"""One shard from start to commit. The only module that imports tvrgen.blender."""

import json
import platform
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import tvrgen
from tvrgen import annotations, canonical, design, environment, record, sampler, store
from tvrgen.errors import UserError
from tvrgen.geometry import View
from tvrgen.pictures import BLEND, Picture, pictures
from tvrgen.sampler import Planned
from tvrgen.scene import Light, SceneSpec, State
from tvrgen.settings import Config, Split
from tvrgen.store import Shard
from tvrgen.visibility import Eye


class Renderer(Protocol):
    """What a worker needs of a renderer; `tvrgen.blender.renderer.Renderer` is one."""

    description: dict[str, str]
    """Versions, by name: {"blender": "4.5.15 LTS"}."""

    def configure(self, split: Split) -> list[str]:
        """Takes a split's settings for the next pictures; returns the names of the devices in use."""

    def render(self, state: State, view: View, lights: tuple[Light, ...], path: Path) -> None:
        """Writes one picture."""

    def save(self, shots: list[tuple[str, State, View, tuple[Light, ...]]], path: Path) -> None:
        """Writes a .blend file that renders these pictures, each with its name."""


def open_renderer(config: Config, log: Path, threads: int = 0) -> Renderer:
    """Blender, opened with the config's scene; `threads` where the config leaves them open (0: all).

    Raises UserError where Blender cannot be imported.
    """
    if fault := environment.lacking():
        raise UserError(fault)
    try:
        from tvrgen.blender.renderer import Renderer as BlenderRenderer
    except ImportError as error:
        raise UserError(f"Blender cannot be loaded: {error}; see tvrgen doctor") from error
    return BlenderRenderer(config.scene, config.vocabulary, log, threads)


def make_shard(config: Config, shard: Shard, root: Path, renderer: Renderer, report: Callable[[int], None]) -> None:
    """Plans, renders, writes and commits one shard. `report` is told of each finished picture."""
    for finished in shard_steps(config, shard, root, renderer):
        report(finished)


def shard_steps(config: Config, shard: Shard, root: Path, renderer: Renderer) -> Iterator[int]:
    """The same as an iterator, which yields 1 after each picture. The shard is committed when it ends."""
    split, clock = config.split(shard.split), _Clock()
    devices = renderer.configure(split)
    with (
        store.writing(root, shard) as folder,
        open(folder / "scenes.jsonl", "w", encoding="utf-8") as scenes,
        open(folder / "questions.jsonl", "w", encoding="utf-8") as questions,
    ):
        for index in range(shard.first, shard.first + shard.count):
            with clock("planning"):
                planned = sampler.plan_problem(config, split.name, index)
                _check_own(planned, split, config)
            eye = Eye(split.vocabulary)
            with clock("writing"):
                lines = record.question_lines(planned, split)
                for file, schema, line in [(scenes, "scene", record.scene_line(planned, split))] + [
                    (questions, "question", line) for line in lines
                ]:
                    record.check(line, schema, f"{shard.path}: {line['id']}")
                    file.write(record.dump(line) + "\n")
            shots = pictures(planned.problem, split)
            for picture in shots:
                state = planned.states[picture.state]
                with clock("rendering"):
                    renderer.render(state, picture.view, picture.lights, folder / picture.path)
                with clock("annotating"):
                    _annotate(picture, state, config.scene, eye, folder)
                yield 1
            if split.output.blend:
                with clock("writing"):
                    _save(planned, shots, renderer, folder)
        scenes.close()
        questions.close()
        versions = {"tvrgen": tvrgen.__version__, "python": platform.python_version(), **renderer.description}
        run = {"devices": devices, "versions": versions, "samples": split.render.samples, "seconds": clock.seconds}
        if split.output.blend:
            run["files"] = store.entries(folder, lambda path: path.suffix == ".blend")
        (folder / "run.json").write_text(json.dumps(run, indent=1) + "\n")


def _check_own(planned: Planned, split: Split, config: Config) -> None:
    """Raises UserError for a problem that may occur in another split as well: nothing of it is committed."""
    if not canonical.belongs(planned.hash, split.ordinal, len(config.splits)):
        raise UserError(f"{config.source}: {planned.problem.id} may occur in another split as well; change the seed")


def _save(planned: Planned, shots: tuple[Picture, ...], renderer: Renderer, folder: Path) -> None:
    """Writes the problem's .blend file."""
    path = folder / BLEND.format(index=planned.problem.index)
    path.parent.mkdir(exist_ok=True)
    renderer.save([(f"{p.when}-{p.camera.name}", planned.states[p.state], p.view, p.lights) for p in shots], path)


def _annotate(picture: Picture, state: State, scene: SceneSpec, eye: Eye, folder: Path) -> None:
    """Writes the files beside a picture."""
    if picture.annotations:
        seen = annotations.surfaces(state, picture.view, scene, eye)
        for kind, path in picture.annotations.items():
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


class _Clock:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, what: str):
        start = time.perf_counter()
        yield
        self._seconds[what] += time.perf_counter() - start

    @property
    def seconds(self) -> dict[str, float]:
        return {what: round(s, 3) for what, s in self._seconds.items()}
