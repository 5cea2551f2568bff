"""A dataset in a folder on this machine, or in a folder that several machines share."""

import contextlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from tvrgen._support import durable, limits, listing, plain_files
from tvrgen._support.errors import UserError
from tvrgen._support.limits import Limit
from tvrgen.dataset.storage import folder_lock
from tvrgen.dataset.storage.base import LogFile, Storage
from tvrgen.dataset.storage.own_names import is_of_shard, is_unfinished
from tvrgen.dataset.storage.store_lock import LOCK

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
        self._path.parent.mkdir(parents=True, exist_ok=True)  # it may vanish while a run goes on
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def flush(self) -> None:
        """Does nothing: each line is in the file already."""


class Folder(Storage):
    """A folder on this machine, or a folder that several machines share."""

    def __init__(self, root: Path) -> None:
        self.root, self.name, self.address = root, str(root), str(root.absolute())
        self._check_lock: Callable[[], None] = lambda: None

    def exists(self, path: str) -> bool:
        return self._at(path).is_file()

    def read(self, path: str, limit: Limit = limits.DOCUMENT) -> bytes:
        return plain_files.read(self._at(path), limit)

    def open(self, path: str) -> BinaryIO:
        return plain_files.opened(self._at(path), limits.FILE)

    def write(self, path: str, content: bytes) -> None:
        target = plain_files.place(self.root, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{_PARTIAL}")
        try:
            with open(beside, "xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
            durable.sync(target.parent)
        finally:
            beside.unlink(missing_ok=True)

    def log(self, path: str) -> LogFile:
        return _Appended(plain_files.place(self.root, path))

    def remove(self, path: str) -> None:
        target = self._at(path)
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)

    def remove_if_empty(self, path: str = "") -> None:
        with contextlib.suppress(OSError):
            (self.root / path).rmdir()

    def names(self, path: str = "") -> set[str]:
        folder = self._at(path)
        return {name for name in (listing.names(folder) if folder.is_dir() else ()) if not is_unfinished(name)}

    def shards(self) -> set[str]:
        return set(self._folders())

    @contextlib.contextmanager
    def committing(self, shard: str, again: bool = False) -> Iterator[Path]:
        target = plain_files.place(self.root, shard)
        folder, old = (target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{end}") for end in (_PARTIAL, _OLD))
        try:
            folder.mkdir(parents=True)
            yield folder
            durable.sync_tree(folder)
            if again and target.is_dir():
                target.rename(old)
            try:
                folder.rename(target)
            except OSError:
                if not target.is_dir():  # if it is, another worker, which counted as dead, made the shard
                    raise
            for above in (target.parent, self.root):  # the shard's name in its split's folder, and that folder's own
                durable.sync(above)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            if old.exists():
                _put_back(old, target)

    def local(self, folder: str) -> contextlib.AbstractContextManager[Path]:
        return contextlib.nullcontext(self._at(folder))

    def fetched(self, path: str) -> contextlib.AbstractContextManager[Path]:
        local = self._at(path)
        plain_files.opened(local, limits.FILE).close()  # refuses what is no plain file
        return contextlib.nullcontext(local)

    def path(self, path: str) -> str:
        return str(self._at(path))

    def discard_partial(self) -> set[str]:
        for left in (*self.root.glob(".*"), *self.root.glob("*/.*")):
            if is_unfinished(left.name) and not left.parent.is_symlink():
                with contextlib.suppress(OSError):
                    if left.name.endswith(_OLD):
                        _put_back(left, left.with_name(left.name[1:].rsplit(".", 2)[0]))
                    else:
                        self.remove(str(left.relative_to(self.root)))
        return self.shards()

    def check_name(self) -> None:
        check_folder(self.root)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        path = plain_files.place(self.root, LOCK)
        path.parent.mkdir(parents=True, exist_ok=True)
        with folder_lock.holding(path, self) as self._check_lock:
            yield

    def check_lock(self) -> None:
        self._check_lock()

    def sizes(self, folder: str) -> dict[str, int]:
        base = self.root / folder
        listing.names(base)  # raises an error for a file in the folder's place
        return {path.relative_to(base).as_posix(): path.stat().st_size for path in listing.files(base)}

    def is_locked(self) -> bool:
        return folder_lock.held(self.root / LOCK)

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


def _put_back(old: Path, shard: Path) -> None:
    """Ends the replacement of a shard: the old one takes its place again if there is no new one, and is removed else.

    Files in it that no run made are moved to the new one.
    """
    if old.is_symlink():
        old.unlink()
        return
    if not shard.exists():
        old.rename(shard)
        return
    for path in sorted(old.rglob("*")):
        name = path.relative_to(old).as_posix()
        target = shard / name
        if path.is_file() and not (is_of_shard(name) or listing.is_system_file(path.name) or target.exists()):
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
    shutil.rmtree(old, ignore_errors=True)
