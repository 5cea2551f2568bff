"""Reading a dataset: its description and its lines."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tvrgen._support import limits
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import nearest
from tvrgen.config import documents, loader
from tvrgen.config.settings import Config
from tvrgen.dataset import catalog, records, shard_formats
from tvrgen.dataset.shard_formats import ShardFormat
from tvrgen.dataset.storage.open import open_existing
from tvrgen.dataset.versions import check_format


class Dataset:
    """A generated dataset, for reading: `tvrgen.open_dataset("demo")`.

    `description` is dataset.json, `splits` the names of its splits, `storage` its folder or object store. A dataset is
    data: nothing that it names is imported, unless `trust` is set. docs/security.md has the limits on its files.
    """

    def __init__(self, root: str | Path, trust: bool = False) -> None:
        self.storage, self.trust = open_existing(root), trust
        if not self.storage.exists("dataset.json"):
            if self.storage.exists("export.json"):
                raise UserError(f"{root}: is an export, not a dataset; name the folder that it was made from")
            known = "a run that has not finished" if self.storage.exists("config.json") else "no dataset"
            raise UserError(f"{root}: there is no dataset.json, so this is {known}; run tvrgen generate")
        self.description: Record = catalog.read_json(self.storage, "dataset.json")
        check_format(self.description, self.storage / "dataset.json")
        _check_description(self.description, self.storage / "dataset.json")
        self.splits = tuple(self.description["splits"])
        self._shards: dict[str, list[str]] = {split: [] for split in self.splits}
        for shard in self.description["shards"]:
            self._shards[shard["path"].partition("/")[0]].append(shard["path"])

    @property
    def form(self) -> ShardFormat:
        """The format of its shards."""
        return shard_formats.FORMATS[self.description["config"]["output"]["format"]]

    def shards(self, split: str | None = None) -> list[str]:
        """The committed shards, in order: "train/shard-00000"."""
        if split is not None and split not in self.splits:
            raise UserError(f"{self.storage}: no split {split!r}{nearest(split, self.splits)}")
        return [path for name in ([split] if split else self.splits) for path in self._shards[name]]

    def scenes(self, split: str | None = None) -> Iterator[Record]:
        """Scene lines in order."""
        for shard in self.shards(split):
            yield from self._lines(shard, "scene")

    def questions(self, split: str | None = None) -> Iterator[Record]:
        """Question lines in order; `images` are paths, or URLs of fsspec, for `tvrgen.open_image`."""
        for shard in self.shards(split):
            for line in self._lines(shard, "question"):
                yield {**line, "images": [self.form.address(self.storage, shard, name) for name in line["images"]]}

    def config(self) -> Config:
        """The config of the dataset. Raises UserError if it names kinds of the user's own, and `trust` is not set."""
        where = self.storage / "dataset.json"
        return loader.of_dataset(self.description["config"], where, trust=self.trust)

    def _lines(self, shard: str, kind: str) -> Iterator[Record]:
        path = f"{shard}/{self.form.file(kind)}"
        with reading(self.storage / path), self.storage.open(path) as file:
            for entry in self.form.entries(file, kind, self.storage / path):
                records.check(entry.line, kind, entry.where, shard.partition("/")[0])
                yield entry.line


def _check_description(found: Any, where: str) -> None:
    """Raises UserError if the JSON value of dataset.json does not fit its schema, or contradicts itself."""
    try:
        documents.check(found, where, "dataset")
        config, splits = found["config"], found["splits"]
        documents.check(config, f"{where}: config", "config")
        if [*config["splits"]] != [*splits]:
            raise UserError(f"{where}: splits: are not those of the config")
        if strange := {shard["path"].partition("/")[0] for shard in found["shards"]} - {*splits}:
            raise UserError(f"{where}: shards: {min(strange)!r} is none of the splits")
        listed = Counter(shard["path"] for shard in found["shards"])
        if twice := [path for path, times in listed.items() if times > 1]:
            raise UserError(f"{where}: shards: {twice[0]} is listed twice")
    except UserError as error:
        raise UserError(f"{error}; so it does not describe a dataset; run tvrgen generate again") from error
    limits.SPLITS.check(len(splits), f"{where}: splits")


@contextlib.contextmanager
def reading(where: str) -> Iterator[None]:
    """Converts OSError to a UserError that names the file and the remedy."""
    try:
        yield
    except FileNotFoundError as error:
        raise UserError(f"{where}: is missing; run tvrgen validate, then tvrgen generate") from error
    except OSError as error:
        raise UserError(f"{where}: cannot be read: {error.strerror or error}") from error


def open_dataset(root: str | Path, trust: bool = False) -> Dataset:
    """Opens a dataset for reading: a folder, or a URL that fsspec reaches.

    With `trust`, modules with kinds of change that its config names may be imported. Raises UserError if there is no
    dataset.
    """
    return Dataset(root, trust)
