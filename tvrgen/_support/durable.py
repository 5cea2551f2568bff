"""Files that survive a loss of power: their bytes, and the names that lead to them, are brought to the disk.

A rename alone orders nothing: after a loss of power, the new name may lead to an empty file.
"""

import contextlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_TOGETHER = 16  # files synced at the same time: the disk then writes its journal once for many


def sync(path: Path) -> None:
    """Waits until a file's content, or a folder's list of names, is on the disk.

    Does nothing for folders where the system cannot sync them (Windows, some network file systems). Raises OSError if
    the disk fails.
    """
    if path.is_dir():
        with contextlib.suppress(OSError):
            _sync(path, os.O_RDONLY)
    else:
        _sync(path, os.O_RDWR)  # Windows syncs only what is open for writing


def sync_tree(folder: Path) -> None:
    """Waits until all files of a folder, and of the folders in it, are on the disk with their names."""
    paths = [folder, *folder.rglob("*")]
    with ThreadPoolExecutor(_TOGETHER) as pool:
        list(pool.map(sync, (path for path in paths if not path.is_symlink())))


def _sync(path: Path, flags: int) -> None:
    file = os.open(path, flags)
    try:
        os.fsync(file)
    finally:
        os.close(file)
