"""Validation of a dataset: checks its files, computes all that follows from its config and its draws, and compares."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from tvrgen._support import limits
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import printable
from tvrgen.config import documents
from tvrgen.config.settings import Config, identity
from tvrgen.dataset import catalog
from tvrgen.dataset.reader import Dataset
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.base import Storage
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.validation.differences import differences, within
from tvrgen.dataset.validation.problems import unlike_dealt
from tvrgen.dataset.validation.shards import MORE, STRAY, shard_faults

_log = logging.getLogger(__name__)

_KEPT = (STRAY, MORE, limits.TO_MORE)
"""Ends of faults that making a shard again would not remove, or that say nothing against it."""


def validate(root: str | Path, *, report: Callable[[str], object] | None = None, trust: bool = False) -> list[str]:
    """All faults of a dataset, a line each; an empty list if it is sound. `report` is called with each fault at once.

    Marks shards with faults in the storage, if it can be written: the next run makes them again. Those that a limit of
    this process leaves unread are named, and not marked. For a dataset of another plan, or one made before the least
    turns of its shapes were noted, only its files and lines are checked, not the design, and a warning says so.

    With `trust`, modules with kinds of change that the dataset names are imported; without it, UserError is raised for
    such a dataset. It is also raised if the dataset, or the config in it, is missing or cannot be read, and if its
    problems take more trials to deal than TVRGEN_MAX_TRIALS allows.
    """
    faults = []
    for fault in dataset_faults(root, trust):
        faults.append(fault)
        if report is not None:
            report(fault)
    return faults


def dataset_faults(root: str | Path, trust: bool = False) -> Iterator[str]:
    """Yields a line for each fault; else as `validate`."""
    storage = open_storage(root)
    description, config = _opened(storage, trust)
    if why := unlike_dealt(description, config):
        _log.warning("%s: %s: the levels of problems and the texts of questions are not checked", root, why)
    faulty: dict[str, str] = {}
    try:
        for shard, fault in _dataset_faults(storage, description, config):
            line = printable(fault)  # a fault may quote files
            if shard:
                faulty.setdefault(shard, line)
            yield line
    finally:
        with contextlib.suppress(OSError):
            catalog.note_again(storage, faulty)


def _opened(storage: Storage, trust: bool) -> tuple[Record, Config]:
    """dataset.json and the config in it."""
    dataset = Dataset(storage.name, trust)
    try:
        return dataset.description, dataset.config()
    except UserError:
        raise
    except Exception as error:  # the file may hold anything
        raise UserError(
            f"{storage / 'dataset.json'}: does not describe a dataset; run tvrgen generate again"
        ) from error


def _dataset_faults(storage: Storage, description: Record, config: Config) -> Iterator[tuple[str, str]]:
    """Yields (path, fault), with the path of a shard if making it again removes the fault, else ""."""
    path, versions = storage / "dataset.json", description["versions"]
    if description["hash"] != config.hash:
        yield "", f"{path}: hash: is not the hash of the config, from which all else follows"
        return
    listed = {shard["path"]: shard["sha256"] for shard in description["shards"]}
    wanted = {shard.path: shard for split in config.splits for shard in shards_of(config, split)}
    begun = [shard for shard in wanted.values() if shard.path in listed]
    splits, entries = {}, [{"path": s.path, "problems": s.count, "sha256": listed[s.path]} for s in begun]
    for name, split in config.splits.items():
        problems = sum(shard.count for shard in begun if shard.split == name)
        splits[name] = {"count": split.count, "problems": problems, "questions": problems * split.asked}
    due = {
        "format": description.get("format"),
        "plan": description.get("plan"),
        "versions": versions,
        "hash": config.hash,
    }
    due |= {"splits": splits, "shards": entries, "config": config.document}
    due = {
        key: value for key, value in due.items() if key in description or key not in ("format", "plan")
    }  # 0.1 had none
    for fault in within(path, islice(differences(description, due), 1)):
        yield "", fault
    for fault in within(storage / "config.json", _config_faults(storage, config)):
        yield "", fault
    if not begun:
        yield "", f"{path}: shards: lists none; run tvrgen generate again"
    there = storage.shards()
    for shard in wanted.values():
        if shard.path in listed and shard.path in there:
            for fault in shard_faults(storage, shard, listed[shard.path], description, config):
                yield "" if fault.endswith(_KEPT) else shard.path, fault
        elif shard.path in there:
            yield "", f"{storage / shard.path}: is not listed in dataset.json; run tvrgen generate again"
        elif splits[shard.split]["problems"]:  # else no run has made the split yet
            yield "", f"{storage / shard.path}: is missing; run tvrgen generate again"
    for name in sorted(there - wanted.keys()):
        yield "", f"{storage / name}: does not belong to the dataset"


def _config_faults(storage: Storage, config: Config) -> Iterator[str]:
    document = catalog.read_json(storage, "config.json")
    documents.check(document, storage / "config.json", "config")
    yield from islice(differences(identity(document), identity(config.document)), 1)
