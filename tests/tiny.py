"""Small configs, problems and datasets for tests, and a renderer without Blender."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from PIL import Image

from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.config.settings import Config, Split
from tvrgen.dataset import catalog, preparation, records
from tvrgen.dataset.images import ImageFile, image_files
from tvrgen.dataset.records import Record
from tvrgen.dataset.shards import Shard, shards_of
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.versions import FORMAT
from tvrgen.generation import worker
from tvrgen.imaging.visibility import Sight
from tvrgen.questions import asking
from tvrgen.sampling import design, sampler
from tvrgen.sampling.levels import Levels
from tvrgen.sampling.problem import Planned, Problem
from tvrgen.scene.model import State
from tvrgen.transformations import replay
from tvrgen.transformations.base import Step

ROOT = Path(__file__).parent.parent
SHIPPED = sorted(p.stem for p in (ROOT / "configs").glob("*.yaml"))
ONE_FAMILY = [name for name in SHIPPED if "questions:" not in (ROOT / f"configs/{name}.yaml").read_text()]
"""The shipped configs that ask what changed, and nothing else."""
SMALL = ("render.width=80", "render.height=60", "render.samples=4", "render.threads=1", "render.device=cpu")
"""Overrides for tiny images, made on the CPU; the pixels needed to be in sight shrink with them."""


def load(*overrides: str) -> Config:
    """The quickstart config with tiny images: 5 problems, shards of 2."""
    base = (*SMALL, "splits.train.count=5", "output.shard_size=2")
    return loader.load("configs/quickstart.yaml", assignments((*base, *overrides)))


def write_config(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text)
    return path


def run(
    *arguments: str, cwd: Path | None = None, check: bool = False, **environment: str
) -> subprocess.CompletedProcess:
    """The `tvrgen` command in a process of its own."""
    command = [sys.executable, "-m", "tvrgen", *map(str, arguments)]
    env = {**os.environ, **environment}
    result = subprocess.run(command, capture_output=True, text=True, cwd=cwd or ROOT, env=env, timeout=300)
    if check and result.returncode:
        raise AssertionError(f"{command} exited {result.returncode}:\n{result.stdout}\n{result.stderr}")
    return result


def json_bytes(dataset: Path) -> dict[str, bytes]:
    """Every JSON file of a dataset by its path, but run.json."""
    files = [p for p in dataset.rglob("*.json*") if p.name != "run.json" and "log" not in p.parts]
    return {str(p.relative_to(dataset)): p.read_bytes() for p in sorted(files)}


class FlatRenderer:
    """Renderer that writes images in one colour and remembers its calls."""

    def __init__(self) -> None:
        self.description, self.denoised_on, self.asked = {"flat": "1"}, None, []

    def configure(self, split) -> list[str]:
        self.split = split
        return ["paint"]

    def render(self, shot, path) -> None:
        self.asked.append((shot, path.name))
        Image.new("RGB", (shot.view.width, shot.view.height), (90, 90, 90)).save(path)

    def save(self, shots, path) -> None:
        path.write_bytes(b"BLENDER" + bytes(len(shots)))


def handmade(config: Config, split: Split, index: int, off_stage: int = 0) -> Planned:
    """A problem that needs no rays: three objects in full sight, a colour and a move, or a material where none move.

    `off_stage` further objects are out of sight.
    """
    looks = [
        ("cube", "large", "red", "rubber"),
        ("sphere", "small", "cyan", "glass"),
        ("cylinder", "medium", "gray", "metal"),
    ]
    places = [(-10, -10), (5, 12), (20, index)]
    looks += [looks[k % 3] for k in range(off_stage)]
    places += [(4 * k - 20, -36) for k in range(off_stage)]
    words = config.vocabulary
    first = {attribute: words.values(attribute)[0] for attribute in words.attributes}
    initial = State(
        objects=tuple(
            words.object({**first, "shape": s, "size": z, "color": c, "material": m}, p, 15.0 * index)
            for (s, z, c, m), p in zip(looks, places, strict=True)
        )
    )
    moves = "position" in split.kinds
    kind, value = ("position", "front.1") if moves else ("material", "glass")
    steps = (Step(objects=(0,), kind="color", value="blue"), Step(objects=(2,), kind=kind, value=value))
    states = replay.replay(initial, steps, split.kinds, split.vocabulary)
    cameras = tuple(config.scene.cameras[name] for name in split.cameras.names)
    problem = Problem(
        split=split.name,
        index=index,
        attempt=0,
        initial=initial,
        steps=steps,
        cameras=cameras,
        lights=tuple(config.scene.lights.values()),
        views=split.cameras.final,
    )
    full, none = Sight(40, 0.5, (1, 2, 9, 12)), Sight(0, 0.0, None)
    rest = (none,) * off_stage
    sights = {"initial": (full, full, full, *rest), "final": (full, full, none if moves else full, *rest)}
    shots = problem.shots(states, split.render.width, split.render.height)
    shots = tuple(dataclasses.replace(shot, sights=sights.get(shot.when)) for shot in shots)
    return sampler.completed(problem, states, shots, split)


def images_of(planned: Planned, split: Split) -> tuple[ImageFile, ...]:
    return image_files(planned.problem, planned.shots, split)


def scene_line(planned: Planned, split: Split) -> Record:
    return records.scene_line(planned, images_of(planned, split), split)


def question_lines(planned: Planned, split: Split, seed: int) -> list[Record]:
    return records.question_lines(planned, images_of(planned, split), split, seed)


def ask(planned: Planned, view: str, split: Split, seed: int) -> Record:
    """The question what changed, as a mapping of its texts and the keys of its line."""
    question = next(q for shown, q in asking.questions(planned, split, seed) if shown == view and q.family == "changes")
    own = {name: getattr(question, name) for name in ("prompt", "answer", "answer_form", "difficulty", "rationale")}
    return own | question.details


def made(config: Config, shard: Shard, root: Path, renderer: FlatRenderer, why: str = "", number: int = FORMAT) -> int:
    """Makes one shard as a worker does; returns the number of its images."""
    return sum(worker.shard_steps(config, shard, open_storage(root), renderer, why, number))


def generate_flat(
    root: Path | str,
    config: Config,
    renderer: FlatRenderer,
    problem: Callable[..., Planned] = handmade,
) -> Path:
    """A whole dataset through the real worker and storage, with hand-made problems and images in one colour."""
    target = open_storage(root)
    with (
        preparation.writing_to(target, config) as there,
        mock.patch.object(asking, "plan_problem", lambda c, s, i: problem(c, c.split(s), i)),
    ):
        again, number = catalog.again(target), preparation.own_format(target, there)
        for split in config.splits:
            for shard in shards_of(config, split):
                if shard.path not in there or shard.path in again:
                    made(config, shard, root, renderer, again.get(shard.path, ""), number)
        catalog.note_again(target, {}, tuple(again))
        catalog.finish(target, config)
    return root


def levels_of(config: Config, split: str, count: int) -> list[Levels]:
    return [design.levels(config, config.split(split), k) for k in range(count)]


def with_object(state: State, k: int, **changes) -> State:
    objects = list(state.objects)
    objects[k] = dataclasses.replace(objects[k], **changes)
    return State(objects=tuple(objects))
