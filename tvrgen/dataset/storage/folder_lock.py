"""Lock of a folder: one run at a time writes to it.

The lock is the operating system's, on an open file: it ends with its process, however that ends, and it holds between
processes of one machine, containers that share a disk and, where their file system has locks, machines.

Some file systems have none (Lustre and NFS by their mount options). A file beside, which its holder writes again every
five seconds, replaces the lock there, as in an object store (`store_lock`).
"""

import contextlib
import logging
import os
import stat
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import lock_descriptor

from tvrgen.dataset.storage.store_lock import StoreLock, refused

_NAME = "beat"
"""End of the name of the file that replaces a lock."""

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def holding(path: Path, storage: object) -> Iterator[Callable[[], None]]:
    """Holds the lock of a file, which is created if missing, until the block ends.

    Yields a function that raises UserError if another run took the lock over. Raises UserError, which names the
    `storage`, if another run holds the lock, and OSError if the file cannot be opened.
    """
    with _opened(path, os.O_RDWR | os.O_CREAT) as file:
        try:
            free = lock_descriptor(file, blocking=False)
        except OSError as error:
            _log.info(
                "%s: has no locks (%s); a file that is renewed every few seconds replaces them", storage, error.strerror
            )
            lock = _beating(path, storage)
            with lock.holding():
                yield lock.check
            return
        if not free:
            raise refused(storage)
        yield lambda: None


def held(path: Path) -> bool:
    """Whether another run holds the lock of a file. Makes no file."""
    try:
        with _opened(path, os.O_RDWR if os.access(path, os.W_OK) else os.O_RDONLY) as file:
            return not lock_descriptor(file, blocking=False)
    except OSError:  # no run ever locked it, this user may not open it, or the file system has no locks
        return _beating(path, "").held()


def _beating(path: Path, storage: object) -> StoreLock:
    """The lock that replaces the operating system's, in a file beside."""
    return StoreLock(_Files(path.parent, storage), _NAME if path.name == "lock" else f"{path.name}.{_NAME}")


class _Files:
    """Files of a folder, as the objects of `store_lock`."""

    def __init__(self, folder: Path, storage: object) -> None:
        self._folder, self._storage = folder, storage

    def __str__(self) -> str:
        return str(self._storage)

    def exists(self, path: str) -> bool:
        return (self._folder / path).is_file()

    def read(self, path: str) -> bytes:
        with _opened(self._folder / path, os.O_RDONLY) as file:
            return os.read(file, 4096)

    def write(self, path: str, content: bytes) -> None:
        beside = self._folder / f".{path}.{uuid.uuid4().hex[:8]}.partial"
        try:
            with _opened(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
                os.write(file, content)
            beside.replace(self._folder / path)
        finally:
            beside.unlink(missing_ok=True)

    def create(self, path: str, content: bytes) -> bool:
        try:
            with _opened(self._folder / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
                os.write(file, content)
        except FileExistsError:
            return False
        return True

    def remove(self, path: str) -> None:
        (self._folder / path).unlink(missing_ok=True)


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    """Opens a plain file; raises OSError for a link, and for a pipe or a device, which might never open."""
    file = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o666)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(f"{path}: is no plain file; remove it")
        yield file
    finally:
        os.close(file)  # which releases the lock
