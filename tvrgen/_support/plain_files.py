"""Plain files, which are neither pipes nor devices, and checks that a path stays in its folder.

A folder of a stranger may hold a link to /dev/zero or a pipe that nobody writes to; reading either never ends.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from tvrgen._support.errors import UserError
from tvrgen._support.limits import Limit


def opened(path: str | Path, limit: Limit) -> BinaryIO:
    """Opens a file for reading.

    Raises UserError if it is no plain file, or larger than the limit; FileNotFoundError or another OSError if it cannot
    be opened.
    """
    # without O_NONBLOCK, opening a pipe waits for a writer
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = os.fdopen(descriptor, "rb")
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise UserError(f"{path}: is not a plain file")
        limit.check(about.st_size, path)
    except BaseException:
        file.close()
        raise
    return file


def read(path: str | Path, limit: Limit) -> bytes:
    """Returns a file's content. Raises as `opened`."""
    with opened(path, limit) as file:
        content = file.read(limit.value + 1)  # it may have grown
    limit.check(len(content), path)
    return content


def check_inside(path: str | Path, folder: str | Path) -> None:
    """Raises UserError if a path leads out of a folder, by links or by "..". The file need not exist."""
    if not is_inside(path, folder):
        raise UserError(f"{path}: leads out of {folder}; put the file itself there")


def is_inside(path: str | Path, folder: str | Path) -> bool:
    """Whether a path leads to a file in a folder, after all links. False for a circle of links."""
    base = os.path.realpath(folder)
    return os.path.realpath(path).startswith(base.rstrip(os.sep) + os.sep)


def place(folder: Path, path: str) -> Path:
    """Returns the path of a file to write in a folder; `path` has slashes.

    Raises UserError if a folder on the way to it is a link: the file would lie elsewhere.
    """
    above = folder
    for part in path.split("/")[:-1]:
        above /= part
        if above.is_symlink():
            raise UserError(f"{above}: is a link; put a folder there: nothing is written through links")
    return folder / path
