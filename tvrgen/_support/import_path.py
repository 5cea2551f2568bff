"""The import path (`sys.path`), extended by the folder of a user's own modules."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def importable(folder: Path | None) -> Iterator[None]:
    """Appends a folder to `sys.path` until the block ends. Does nothing for None, or if the folder is there already.

    Modules that the block imports stay in `sys.modules`; imports inside their functions need a block of their own.
    """
    entry = str(folder)
    if folder is None or entry in sys.path:
        yield
        return
    sys.path.append(entry)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # the block may have removed it itself
            sys.path.remove(entry)
