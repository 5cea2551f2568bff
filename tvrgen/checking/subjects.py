"""What is checked: the splits of a config, or the configs that are made for a kind, and small scenes of each."""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tvrgen._support import resources
from tvrgen._support.errors import UserError
from tvrgen._support.import_path import importable
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import nearest
from tvrgen.config import documents, loader
from tvrgen.config.overrides import Overrides, listed, override
from tvrgen.config.settings import Config, Split
from tvrgen.transformations import registry
from tvrgen.transformations.base import Transformation

_OTHERS = ("color", "position")
"""Kinds with which a kind is checked besides being checked alone."""

_FEW = 2
"""Values of each attribute in small scenes, so that objects look much alike."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A split to check, with its config, and a title for it."""

    title: str
    config: Config
    split: Split


def is_kind(name: str) -> bool:
    """Whether a text names a kind, a built-in one or package.module:Class, and no config."""
    return name in registry.BUILT_IN or bool(re.fullmatch(r"[^\W\d][\w.]*:[^\W\d]\w*", name))


def check_known(name: str) -> None:
    """Raises UserError for a word that is neither a kind nor a shipped config, with those that there are."""
    known = [*registry.BUILT_IN, *resources.shipped_configs()]
    if re.fullmatch(r"\w*", name) and name not in known and not Path(name).is_file():
        raise UserError(f"{name}: no such kind or config{nearest(name, known)}; or write package.module:Class")
    if (
        re.fullmatch(r"\w+(\.\w+)+", name)
        and not name.endswith((".yaml", ".yml", ".json"))
        and not Path(name).is_file()
    ):
        raise UserError(f"{name}: no such kind or config{registry.suggestion(name)}")


def kind(name: str, folder: Path) -> Transformation:
    """The kind of a name, whose module may be in a folder. Raises UserError if it cannot be loaded."""
    with importable(folder):
        return registry.resolve(name)


def plain(folder: Path, overrides: Overrides) -> Split:
    """A split of the default kinds, for what a kind's members are asked with."""
    return _made({}, folder, overrides).split("train")


def of_kind(name: str, roles: int, folder: Path, overrides: Overrides, seed: int | None) -> Iterator[Subject]:
    """A config with a kind alone, and one with it beside others. Raises UserError for what it cannot be used with."""
    least = max(3, 2 * roles)
    short = name.rpartition(":")[2]
    companions = [other for other in _OTHERS if other != name]
    for title, kinds, steps in (
        (f"{short} alone", [name], [1, 2]),
        (f"{short} with {' and '.join(companions)}", [name, *companions], [1, 4]),
    ):
        sampling = {"kinds": kinds, "objects": max(8, least + 3), "on_stage": [least, max(6, least)], "steps": steps}
        config = _made({"sampling": sampling, **({"seed": seed} if seed is not None else {})}, folder, overrides)
        yield Subject(title, config, config.split("train"))


def of_config(config: Config, names: Iterable[str]) -> Iterator[Subject]:
    """The splits of a config with these names."""
    for name in names:
        yield Subject(f"{Path(config.source).name}: {name}", config, config.split(name))


def small(subject: Subject) -> Iterator[Config]:
    """Configs with a subject's kinds and few objects and steps, the first with few looks; those that there can be."""
    config, split = subject.config, subject.split
    whole = documents.with_new_names(config.document, config.source)
    document: Record = {key: value for key, value in whole.items() if key not in ("splits", "questions")}
    own = whole["splits"][split.name]
    for section in ("sampling", "cameras", "render", "question"):
        if section in document:
            document[section] = {**document[section], **own.get(section, {})}
    roles = max(kind.named for kind in split.kinds.values())
    few = {a: list(split.vocabulary.values(a)[:_FEW]) for a in split.vocabulary.attributes}
    size = {"objects": [roles + 2, roles + 3], "on_stage": [max(2, roles), roles + 2], "no_change": 0}
    document["splits"] = {split.name: {"count": own["count"]}}
    written = document["sampling"]["only"]
    for only, steps in itertools.product(({**written, **few}, written), ([1, 2], 1)):
        sampling = {**document["sampling"], **size, "only": only, "steps": steps}
        try:
            yield loader.from_document({**document, "sampling": sampling}, config.source, config.folder)
        except UserError:
            continue  # the kinds need other looks, or the constraints other numbers


def _made(document: Record, folder: Path, overrides: Overrides) -> Config:
    base: dict[str, Any] = {
        "splits": {"train": {"count": 100_000}},
        "cameras": {"final": ["left", "center", "right"]},
        "question": {"rationale": "full"},
    }
    return loader.from_document(override({**base, **document}, listed(overrides)), "check", folder)
