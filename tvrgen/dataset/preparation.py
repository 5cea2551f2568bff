"""Preparation of a storage for a run: it is recognised and locked, and its config compared with the run's.

A run that is refused, or made no shard, leaves the storage as it found it: it removes what it made itself, and nothing
else.
"""

import contextlib
import dataclasses
import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from tvrgen._support.errors import UserError
from tvrgen._support.files import pretty
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Config, differences, identity
from tvrgen.dataset.catalog import GROWN, note_again, read_json
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage import own_names
from tvrgen.dataset.storage.base import MANIFEST, Storage
from tvrgen.dataset.versions import FORMAT, check_format, check_plan, format_of

_log = logging.getLogger(__name__)


def as_begun(storage: Storage, config: Config) -> Config:
    """The config as the shards in a storage have it: one begun before sources were noted goes on without them."""
    before = config_document(storage)
    if before is None or "code" in before or "code" not in config.document or not storage.shards():
        return config
    return dataclasses.replace(config, document={k: v for k, v in config.document.items() if k != "code"})


@contextlib.contextmanager
def writing_to(storage: Storage, config: Config) -> Iterator[set[str]]:
    """Prepares a storage for a run of this dataset, and locks it; yields the shards that exist already.

    Shards that were begun and not committed are removed if the block fails; if not, `finish` removes them. Raises
    UserError if the storage holds another dataset, one of another plan or something else, if another run is writing
    there, or if it cannot be written.
    """
    _check_free(storage, config)
    found = _Found(frozenset(storage.names()), frozenset(storage.names("log")), _content(storage, "config.json"))
    try:
        with storage.locked():
            try:
                there = storage.discard_partial()  # leftovers of a killed run
                _check_versions(storage, there)
                _write_config(storage, config, there)
            except UserError:
                _restore_log(storage, found)
                raise
            try:
                yield there
                storage.check_lock()
                _keep_config(storage, config)
            except BaseException:
                with contextlib.suppress(OSError, UserError):  # the error that ended the run is more useful
                    storage.check_lock()
                    if not storage.discard_partial():
                        _restore(storage, config, found)
                raise
    except PermissionError as error:
        raise UserError(f"{storage}: cannot be written: {error.strerror or error}; choose another folder") from error


@dataclass(frozen=True, slots=True)
class _Found:
    """What a storage held before a run: names of files and folders, names in log/, and the content of config.json."""

    names: frozenset[str]
    log: frozenset[str]
    config: bytes | None


def _restore(storage: Storage, config: Config, found: _Found) -> None:
    """Removes what a run made that finished no shard, and nothing else."""
    _restore_log(storage, found)
    for name in {"config.json", "dataset.json"} - found.names:
        storage.remove(name)
    if found.config is not None:
        storage.write("config.json", found.config)
    for folder in {*config.splits} - found.names:
        storage.remove_if_empty(folder)
    if not found.names:
        storage.remove_if_empty()


def _restore_log(storage: Storage, found: _Found) -> None:
    """Removes what a run wrote into log/, its lock included, and the folder if it made that."""
    for name in storage.names("log") - found.log:
        if own_names.is_log(name):
            storage.remove(f"log/{name}")
    if "log" not in found.names:
        storage.remove_if_empty("log")


def _check_free(storage: Storage, config: Config) -> None:
    """Raises UserError if the storage holds anything but a dataset."""
    storage.check_name()
    if storage.exists("export.json"):
        raise UserError(f"{storage}: holds an export; choose another folder")
    is_dataset, found = _is_dataset(storage), _json_or_none(storage, "config.json")
    if found is not None and not _is_config(found):
        remedy = "move it away, and run the same command again" if is_dataset else "choose another folder"
        raise UserError(f"{storage}: its config.json was not written by tvrgen; {remedy}")
    if is_dataset:
        return
    others = storage.names() - {"log", *(split for split in config.splits if not storage.names(split))}
    if not (_content(storage, "config.json") or b"").strip(b"\0 \r\n"):  # as a loss of power leaves a file
        others.discard("config.json")
    if others:
        raise UserError(f"{storage}: is not empty and holds no tvrgen dataset; choose another folder")


def _is_dataset(storage: Storage) -> bool:
    """Whether config.json, dataset.json or the description of a shard was written by tvrgen."""
    if config_document(storage) is not None:
        return True
    manifests = (_json_or_none(storage, f"{shard}/{MANIFEST}") for shard in sorted(storage.shards()))
    return any(isinstance(found, dict) and {"split", "number", "files"} <= found.keys() for found in manifests)


def config_document(storage: Storage) -> Record | None:
    """Returns the document in config.json or, if that is missing or unreadable, in dataset.json; None if in neither."""
    if _is_config(document := _json_or_none(storage, "config.json")):
        return document
    return _described(storage)


def is_described(storage: Storage) -> bool:
    """Whether there is a readable dataset.json."""
    return _described(storage) is not None


def _described(storage: Storage) -> Record | None:
    """Returns the config in dataset.json, or None."""
    match _json_or_none(storage, "dataset.json"):
        case {"config": dict(document)} if _is_config(document):
            return document
    return None


def _is_config(document: Any) -> TypeGuard[Record]:
    """Whether a JSON value is a resolved config."""
    match document:
        case {"splits": dict(splits), "vocabulary": dict(), "scene": dict()}:
            return all(isinstance(split, dict) and isinstance(split.get("count"), int) for split in splits.values())
    return False


def _content(storage: Storage, path: str) -> bytes | None:
    """Returns the content of a file, or None if it is missing or cannot be read."""
    try:
        return storage.read(path)
    except (OSError, UserError):
        return None


def _check_versions(storage: Storage, there: set[str]) -> None:
    """Raises UserError if a later tvrgen wrote the dataset, or if its shards are of another plan.

    The plan is read from the run.json of a shard: a killed run leaves no dataset.json, or one whose shards are gone.
    """
    description = _json_or_none(storage, "dataset.json")  # if it is damaged, the end of the run replaces it
    check_format(description, storage / "dataset.json")
    for shard in sorted(there):
        if isinstance(run := _json_or_none(storage, f"{shard}/run.json"), dict):
            check_format(run, storage / shard)
            check_plan(run, storage)
            return  # all others are of the same plan, as each run has checked


def own_format(storage: Storage, shards: Iterable[str]) -> int:
    """The format in which a run writes shards: that of those that are there, so that a dataset has one."""
    for shard in sorted(shards):
        if isinstance(run := _json_or_none(storage, f"{shard}/run.json"), dict):
            return format_of(run)
    return FORMAT


def _json_or_none(storage: Storage, path: str) -> Any:
    """Returns the content of a JSON file, or None if it is missing or damaged."""
    try:
        return read_json(storage, path)
    except UserError:
        return None


def _write_config(storage: Storage, config: Config, there: set[str]) -> None:
    """Writes config.json unless it is as it should be.

    Another config replaces it while no shard exists, one with more problems at any time.
    """
    before = config_document(storage)
    damaged = not _is_config(_json_or_none(storage, "config.json"))
    if there and before is None:
        _claim(storage, config, there)
    elif there and before is not None:
        if keys := differences(_but_counts(before), _but_counts(config.document)):
            shown = ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
            raise UserError(
                f"{storage}: holds a dataset of another config, which differs in {shown}; choose another folder"
            )
        counts = {name: split["count"] for name, split in before["splits"].items()}
        if counts != _counts(config):
            _grow(storage, config, counts, there)
        elif not damaged:
            return
    if damaged and there:
        _log.warning("%s: was missing or unreadable; it is written again", storage / "config.json")
    storage.write("config.json", pretty(config.document))


def _keep_config(storage: Storage, config: Config) -> None:
    """Writes config.json again if it was removed or changed while a run went on."""
    found = _json_or_none(storage, "config.json")
    if _is_config(found) and identity(found) == identity(config.document):
        return
    _log.warning("%s: was removed or changed while the run went on; it is written again", storage / "config.json")
    storage.write("config.json", pretty(config.document))


def _claim(storage: Storage, config: Config, there: set[str]) -> None:
    """Has shards made again unless their run.json says that they are of this config: there is no other record of it."""
    mark = signature(config.document)
    runs = {shard: _json_or_none(storage, f"{shard}/run.json") for shard in there}
    foreign = [shard for shard, run in runs.items() if not isinstance(run, dict) or run.get("config") != mark]
    note_again(storage, dict.fromkeys(foreign, "config.json and dataset.json are lost, so its config is not known"))


def _counts(config: Config) -> dict[str, int]:
    return {name: split.count for name, split in config.splits.items()}


def _but_counts(document: Record) -> Record:
    kept = identity(document)
    for split in kept["splits"].values():
        split.pop("count", None)
    return kept


def signature(document: Record) -> str:
    """SHA-256 of the keys of a config that determine its shards: all that determine the dataset, but the counts."""
    return hashlib.sha256(json.dumps(_but_counts(document), sort_keys=True).encode()).hexdigest()


def _grow(storage: Storage, config: Config, counts: dict[str, int], there: set[str]) -> None:
    """Marks the last shard of each growing split to be made again, unless it is full."""
    for name, count in counts.items():
        split = config.split(name)
        if split.count < count:
            raise UserError(
                f"{storage}: split {name} has {count} problems; a split can grow, and not shrink to {split.count}; "
                "choose another folder"
            )
    for name, count in counts.items():
        split = config.split(name)
        if split.count > count and count % split.output.shard_size:
            last = shards_of(config, name)[count // split.output.shard_size]
            if last.path in there:
                note_again(storage, {last.path: GROWN})
