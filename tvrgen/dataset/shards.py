"""Layout of a dataset: shards, which exist whole or not at all, and the files that describe them.

config.json                    the resolved config, written first
SPLIT/shard-00000/             one shard
    scenes.jsonl, questions.jsonl, images/, annotations/    or all of these in samples.tar
    blend/                     if the config asks for it
    shard.json                 size and SHA-256 of every file that two runs would make alike
    run.json                   device, versions, seconds, checksum of the config; size and SHA-256 of the .blend files
dataset.json                   config, versions, splits, and the SHA-256 of every shard.json; written last
log/                           logs of runs (tvrgen.generation.journal); again.json: shards to be made again, and why
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tvrgen._support import listing
from tvrgen._support.files import pretty, sha256
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Config
from tvrgen.dataset.shard_formats import Files, ShardFormat
from tvrgen.dataset.storage.base import MANIFEST, Storage


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """Problems `first` to `first + count - 1` of a split."""

    split: str
    number: int
    first: int
    count: int

    @property
    def path(self) -> str:
        return f"{self.split}/shard-{self.number:05d}"


def shards_of(config: Config, split: str) -> list[Shard]:
    """Returns all shards of a split in order; the last one may be smaller."""
    size, count = config.split(split).output.shard_size, config.split(split).count
    return [Shard(split, n, first, min(size, count - first)) for n, first in enumerate(range(0, count, size))]


@contextlib.contextmanager
def writing(storage: Storage, shard: Shard, form: ShardFormat | None = None, again: bool = False) -> Iterator[Path]:
    """A folder to fill, which becomes the shard when the block ends, and is removed if it fails."""
    with storage.committing(shard.path, again) as folder:
        yield folder
        (form or Files()).complete(folder)
        (folder / MANIFEST).write_bytes(pretty(_manifest(folder, shard)))


def _manifest(folder: Path, shard: Shard) -> Record:
    return {**dataclasses.asdict(shard), "files": entries(folder, lambda path: not varies(path))}


def entries(folder: Path, wanted: Callable[[Path], bool]) -> dict[str, Record]:
    """Returns the entries of the wanted files of a folder, by their paths in it."""
    files = (path for path in sorted(listing.files(folder)) if wanted(path))
    return {path.relative_to(folder).as_posix(): entry(path) for path in files}


def entry(path: Path) -> Record:
    """Returns the entry of a file in shard.json or run.json: its size in bytes and its SHA-256."""
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}


def varies(path: Path) -> bool:
    """Whether a file of a shard may differ between two runs of the same config."""
    return path.name == "run.json" or path.suffix == ".blend"  # Blender writes addresses into its files
