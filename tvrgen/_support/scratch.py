"""Scratch folders: temporary, local, removed when the process that made them ends.

A killed process cannot remove its folders, so the next one does. It recognises them by the operating system's lock on
each folder, which ends with its process, and works between containers that share a disk but no process ids.
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
    """Makes an empty folder, which is removed when the block ends."""
    path = Path(tempfile.mkdtemp(prefix=f".{_NAME}"))
    lock = _lock(path)
    if lock is not None:
        path = path.rename(path.with_name(path.name[1:]))  # locked before `clear` can find it by its name
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def folder_of(owner: object) -> Path:
    """Makes an empty folder, which is removed when `owner` is collected or this process ends."""
    stack = contextlib.ExitStack()
    weakref.finalize(owner, stack.close)
    return stack.enter_context(folder())


def clear() -> None:
    """Removes the folders of processes that were killed on this machine."""
    for path in Path(tempfile.gettempdir()).glob(f"{_NAME}????????"):  # as `mkdtemp` names them
        lock = _lock(path)
        if lock is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _lock(path: Path) -> int | None:
    """Locks a folder until the returned file is closed.

    Returns None if another process holds the lock, or if folders cannot be locked: on Windows, and on file
    systems without such locks.
    """
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:  # removed meanwhile, another user's, or on Windows
        return None
    try:
        free = lock_descriptor(file, blocking=False)
    except OSError:
        free = False
    if free:
        return file
    os.close(file)
    return None
