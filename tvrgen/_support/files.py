"""Files on disk: written whole or not at all, and their checksums."""

import contextlib
import errno
import hashlib
import json
import os
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from tvrgen._support.errors import UserError

NAMES = "surrogateescape"
"""Error handler of files that hold names of files: Python has their bytes as surrogates where the locale lacks them."""


def pretty(data: Any) -> bytes:
    """JSON of `data` in UTF-8, one value a line."""
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def resolved(path: Path) -> Path:
    """The path without links. Raises UserError for links that lead to each other."""
    try:
        path.stat()  # Path.resolve raises an error for such links in some versions of Python only
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UserError(f"{path}: is a link that leads to itself") from error
    return Path(os.path.realpath(path))


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Opens a text file for writing; it gets its name when the block ends, and is removed if the block fails.

    Links are followed; a pipe or a device is written to directly. Raises UserError if the path is a folder.
    """
    path = resolved(path)
    if path.is_dir():
        raise UserError(f"{path}: is a folder; write a file's name")
    if path.exists() and not path.is_file():
        with open(path, "w", encoding="utf-8", errors=NAMES) as file:
            yield file
        return
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        with open(beside, "x", encoding="utf-8", errors=NAMES) as file:  # never through a link of this name
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def add_to_tar(tar: tarfile.TarFile, name: str, file: BinaryIO, size: int) -> None:
    """Adds `size` bytes of a file to a tar, with no times or owners, so that equal files give equal tars."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o644
    tar.addfile(entry, file)
