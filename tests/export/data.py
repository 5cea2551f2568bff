"""Flat datasets of two splits to export, and the combinations of formats and storages that tests go through."""

import dataclasses
from functools import partial
from itertools import cycle
from pathlib import Path
from unittest import mock

import pytest

from tests.tiny import FlatRenderer, generate_flat, handmade, load
from tvrgen._support.errors import UserError
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.storage.open import open_storage
from tvrgen.export import FORMATS
from tvrgen.export.run import export, find
from tvrgen.sampling import identity

STORAGES = {"files": (), "tar": ("output.format=webdataset",), "memory": ()}
"""A dataset as files, in tars, and in an object store: overrides of the config."""

WRITERS = {find(name).__mro__[1]: name for name in reversed(FORMATS)}
"""Class that writes the files of a format -> the first format that it writes."""


def _sampled(name: str, chosen: bool, *values: str):
    return pytest.param(*values, name, id="-".join((name, *values)), marks=() if chosen else pytest.mark.full)


formats = pytest.mark.parametrize("name", FORMATS)
one_format_a_writer = pytest.mark.parametrize("name", [_sampled(name, name in WRITERS.values()) for name in FORMATS])
"""Every format, of which the normal suite takes one for each class of writers."""

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


def suited(name: str, dataset: Path | str) -> Path | str:
    """The dataset, or for formats that have no words for moves, one without them, which is made beside it."""
    if name != "reason-rft":
        return dataset
    form = open_dataset(dataset).description["config"]["output"].get("format", "files")
    beside = f"{dataset}-still" if isinstance(dataset, str) else dataset.with_name(f"{dataset.name}-still")
    if not open_storage(beside).exists("dataset.json"):
        two_splits(beside, "sampling.kinds=[color, shape, size, material]", f"output.format={form}")
    return beside


def refused(match, *arguments, **options):
    """Asserts that an export is refused with one line that matches."""
    with pytest.raises(UserError, match=match) as caught:
        export(*arguments, **options)
    assert "\n" not in str(caught.value)
