"""HDF5 files on disks that may fill.

The HDF5 library ends the process where it cannot write (a segmentation fault, of 1.14 and 2.0). So it writes through a
file of Python's, which keeps the first failure for itself and takes all that follows for written.
"""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Disk(io.RawIOBase):
    """A file open for reading and writing whose writes never fail; `check` tells whether they did."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failure: OSError | None = None
        self._file = open(path, "w+b", buffering=0)  # noqa: SIM115

    def check(self) -> None:
        """Raises the OSError of the first write that failed."""
        if self._failure:
            raise OSError(self._failure.errno, self._failure.strerror, str(self._path)) from self._failure

    def write(self, content: Any) -> int:
        left = memoryview(content).cast("B")
        length = len(left)
        with self._keeping():
            while left and not self._failure:
                left = left[self._file.write(left) or 0 :]
        return length

    def truncate(self, size: int | None = None) -> int:
        with self._keeping():
            self._file.truncate(size)
        return size or 0

    def readinto(self, buffer: Any) -> int:
        """Fills the whole buffer, past the end of the file with zeros: h5py takes what memory holds there for read."""
        content = memoryview(buffer).cast("B")
        length = self._file.readinto(content) or 0
        content[length:] = bytes(len(content) - length)
        return len(content)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()

    @contextlib.contextmanager
    def _keeping(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._failure = self._failure or error


@contextlib.contextmanager
def writing(path: Path) -> Iterator[tuple[Any, Disk]]:
    """Yields an h5py.File and its disk, which is to be checked often. Raises OSError if the file cannot be written."""
    import h5py

    with Disk(path) as disk:
        try:
            with h5py.File(disk, "w", libver="latest") as file:
                yield file, disk
        except Exception:
            disk.check()  # what the library says of a file that was not written is of no use
            raise
        disk.check()
