"""A dataset in a folder on this machine, or in a folder that several machines share."""

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tvrgen._support import limits, plain_files
from tvrgen._support.errors import UserError
from tvrgen._support.limits import Limit
from tvrgen.dataset.storage import folder_lock
from tvrgen.dataset.storage.base import LogFile, Storage

_PARTIAL, _OLD = ".partial", ".old"  # suffixes of files and shards being written, and of shards being replaced


def check_folder(path: Path) -> None:
    """Raises UserError if the folder cannot be made, because the path or a part of it is a file."""
    there = next((own for own in (path, *path.absolute().parents) if own.exists()), path)
    if there.exists() and not there.is_dir():
        raise UserError(f"{path}: {'' if there == path else f'{there} '}is not a folder; write a folder's name")


class _Appended:
    """A log file to which each line is appended at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, line: str) -> None:
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def flush(self) -> None:
        """Does nothing: each line is in the file already."""


class Folder(Storage):
    """A folder on this machine, or a folder that several machines share."""

    def __init__(self, root: Path) -> None:
        self.root, self.name, self.address = root, str(root), str(root.absolute())

    def exists(self, path: str) -> bool:
        return self._at(path).is_file()

    def read(self, path: str, limit: Limit = limits.DOCUMENT) -> bytes:
        return plain_files.read(self._at(path), limit)

    def open(self, path: str) -> BinaryIO:
        return plain_files.opened(self._at(path), limits.FILE)

    def write(self, path: str, content: bytes) -> None:
        target = self._at(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{_PARTIAL}")
        try:
            beside.write_bytes(content)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)

    def log(self, path: str) -> LogFile:
        return _Appended(self._at(path))

    def remove(self, path: str) -> None:
        target = self._at(path)
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)

    def remove_if_empty(self) -> None:
        self.root.rmdir()

    def names(self, path: str = "") -> set[str]:
        folder = self._at(path)
        there = {p.name for p in folder.iterdir()} if folder.is_dir() else set()
        return {name for name in there if not (name.startswith(".") and name.endswith((_PARTIAL, _OLD)))}

    def shards(self) -> set[str]:
        return set(self._folders())

    @contextlib.contextmanager
    def committing(self, shard: str, again: bool = False) -> Iterator[Path]:
        target = self._at(shard)
        folder, old = (target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{end}") for end in (_PARTIAL, _OLD))
        try:
            folder.mkdir(parents=True)
            yield folder
            if again and target.is_dir():
                target.rename(old)
            try:
                folder.rename(target)
            except OSError:
                if not target.is_dir():  # if it is, another worker, which counted as dead, made the shard
                    raise
        finally:
            for rest in (folder, old):
                shutil.rmtree(rest, ignore_errors=True)

    def local(self, folder: str) -> contextlib.AbstractContextManager[Path]:
        return contextlib.nullcontext(self._at(folder))

    def fetched(self, path: str) -> contextlib.AbstractContextManager[Path]:
        with self.open(path):  # refuses what is no plain file
            return contextlib.nullcontext(self._at(path))

    def path(self, path: str) -> str:
        return str(self._at(path))

    def discard_partial(self) -> set[str]:
        for end in (_PARTIAL, _OLD):
            for left in (*self.root.glob(f".*.????????{end}"), *self.root.glob(f"*/.*.????????{end}")):
                with contextlib.suppress(OSError):
                    self.remove(str(left.relative_to(self.root)))
        return self.shards()

    def check_name(self) -> None:
        check_folder(self.root)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        (self.root / folder_lock.LOCK).parent.mkdir(parents=True, exist_ok=True)
        with folder_lock.holding(self.root / folder_lock.LOCK, self):
            yield

    def is_locked(self) -> bool:
        return folder_lock.held(self.root / folder_lock.LOCK)

    def worker_logs(self) -> Path:
        return self.root / "log"

    def sees(self, shard: str) -> bool:
        split, _, name = shard.rpartition("/")
        return name in self.names(split)

    def contains(self, path: Path) -> bool:
        return plain_files.is_inside(path, self.root)

    def _at(self, path: str) -> Path:
        """Local path of a file or a folder. Raises UserError if it leads out of the storage, by links or by ".."."""
        local = self.root / path
        if path:
            plain_files.check_inside(local, self.root)
        return local
