"""Where a dataset lies: a folder of this machine, or an object store that fsspec reaches.

Names are relative to the dataset, with slashes: "config.json", "train/shard-00003/shard.json". A shard is there whole
or not at all: in a folder it is committed by one rename; in a store its shard.json is written last, and without it
nothing else of the shard counts.
"""

import contextlib
import shutil
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tvrgen.errors import UserError

MANIFEST = "shard.json"

_PARTIAL, _OLD = ".partial", ".old"  # ends of what is being written, and of what is being replaced


class Place(ABC):
    """A dataset's place. `name` is what the user wrote; where workers on other machines find it, `address`."""

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


def check_folder(path: Path) -> None:
    """Raises UserError where a file stands in the place of a folder to be made, or of one above it."""
    there = next((own for own in (path, *path.absolute().parents) if own.exists()), path)
    if there.exists() and not there.is_dir():
        raise UserError(f"{path}: {'' if there == path else f'{there} '}is no folder; choose another --out")


class Folder(Place):
    """A folder of this machine, or one that several machines share."""

    def __init__(self, root: Path) -> None:
        self.root, self.name, self.address = root, str(root), str(root.absolute())

    def exists(self, path: str) -> bool:
        return (self.root / path).is_file()

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def open(self, path: str) -> BinaryIO:
        return open(self.root / path, "rb")

    def write(self, path: str, content: bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{_PARTIAL}")
        try:
            beside.write_bytes(content)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)

    def remove(self, path: str) -> None:
        target = self.root / path
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)

    def names(self, path: str = "") -> set[str]:
        folder = self.root / path
        there = {p.name for p in folder.iterdir()} if folder.is_dir() else set()
        return {name for name in there if not (name.startswith(".") and name.endswith((_PARTIAL, _OLD)))}

    def shards(self) -> set[str]:
        return set(self._committed())

    @contextlib.contextmanager
    def filling(self, shard: str, again: bool = False) -> Iterator[Path]:
        target = self.root / shard
        folder, old = (target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{end}") for end in (_PARTIAL, _OLD))
        try:
            folder.mkdir(parents=True)
            yield folder
            if again and target.is_dir():
                target.rename(old)
            try:
                folder.rename(target)
            except OSError:
                if not target.is_dir():  # else another worker, thought dead, made the same shard
                    raise
        finally:
            for rest in (folder, old):
                shutil.rmtree(rest, ignore_errors=True)

    @contextlib.contextmanager
    def local(self, folder: str) -> Iterator[Path]:
        yield self.root / folder

    fetched = local

    def path(self, path: str) -> str:
        return str(self.root / path)

    def discard_partial(self) -> set[str]:
        for end in (_PARTIAL, _OLD):
            for left in (*self.root.glob(f".*.????????{end}"), *self.root.glob(f"*/.*.????????{end}")):
                with contextlib.suppress(OSError):
                    self.remove(str(left.relative_to(self.root)))
        return self.shards()
