"""Storage of a dataset: a folder on this machine, or an object store that fsspec reaches.

Names are relative to the dataset, with slashes: "config.json", "train/shard-00003/shard.json". A shard exists whole or
not at all: in a folder one rename commits it; in a store its shard.json is written last, and without it nothing else of
the shard counts.
"""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from tvrgen._support import limits, names
from tvrgen._support.limits import Limit

MANIFEST = "shard.json"


class LogFile(Protocol):
    """A text file that grows line by line."""

    def write(self, line: str) -> None:
        """Adds a line. Other processes may see it after half a minute."""

    def flush(self) -> None:
        """Makes all lines visible to other processes."""


class Storage(ABC):
    """Storage of a dataset. `name` is as the user wrote it, `address` works on other machines too."""

    name: str
    address: str

    def __str__(self) -> str:
        return self.name

    def __truediv__(self, path: str) -> str:
        """Name of a file in messages."""
        return f"{self.name.rstrip('/')}/{path}"

    @abstractmethod
    def exists(self, path: str) -> bool:
        """Whether a file exists."""

    @abstractmethod
    def read(self, path: str, limit: Limit = limits.DOCUMENT) -> bytes:
        """Returns a file's content.

        Raises FileNotFoundError, OSError if it cannot be read, UserError if it is larger than the limit, or if it is
        no plain file of the storage but a device, a pipe or a link to somewhere else.
        """

    @abstractmethod
    def open(self, path: str) -> BinaryIO:
        """Opens a file of lines or a tar for reading. Raises as `read` does."""

    @abstractmethod
    def write(self, path: str, content: bytes) -> None:
        """Writes a file, whole or not at all. Raises OSError."""

    @abstractmethod
    def log(self, path: str) -> LogFile:
        """Returns a new log file. Its methods raise OSError."""

    @abstractmethod
    def remove(self, path: str) -> None:
        """Removes a file or a folder with all its files, if it exists."""

    @abstractmethod
    def remove_if_empty(self, path: str = "") -> None:
        """Removes a folder, or the storage itself, if it is empty."""

    @abstractmethod
    def names(self, path: str = "") -> set[str]:
        """Names of the files and folders in a folder (`_support.listing`); empty if the folder does not exist."""

    @abstractmethod
    def shards(self) -> set[str]:
        """Paths of the committed shards: "train/shard-00003"."""

    @abstractmethod
    def committing(self, shard: str, again: bool = False) -> contextlib.AbstractContextManager[Path]:
        """An empty local folder to fill, which becomes the shard when the block ends, and is removed if it fails.

        An existing shard stays, or is replaced if it is made `again`.
        """

    @abstractmethod
    def local(self, folder: str) -> contextlib.AbstractContextManager[Path]:
        """A local copy of a folder, or the folder itself, for reading."""

    @abstractmethod
    def fetched(self, path: str) -> contextlib.AbstractContextManager[Path]:
        """A local copy of a file, or the file itself, for reading. Raises as `read` does."""

    @abstractmethod
    def path(self, path: str) -> str:
        """Returns the path of a file, or its URL for fsspec."""

    @abstractmethod
    def discard_partial(self) -> set[str]:
        """Removes shards that killed runs began and did not commit; returns the committed ones."""

    @abstractmethod
    def check_name(self) -> None:
        """Raises UserError if the name cannot be that of a storage, such as the path of a file."""

    @abstractmethod
    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Lets one run write until the block ends. Raises UserError if another run is writing."""

    @abstractmethod
    def check_lock(self) -> None:
        """Raises UserError if another run took the lock over, because this one seemed dead."""

    @abstractmethod
    def sizes(self, folder: str) -> dict[str, int]:
        """Sizes in bytes of all files in a folder, by their paths in it. Raises NotADirectoryError for a file."""

    @abstractmethod
    def is_locked(self) -> bool:
        """Whether a run is writing. Writes nothing; takes 15 s at most."""

    @abstractmethod
    def worker_logs(self) -> Path | None:
        """Local folder for the logs of workers; None if they stay on the workers' machines."""

    @abstractmethod
    def sees(self, shard: str) -> bool:
        """Whether a shard that another machine has committed is visible from this one."""

    @abstractmethod
    def contains(self, path: Path) -> bool:
        """Whether a local path is inside the storage."""

    def _folders(self) -> Iterator[str]:
        """Folders with names of shards."""
        for split in sorted(self.names()):
            if names.SPLIT.fullmatch(split) and split != "log":
                paths = (f"{split}/{name}" for name in sorted(self.names(split)))
                yield from (path for path in paths if names.SHARD.fullmatch(path))
