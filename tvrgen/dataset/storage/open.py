"""Opens a storage by its name."""

from pathlib import Path

from tvrgen._support.errors import UserError
from tvrgen.dataset.storage.base import Storage
from tvrgen.dataset.storage.folder import Folder
from tvrgen.dataset.storage.objectstore import ObjectStore

_INSIDE_FILES = ("zip", "tar", "libarchive", "reference", "data", "dir", "generic", "cached", "blockcache", "filecache")


def open_storage(name: str | Path) -> Storage:
    """Opens a folder, or an object store by its URL. Raises UserError if no installed library reaches it.

    Raises it too for URLs of fsspec whose files are parts or copies of others, and cannot be locked.
    """
    text = str(name).removeprefix("file://")
    if not text:
        raise UserError("'': names no storage; write a folder or a URL")
    if (scheme := text.split("://")[0].split("::")[0]) in _INSIDE_FILES and "://" in text:
        raise UserError(f"{text}: {scheme}:// is no store; write a folder, or s3://, gs:// or another URL of fsspec")
    return ObjectStore(text) if "://" in text else Folder(Path(text))


def open_existing(name: str | Path) -> Storage:
    """Opens a storage to read from, as `open_storage` does. Raises UserError also if a folder does not exist."""
    storage = open_storage(name)
    if isinstance(storage, Folder) and not storage.root.exists():
        raise UserError(f"{name}: there is no such folder")
    return storage
