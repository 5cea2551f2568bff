"""Scratch folders: local, for files on their way, removed with the process that made them.

A killed process cannot remove its folders, so the next one does. It knows them by the operating system's lock on each
folder, which ends with its process, and holds between containers that share a disk and no process ids.
"""

import contextlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

from filelock import lock_descriptor

_NAME = "tvrgen-scratch-"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """An empty folder, gone when the block ends."""
    path = Path(tempfile.mkdtemp(prefix=f".{_NAME}"))
    lock = _lock(path)
    if lock is not None:
        path = path.rename(path.with_name(path.name[1:]))  # under this name others look at it: it is locked by now
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def folder_of(owner: object) -> Path:
    """An empty folder, gone with an object or with this process."""
    stack = contextlib.ExitStack()
    weakref.finalize(owner, stack.close)
    return stack.enter_context(folder())


def clear() -> None:
    """Removes the folders of processes that were killed on this machine."""
    for path in Path(tempfile.gettempdir()).glob(f"{_NAME}*"):
        lock = _lock(path)
        if lock is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _lock(path: Path) -> int | None:
    """Locks a folder until the returned file is closed.

    Returns None where another process holds the lock, and where folders cannot be locked: on Windows, and on file
    systems without such locks.
    """
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:  # it is gone, another user's, or on Windows
        return None
    try:
        free = lock_descriptor(file, blocking=False)
    except OSError:
        free = False
    if free:
        return file
    os.close(file)
    return None
