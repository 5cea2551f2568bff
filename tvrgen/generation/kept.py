"""Files of a shard that is made again because it has grown, which need not be made anew."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from pathlib import Path

from tvrgen._support import json_lines, limits, plain_files, scratch
from tvrgen._support.errors import UserError
from tvrgen.config import documents
from tvrgen.dataset import shards
from tvrgen.dataset.shard_formats import ShardFormat
from tvrgen.dataset.shards import Shard
from tvrgen.dataset.storage.base import MANIFEST, Storage


@contextlib.contextmanager
def kept(storage: Storage, shard: Shard, form: ShardFormat) -> Iterator[Callable[[str], Path | None]]:
    """Yields a lookup for the files of the existing shard: a local path, or None if its checksum is wrong."""
    with storage.local(shard.path) as folder, scratch.folder() as unpacked:
        try:
            manifest = json_lines.parse(plain_files.read(folder / MANIFEST, limits.DOCUMENT), shard.path)
            documents.check(manifest, shard.path, "shard")
            listed = manifest["files"]
        except (OSError, UserError):  # altered, or removed by a run that was killed while it replaced the shard
            listed = {}

        @functools.cache
        def is_sound(path: str) -> bool:
            return (folder / path).is_file() and shards.entry(folder / path) == listed.get(path)

        @functools.cache
        def base() -> Path:
            return form.opened(folder, unpacked)

        def find(path: str) -> Path | None:
            sound = all(is_sound(own) for own in form.holding([path]))
            return base() / path if sound and (base() / path).is_file() else None

        yield find
