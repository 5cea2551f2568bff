"""Flat datasets of two splits to export, and the combinations of formats and storages that tests go through."""

import dataclasses
import json
from collections.abc import Callable, Iterable
from functools import partial
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
import yaml

from tests.tiny import ROOT, FlatRenderer, generate_flat, handmade, load
from tvrgen._support.errors import UserError
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.storage.open import open_storage
from tvrgen.export import FORMATS
from tvrgen.export.run import export, find
from tvrgen.questions.forms.choice import LETTERS
from tvrgen.sampling import identity

STORAGES = {"files": (), "tar": ("output.format=webdataset",), "memory": ()}
"""A dataset as files, in tars, and in an object store: overrides of the config."""

WRITERS = {
    next(
        own for own in find(name).__mro__ if own.__module__ in ("tvrgen.export.writers", "tvrgen.export.parquet")
    ): name
    for name in reversed(FORMATS)
}
"""Class that writes the files of a format -> the first format that it writes."""


def _sampled(name: str, chosen: bool, *values: str):
    return pytest.param(*values, name, id="-".join((name, *values)), marks=() if chosen else pytest.mark.full)


formats = pytest.mark.parametrize("name", FORMATS)
one_format_a_writer = pytest.mark.parametrize(
    "name", [_sampled(name, name in WRITERS.values()) for name in FORMATS if name != "seal"]
)
"""Every format with images, of which the normal suite takes one for each class of writers."""

_ONCE = dict(zip(FORMATS, cycle(STORAGES), strict=False))
formats_and_storages = pytest.mark.parametrize(
    ("dataset", "name"),
    [
        _sampled(name, name in WRITERS.values() or _ONCE[name] == storage, storage)
        for storage in STORAGES
        for name in FORMATS
    ],
    indirect=["dataset"],
)
"""Every format and storage, of which the normal suite takes every storage with every class of writers, and each format
with one storage.
"""


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their paths."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


class Turn:
    """A kind that TRANCE does not have."""

    name = "turn"

    def values(self, vocabulary):
        return ("90",)

    def apply(self, obj, value, vocabulary):
        return dataclasses.replace(obj, rotation=(obj.rotation + float(value)) % 360)

    def phrase(self, value):
        return f"turns by {value} degrees"


def two_splits(root: Path | str, *overrides: str, train: int = 5, test: int = 2) -> Path | str:
    """A dataset with problems made by hand, of three views each; its splits have the same problems."""
    return flat(root, f"splits={{train: {{count: {train}}}, test: {{count: {test}}}}}", *overrides)


def flat(root: Path | str, *overrides: str) -> Path | str:
    """A dataset with problems made by hand, of ten objects each, whose splits have the same problems."""
    with mock.patch.object(identity, "belongs", return_value=True):
        return generate_flat(root, load(*overrides), FlatRenderer(), partial(handmade, off_stage=7))


CHOICES = "questions=[{family: 'tests.asked:Numbers', as: choice, rationale: full}]"

_STILL = "sampling.kinds=[color, shape, size, material]"
_ONE_VIEW = "cameras.final=[center]"
OF_FOUR = "questions=[{family: 'tests.asked:Sides', as: choice}]"
CLIPS = (_ONE_VIEW, "output.clip={hold: 1, frames: 1}", "questions=[{family: changes, show: clip}]")

SUITED = {
    "reason-rft": (_STILL,),
    "openvlthinker": (CHOICES,),
    "vision-r1": ("question.rationale=full",),
    "observe-r1": (CHOICES,),
    "seal": (_ONE_VIEW,),
    "svqa-r1": ("questions=[{family: changes, twin: true}]",),
    "vision-zero": (_STILL, _ONE_VIEW),
    "video-r1": (CHOICES,),
    "spacer": (CHOICES,),
    "seed-bench-r1": (OF_FOUR,),
    "vad-r1": CLIPS,
}
"""Format -> what a dataset needs so that it holds all of its questions."""

FOR_SOME = ("reason-rft", "trance", "vision-zero", "svqa-r1", "seal")
"""Formats for changes alone, for twins alone, and for what words can tell."""


def suited(name: str, dataset: Path | str) -> Path | str:
    """The dataset, or for formats that do not hold its questions, one beside it that they hold."""
    if name not in SUITED:
        return dataset
    if SUITED[name] == CLIPS:
        pytest.importorskip("trimesh")  # what moves in a clip goes over what is in its way, by the heights of meshes
    form = open_dataset(dataset).description["config"]["output"].get("format", "files")
    beside = f"{dataset}-{name}" if isinstance(dataset, str) else dataset.with_name(f"{dataset.name}-{name}")
    if not open_storage(beside).exists("dataset.json"):
        views = 1 if _ONE_VIEW in SUITED[name] else 3
        counts = {"train": 15 // views, "test": 6 // views}
        two_splits(beside, *SUITED[name], f"output.format={form}", **counts)
    return beside


def kept(name: str, questions: Iterable[Any], line: Callable[[Any], dict] = lambda own: own) -> list[Any]:
    """The questions that a format does not leave out, in its order. `line` gives the line of one.

    Of formats for some, the dataset has to be a suited one.
    """
    if name in FOR_SOME:
        return list(questions)
    form = find(name).__new__(find(name))
    left = [question for question in questions if not form.omits(SimpleNamespace(line=line(question)))]
    return sorted(left, key=lambda question: line(question)["difficulty"]["score"]) if form.order else left


def with_rationales(name: str) -> str:
    """The override of a ready config that gives all of its questions rationales."""
    config = yaml.safe_load((ROOT / f"configs/{name}.yaml").read_text())
    asked = [{**own, "rationale": "full"} for own in config.get("questions", ())]
    return f"questions={json.dumps(asked)}" if asked else "question.rationale=full"


def wrong(line: dict) -> list[str]:
    """Wrong answers to a question, of the form that it asks for."""
    if "options" in line:
        return [letter for letter in LETTERS[: len(line["options"])] if letter != line["answer"]]
    if "family" not in line:
        return ["20.color.red", *(["no change"] if line["changes"] else [])]
    value, among = line["truth"]["value"], line["truth"].get("among", ())
    match line["answer_form"]:
        case "number":
            return [f"{value + more:g}" for more in (1, 10, 0.5)]
        case "word":
            return [word for word in among if word != value]
        case "sequence":
            return [", ".join(value[k:] + value[:k]) for k in range(1, len(value))]
    return []


def refused(match, *arguments, **options):
    """Asserts that an export is refused with one line that matches."""
    with pytest.raises(UserError, match=match) as caught:
        export(*arguments, **options)
    assert "\n" not in str(caught.value)
