"""Folders of this machine for what is not yet at its place, gone with the process that made them.

A process that is killed cannot remove its own, so the next one does. What tells it is a lock of the operating system on
each folder: it dies with its process, and holds between containers that share a disk and no process ids.
"""

import contextlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

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
    """What holds a folder until it is closed; None where another process does, or where there are no such locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    try:
        held = os.open(path, os.O_RDONLY)
    except OSError:  # it is gone, or another user's
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # or the file system has no locks of folders
        os.close(held)
        return None
    return held
