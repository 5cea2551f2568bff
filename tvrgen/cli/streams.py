"""Streams for messages: one that cannot be written, as on a full disk, does not end the command."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO


class Lenient:
    """A stream whose text is lost, from then on, when it cannot be written; a closed pipe is an error as ever."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with self._losing():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._losing():
            self._stream.flush()

    @contextlib.contextmanager
    def _losing(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError:
            with contextlib.suppress(OSError, ValueError):  # what is buffered would fail again when Python ends
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, self._stream.fileno())
                os.close(null)


@contextlib.contextmanager
def lenient_errors() -> Iterator[None]:
    """Makes standard error lenient until the block ends."""
    before = sys.stderr
    if before is not None:
        sys.stderr = Lenient(before)
    try:
        yield
    finally:
        sys.stderr = before
