"""The place that a name names."""

from pathlib import Path

from tvrgen.dataset.storage.base import Storage
from tvrgen.dataset.storage.folder import Folder
from tvrgen.dataset.storage.objectstore import ObjectStore
from tvrgen.errors import UserError


def open_storage(name: str | Path) -> Storage:
    """A folder, or what a URL leads to. Raises UserError where nothing installed reaches it."""
    text = str(name).removeprefix("file://")
    if not text:
        raise UserError("'': is no place for a dataset; write a folder or a URL")
    return ObjectStore(text) if "://" in text else Folder(Path(text))
