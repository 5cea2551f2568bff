"""Files that describe a dataset: config.json, dataset.json, and log/again.json, which lists shards to be made again."""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import tvrgen
from tvrgen._support import json_lines
from tvrgen._support.errors import UserError
from tvrgen._support.files import pretty
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Config, differences, identity
from tvrgen.dataset.shards import Shard, shards_of
from tvrgen.dataset.storage.base import MANIFEST, Storage
from tvrgen.dataset.versions import FORMAT, check_format, check_plan
from tvrgen.sampling.version import PLAN

AGAIN = "log/again.json"


GROWN = "grown"
"""Reason to make a shard again: its split has more problems now. The shard keeps its images."""


@contextlib.contextmanager
def writing_to(storage: Storage, config: Config) -> Iterator[set[str]]:
    """Prepares a storage for a run of this dataset, and locks it; yields the shards that exist already.

    Shards that were begun and not committed are removed if the block fails; if not, `finish` removes them. Raises
    UserError if the storage holds another dataset, one of another plan or something else, if another run is writing
    there, or if it cannot be written.
    """
    new = not storage.names()
    _check_free(storage)
    try:
        with storage.locked():
            there = storage.discard_partial()  # leftovers of a killed run
            _check_versions(storage, there)
            _write_config(storage, config, there)
            try:
                yield there
            except BaseException:
                with contextlib.suppress(OSError):  # the error that ended the run is more useful
                    if not storage.discard_partial():  # no shard was made, so leave no files
                        _leave(storage, config, new)
                raise
    except PermissionError as error:
        raise UserError(f"{storage}: cannot be written: {error.strerror or error}; choose another folder") from error


def _leave(storage: Storage, config: Config, new: bool) -> None:
    for name in ("log", "dataset.json", "config.json", *config.splits):
        with contextlib.suppress(OSError):
            storage.remove(name)
    if new:
        with contextlib.suppress(OSError):
            storage.remove_if_empty()


def _check_free(storage: Storage) -> None:
    storage.check_name()
    if storage.exists("export.json"):
        raise UserError(f"{storage}: holds an export; choose another folder")
    if not storage.exists("config.json"):
        if storage.names() - {"log"}:
            raise UserError(f"{storage}: is not empty and holds no tvrgen dataset; choose another folder")
    elif not _is_config(storage):
        raise UserError(f"{storage}: its config.json was not written by tvrgen; choose another folder")


def _is_config(storage: Storage) -> bool:
    document = _json_or_none(storage, "config.json")
    return isinstance(document, dict) and {"splits", "vocabulary", "scene"} <= document.keys()


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


def _json_or_none(storage: Storage, path: str) -> Any:
    """Returns the content of a JSON file, or None if it is missing or damaged."""
    try:
        return read_json(storage, path)
    except UserError:
        return None


def _write_config(storage: Storage, config: Config, there: set[str]) -> None:
    """Writes config.json unless it exists.

    Another config replaces it while no shard exists, one with more problems at any time.
    """
    if there:
        before = read_json(storage, "config.json")
        if keys := differences(_but_counts(before), _but_counts(config.document)):
            shown = ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
            raise UserError(
                f"{storage}: holds a dataset of another config, which differs in {shown}; choose another folder"
            )
        counts = {name: split["count"] for name, split in before["splits"].items()}
        if counts == {name: split.count for name, split in config.splits.items()}:
            return
        _grow(storage, config, counts, there)
    storage.write("config.json", pretty(config.document))


def _but_counts(document: Record) -> Record:
    kept = identity(document)
    for split in kept["splits"].values():
        split.pop("count", None)
    return kept


def _grow(storage: Storage, config: Config, counts: dict[str, int], there: set[str]) -> None:
    """Marks the last shard of each growing split to be made again, unless it is full."""
    for name, count in counts.items():
        split = config.split(name)
        if split.count < count:
            raise UserError(
                f"{storage}: split {name} has {count} problems; a split can grow, and not shrink to {split.count}; "
                "choose another folder"
            )
        if split.count > count and count % split.output.shard_size:
            last = shards_of(config, name)[count // split.output.shard_size]
            if last.path in there:
                note_again(storage, {last.path: GROWN})


def again(storage: Storage) -> dict[str, str]:
    """Paths of the shards to be made again, each with the reason."""
    return read_json(storage, AGAIN) if storage.exists(AGAIN) else {}


def note_again(storage: Storage, more: dict[str, str], done: tuple[str, ...] = ()) -> None:
    """Adds shards to those to be made again, and removes those that are done."""
    before = again(storage)
    after = {path: why for path, why in {**before, **more}.items() if path not in done}
    if after != before:
        storage.write(AGAIN, pretty(after)) if after else storage.remove(AGAIN)


def finish(storage: Storage, config: Config) -> Record:
    """Removes shards that were not committed, and writes and returns dataset.json, which lists the committed ones.

    Raises UserError for a shard that lacks shard.json or run.json.
    """
    there, splits, listed, versions = storage.discard_partial(), {}, [], {"tvrgen": {tvrgen.__version__}}

    def look(shard: Shard) -> tuple[str, dict[str, str]]:
        try:
            run = json.loads(storage.read(f"{shard.path}/run.json"))
            return hashlib.sha256(storage.read(f"{shard.path}/{MANIFEST}")).hexdigest(), dict(run["versions"])
        except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{storage / shard.path}: is incomplete; make it again: redo {shard.path}") from error

    with ThreadPoolExecutor(_TOGETHER) as pool:
        for name, split in config.splits.items():
            found = [shard for shard in shards_of(config, name) if shard.path in there]
            problems = sum(shard.count for shard in found)
            questions = problems * split.cameras.released
            splits[name] = {"count": split.count, "problems": problems, "questions": questions}
            for shard, (digest, used) in zip(found, pool.map(look, found), strict=True):
                listed.append({"path": shard.path, "problems": shard.count, "sha256": digest})
                for program, version in used.items():
                    versions.setdefault(program, set()).add(version)
    dataset = {
        "format": FORMAT,
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


_TOGETHER = 16  # small files read in parallel
