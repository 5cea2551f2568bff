"""Files that describe a dataset: config.json, dataset.json, and log/again.json, which lists shards to be made again."""

import logging
from collections.abc import Mapping
from typing import Any

import tvrgen
from tvrgen._support import json_lines
from tvrgen._support.errors import UserError
from tvrgen._support.files import pretty
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Config
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.soundness import Condition, examine
from tvrgen.dataset.storage.base import Storage
from tvrgen.dataset.versions import FORMAT
from tvrgen.sampling.version import PLAN

AGAIN = "log/again.json"

_log = logging.getLogger(__name__)

GROWN = "grown"
"""Reason to make a shard again: its split has more problems now. The shard keeps its images."""


def again(storage: Storage) -> dict[str, str]:
    """Paths of the shards to be made again, each with the reason; what else log/again.json may hold is ignored."""
    try:
        found = read_json(storage, AGAIN) if storage.exists(AGAIN) else {}
    except UserError as error:
        _log.warning("%s; it is ignored: tvrgen validate finds such shards again", error)
        found = {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {path: why for path, why in pairs if isinstance(why, str)}


def note_again(storage: Storage, more: dict[str, str], done: tuple[str, ...] = ()) -> None:
    """Adds shards to those to be made again, and removes those that are done."""
    before = again(storage)
    after = {path: why for path, why in {**before, **more}.items() if path not in done}
    if after != before:
        storage.write(AGAIN, pretty(after)) if after else storage.remove(AGAIN)


def finish(storage: Storage, config: Config, conditions: Mapping[str, Condition] | None = None) -> Record:
    """Removes shards that were not committed, and writes and returns dataset.json, which lists the committed ones.

    `conditions` are those of the committed shards, if the caller has examined them. Raises UserError that names all
    shards which are not sound.
    """
    there, splits, listed, versions = storage.discard_partial(), {}, [], {"tvrgen": {tvrgen.__version__}}
    shards = {name: [s for s in shards_of(config, name) if s.path in there] for name in config.splits}
    if conditions is None:
        conditions = examine(storage, [shard.path for own in shards.values() for shard in own])
    if faults := {path: own.fault for path, own in conditions.items() if own.fault}:
        named = "; ".join(f"{path}: {fault}" for path, fault in faults.items())
        raise UserError(f"{storage}: {named}; make it again: redo {' '.join(faults)}")
    for name, split in config.splits.items():
        found = [shard for shard in shards[name] if shard.path in conditions]
        problems = sum(shard.count for shard in found)
        questions = problems * split.asked
        splits[name] = {"count": split.count, "problems": problems, "questions": questions}
        for shard in found:
            listed.append({"path": shard.path, "problems": shard.count, "sha256": conditions[shard.path].digest})
            for program, version in conditions[shard.path].versions.items():
                versions.setdefault(program, set()).add(version)
    dataset = {
        "format": max((condition.format for condition in conditions.values()), default=FORMAT),
        "plan": PLAN,
        "versions": {name: sorted(found) for name, found in sorted(versions.items())},
        "hash": config.hash,
        "splits": splits,
        "shards": listed,
        "config": config.document,
    }
    storage.write("dataset.json", pretty(dataset))
    return dataset


def read_json(storage: Storage, path: str) -> Any:
    """Returns the content of a JSON file. Raises UserError if it is missing, cannot be read, or is not JSON."""
    try:
        return json_lines.parse(storage.read(path), storage / path)
    except OSError as error:
        raise UserError(f"{storage / path}: cannot be read: {error.strerror or error}") from error
