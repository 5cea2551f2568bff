"""Condition of committed shards: are their descriptions readable, and all their files there with their sizes?

Images are not read. Shards lose files by a loss of power, and by what users remove.
"""

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tvrgen._support import json_lines
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.dataset.storage.base import MANIFEST, Storage
from tvrgen.dataset.versions import FORMAT, format_of

RUN = "run.json"

NO_FOLDER = "is a file in the place of a shard"
"""The fault of a shard whose place is taken."""

_TOGETHER = 16  # shards examined in parallel


@dataclass(frozen=True, slots=True)
class Condition:
    """Condition of a committed shard."""

    fault: str = ""
    """Why it has to be made again; empty for a sound shard."""
    digest: str = ""
    """SHA-256 of its shard.json."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of the programs that made it, by their names."""
    format: int = FORMAT
    """Format of its lines."""


def examine(storage: Storage, shards: Iterable[str]) -> dict[str, Condition]:
    """Returns the condition of committed shards, given by their paths."""
    paths = sorted(shards)
    with ThreadPoolExecutor(_TOGETHER) as pool:
        return dict(zip(paths, pool.map(partial(_condition, storage), paths), strict=True))


def _condition(storage: Storage, shard: str) -> Condition:
    try:
        sizes = storage.sizes(shard)
    except NotADirectoryError:
        return Condition(NO_FOLDER)
    except FileNotFoundError:
        return Condition("is missing")
    contents = {}
    for name in (MANIFEST, RUN):
        if fault := _unread(name, sizes):
            return Condition(fault)
        try:
            contents[name] = storage.read(f"{shard}/{name}")
        except (OSError, UserError) as error:
            return Condition(f"{name} cannot be read: {error}")
    manifest, run = (_object(content) for content in contents.values())
    match manifest, run:
        case {"files": dict(files)}, {"versions": dict(versions)}:
            listed = {**files, **(run["files"] if isinstance(run.get("files"), dict) else {})}
        case _:
            return Condition(f"{MANIFEST if 'files' not in manifest else RUN} is unreadable")
    if missing := [name for name, entry in listed.items() if sizes.get(name) != _bytes(entry)]:
        others = f" (and {len(missing) - 1} more files)" if len(missing) > 1 else ""
        return Condition(f"{_unread(missing[0], sizes) or f'{missing[0]} has another size'}{others}")
    return Condition("", hashlib.sha256(contents[MANIFEST]).hexdigest(), versions, format_of(run))


def _unread(name: str, sizes: Mapping[str, int]) -> str:
    if name not in sizes:
        return f"{name} is missing"
    return "" if sizes[name] else f"{name} is empty"


def _bytes(entry: Any) -> Any:
    return entry.get("bytes") if isinstance(entry, dict) else None


def _object(content: bytes) -> Record:
    """Returns a JSON object, or an empty one for anything else."""
    try:
        found = json_lines.parse(content, "")
    except UserError:
        return {}
    return found if isinstance(found, dict) else {}
