"""The import path, with the folder in which a user's own modules lie."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def importable(folder: Path | None) -> Iterator[None]:
    """Appends a folder to `sys.path` for the block, and takes it away after. None, or a folder on it, changes nothing.

    Modules that the block imports stay in `sys.modules`; what they import later, inside functions, is not found.
    """
    entry = str(folder)
    if folder is None or entry in sys.path:
        yield
        return
    sys.path.append(entry)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # the block may have taken it away itself
            sys.path.remove(entry)
