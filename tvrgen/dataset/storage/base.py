"""Where a dataset lies: a folder of this machine, or an object store that fsspec reaches.

Names are relative to the dataset, with slashes: "config.json", "train/shard-00003/shard.json". A shard is there whole
or not at all: in a folder it is committed by one rename; in a store its shard.json is written last, and without it
nothing else of the shard counts.
"""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MANIFEST = "shard.json"

_PARTIAL, _OLD = ".partial", ".old"  # ends of what is being written, and of what is being replaced


class Storage(ABC):
    """A dataset's storage. `name` is what the user wrote; where workers on other machines find it, `address`."""

    name: str
    address: str

    def __str__(self) -> str:
        return self.name

    def __truediv__(self, path: str) -> str:
        """How a file of the place is named to users."""
        return f"{self.name.rstrip('/')}/{path}"

    @abstractmethod
    def exists(self, path: str) -> bool:
        """Whether there is a file."""

    @abstractmethod
    def read(self, path: str) -> bytes:
        """A file's content. Raises FileNotFoundError, or OSError where it cannot be read."""

    @abstractmethod
    def open(self, path: str) -> BinaryIO:
        """A file, to read from start to end. Raises as `read` does."""

    @abstractmethod
    def write(self, path: str, content: bytes) -> None:
        """Makes a file, whole or not at all. Raises OSError."""

    @abstractmethod
    def remove(self, path: str) -> None:
        """Removes a file or a folder with all that is in it, where there is one."""

    @abstractmethod
    def names(self, path: str = "") -> set[str]:
        """The names of files and folders in a folder; none where there is no folder."""

    @abstractmethod
    def shards(self) -> set[str]:
        """The committed shards: "train/shard-00003"."""

    @abstractmethod
    def filling(self, shard: str, again: bool = False) -> contextlib.AbstractContextManager[Path]:
        """An empty local folder to fill. When the block ends, it becomes the shard, and if the block fails it is gone.

        A shard that is there already stays, or is replaced if it is made `again`.
        """

    @abstractmethod
    def local(self, folder: str) -> contextlib.AbstractContextManager[Path]:
        """A folder as a local one, to read."""

    @abstractmethod
    def fetched(self, path: str) -> contextlib.AbstractContextManager[Path]:
        """A file as a local one, to read. Raises as `read` does."""

    @abstractmethod
    def path(self, path: str) -> str:
        """What opens a file: a local path, or a URL for fsspec."""

    @abstractmethod
    def discard_partial(self) -> set[str]:
        """Removes shards that were begun and not committed, by runs that are over; returns the committed ones."""

    def _committed(self) -> Iterator[str]:
        """Folders that may be shards, by their names."""
        for split in sorted(self.names()):
            if "." not in split and split != "log":
                yield from (f"{split}/{n}" for n in sorted(self.names(split)) if n.startswith("shard-"))
