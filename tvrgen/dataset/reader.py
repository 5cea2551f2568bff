"""Reading a dataset: its description, its lines, its images."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import nearest
from tvrgen.config import loader
from tvrgen.config.settings import Config
from tvrgen.dataset import catalog, shard_formats
from tvrgen.dataset.shard_formats import ShardFormat
from tvrgen.dataset.storage.open import open_existing
from tvrgen.dataset.versions import check_format

if TYPE_CHECKING:
    from PIL import Image


class Dataset:
    """A generated dataset, for reading: `tvrgen.open_dataset("demo")`.

    `description` is dataset.json, `splits` the names of its splits, `storage` its folder or object store.
    """

    def __init__(self, root: str | Path) -> None:
        self.storage = open_existing(root)
        if not self.storage.exists("dataset.json"):
            if self.storage.exists("export.json"):
                raise UserError(f"{root}: is an export, not a dataset; name the folder that it was made from")
            known = "a run that has not finished" if self.storage.exists("config.json") else "no dataset"
            raise UserError(f"{root}: there is no dataset.json, so this is {known}; run tvrgen generate")
        self.description: Record = catalog.read_json(self.storage, "dataset.json")
        check_format(self.description, self.storage / "dataset.json")
        if not _is_description(self.description):
            raise UserError(f"{self.storage / 'dataset.json'}: does not describe a dataset; run tvrgen generate again")
        self.splits = tuple(self.description["splits"])

    @property
    def form(self) -> ShardFormat:
        """The format of its shards."""
        return shard_formats.FORMATS[self.description["config"]["output"]["format"]]

    def shards(self, split: str | None = None) -> list[str]:
        """The committed shards, in order: "train/shard-00000"."""
        if split is not None and split not in self.splits:
            raise UserError(f"{self.storage}: no split {split!r}{nearest(split, self.splits)}")
        prefixes = [f"{split}/"] if split else [f"{s}/" for s in self.splits]
        return [s["path"] for s in self.description["shards"] if s["path"].startswith(tuple(prefixes))]

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
        """The config of the dataset. Kinds of the user's own must be importable."""
        return loader.from_document(self.description["config"], self.storage / "dataset.json")

    def _lines(self, shard: str, kind: str) -> Iterator[Record]:
        path = f"{shard}/{self.form.file(kind)}"
        with reading(self.storage / path), self.storage.open(path) as file:
            yield from (entry.line for entry in self.form.entries(file, kind, self.storage / path))


def _is_description(found: Any) -> bool:
    """Whether a JSON value has the keys of a dataset.json, with values of the right types."""
    match found:
        case {"hash": str(), "splits": dict(splits), "shards": list(shards), "versions": dict(versions)}:
            sound = isinstance(found.get("config"), dict) and [*found["config"].get("splits", ())] == [*splits]
            sound &= all(isinstance(s, dict) and isinstance(s.get("questions"), int) for s in splits.values())
            sound &= all(isinstance(s, dict) and isinstance(s.get("path"), str) and "sha256" in s for s in shards)
            sound &= all(isinstance(found.get(name, 1), int) for name in ("format", "plan"))
            return sound and all(isinstance(names, list) for names in versions.values())
    return False


@contextlib.contextmanager
def reading(where: str) -> Iterator[None]:
    """Converts OSError to a UserError that names the file and the remedy."""
    try:
        yield
    except FileNotFoundError as error:
        raise UserError(f"{where}: is missing; run tvrgen validate, then tvrgen generate") from error
    except OSError as error:
        raise UserError(f"{where}: cannot be read: {error.strerror or error}") from error


def open_dataset(root: str | Path) -> Dataset:
    """Opens a dataset for reading: a folder, or a URL that fsspec reaches. Raises UserError if it has no dataset."""
    return Dataset(root)


def open_image(path: str) -> "Image.Image":
    """Returns an image of a question, read whole. Raises FileNotFoundError, or OSError if it is no image."""
    from PIL import Image

    with contextlib.ExitStack() as stack:
        file: Any = path
        if "://" in path:
            import fsspec

            file = stack.enter_context(fsspec.open(path, "rb"))
        image = Image.open(file)
        image.load()
        return image
