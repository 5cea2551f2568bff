"""Lock of a folder: one run at a time writes to it.

The lock is the operating system's, on an open file: it ends with its process, however that ends, and it holds between
processes of one machine, containers that share a disk and, where their file system has locks, machines.
"""

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import lock_descriptor

from tvrgen._support.errors import UserError

LOCK = "log/lock"
"""Name of the lock's file or object in a dataset."""

_log = logging.getLogger(__name__)


def refused(storage: object) -> UserError:
    """Returns the error for a storage to which another run is writing."""
    return UserError(f"{storage}: another run is writing there; wait for it, or choose another folder")


@contextlib.contextmanager
def holding(path: Path, storage: object) -> Iterator[None]:
    """Holds the lock of a file, which is created if missing, until the block ends.

    If the file system has no locks, the block runs without one, and a warning says so. Raises UserError, which names
    the `storage`, if another run holds the lock, and OSError if the file cannot be opened.
    """
    with _opened(path, os.O_RDWR | os.O_CREAT) as file:
        try:
            free = lock_descriptor(file, blocking=False)
        except OSError as error:
            _log.warning("%s: has no locks (%s); make sure that no other run writes there", storage, error.strerror)
            free = True
        if not free:
            raise refused(storage)
        yield


def held(path: Path) -> bool:
    """Whether another run holds the lock of a file. Makes no file."""
    try:
        with _opened(path, os.O_RDWR if os.access(path, os.W_OK) else os.O_RDONLY) as file:
            return not lock_descriptor(file, blocking=False)
    except OSError:  # no run ever locked it, this user may not open it, or the file system has no locks
        return False


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    file = os.open(path, flags, 0o666)
    try:
        yield file
    finally:
        os.close(file)  # which releases the lock
