"""Members of a shard's tar: plain files, read one after another from any byte on.

Shards are written in the USTAR form, so no other is read: extensions of other forms, such as sparse files and long
names, let a small file claim any size.
"""

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from tvrgen._support import limits, names
from tvrgen._support.errors import UserError
from tvrgen._support.limits import Limit

_BLOCK = tarfile.BLOCKSIZE


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a tar. `byte` is where its header begins, `size` its length in bytes."""

    name: str
    byte: int
    size: int
    _file: BinaryIO
    _where: str

    def read(self, limit: Limit) -> bytes:
        """Returns its content; the position of the tar changes. Raises UserError if it is larger than the limit."""
        limit.check(self.size, f"{self._where}/{self.name}")
        self._file.seek(self.byte + _BLOCK)
        return self._file.read(self.size)


def members(file: BinaryIO, where: str, byte: int = 0) -> Iterator[Member]:
    """Yields the members of a tar from a byte on, at which a header begins. The caller may move the file's position.

    Raises UserError, which names `where`, if the file is no such tar, is cut, or holds something that is no plain file.
    """
    length = file.seek(0, os.SEEK_END)
    found = 0
    while True:
        file.seek(byte)
        header = file.read(_BLOCK)
        if header and not header.strip(b"\0"):
            return  # a block of zeros is the end
        try:
            about = tarfile.TarInfo.frombuf(header, "utf-8", "backslashreplace")
        except (tarfile.HeaderError, ValueError, OverflowError) as error:
            raise UserError(f"{where}: cannot be read as a tar: {error}") from error
        if about.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or not names.MEMBER.fullmatch(about.name):
            raise UserError(f"{where}: {about.name!r:.80} does not belong in a shard")
        if about.size < 0 or byte + _BLOCK + about.size > length:
            raise UserError(f"{where}: cannot be read as a tar: it ends within {about.name}")
        found += 1
        limits.FILES.check(found, where)
        yield Member(about.name, byte, about.size, file, where)
        byte += _BLOCK + -(-about.size // _BLOCK) * _BLOCK
