"""What describes a dataset as a whole: config.json, dataset.json, and the shards that are to be made again."""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import tvrgen
from tvrgen._support import json_lines
from tvrgen._support.files import pretty
from tvrgen.dataset.shards import Shard, shards_of
from tvrgen.dataset.storage import lock
from tvrgen.dataset.storage.base import MANIFEST, Place
from tvrgen.dataset.storage.folder import Folder, check_folder
from tvrgen.errors import UserError
from tvrgen.settings import Config, differences, identity

Record = dict[str, Any]


AGAIN = "log/again.json"


GROWN = "grown"
"""Why a shard is made again: its split has more problems now. Its pictures stay as they are."""


@contextlib.contextmanager
def writing_to(place: Place, config: Config) -> Iterator[set[str]]:
    """Makes a place that of this dataset, for one run at a time; the shards that are there to begin with.

    A block that fails leaves nothing that was begun and not committed; `finish` sees to that in one that does not.
    Raises UserError where another dataset, another run or something else is there, or where it cannot be written.
    """
    new = not place.names()
    _check_free(place)
    try:
        if isinstance(place, Folder):
            (place.root / "log").mkdir(parents=True, exist_ok=True)
        with lock.locked(place):
            there = place.discard_partial()  # what a killed run left behind
            _write_config(place, config, there)
            try:
                yield there
            except BaseException:
                with contextlib.suppress(OSError):  # what ended the run says more
                    if not place.discard_partial():  # nothing was made: leave nothing
                        _leave(place, config, new)
                raise
    except PermissionError as error:
        raise UserError(f"{place}: cannot be written: {error.strerror or error}; choose another --out") from error


def _leave(place: Place, config: Config, new: bool) -> None:
    for name in ("log", "dataset.json", "config.json", *config.splits):
        with contextlib.suppress(OSError):
            place.remove(name)
    if new and isinstance(place, Folder):
        with contextlib.suppress(OSError):
            place.root.rmdir()


def _check_free(place: Place) -> None:
    if isinstance(place, Folder):
        check_folder(place.root)
    if place.exists("export.json"):
        raise UserError(f"{place}: holds an export; choose another --out")
    if not place.exists("config.json"):
        if place.names() - {"log"}:
            raise UserError(f"{place}: is not empty and holds no tvrgen dataset; choose another --out")
    elif not _is_config(place):
        raise UserError(f"{place}: its config.json is none of tvrgen's; choose another --out")


def _is_config(place: Place) -> bool:
    try:
        document = read_json(place, "config.json")
    except UserError:
        return False
    return isinstance(document, dict) and {"splits", "vocabulary", "scene"} <= document.keys()


def _write_config(place: Place, config: Config, there: set[str]) -> None:
    """The config, unless it is there; another may take its place while there is no shard, and one with more problems
    at any time.
    """
    if there:
        before = read_json(place, "config.json")
        if keys := differences(_but_counts(before), _but_counts(config.document)):
            shown = ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
            raise UserError(
                f"{place}: holds a dataset of another config, which differs in {shown}; choose another --out"
            )
        counts = {name: split["count"] for name, split in before["splits"].items()}
        if counts == {name: split.count for name, split in config.splits.items()}:
            return
        _grow(place, config, counts, there)
    place.write("config.json", pretty(config.document))


def _but_counts(document: Record) -> Record:
    kept = identity(document)
    for split in kept["splits"].values():
        split.pop("count", None)
    return kept


def _grow(place: Place, config: Config, counts: dict[str, int], there: set[str]) -> None:
    """Has the shards made again that were the last of their splits, and not full."""
    for name, count in counts.items():
        split = config.split(name)
        if split.count < count:
            raise UserError(
                f"{place}: split {name} has {count} problems; a split can grow, and not shrink to {split.count}; "
                "choose another --out"
            )
        if split.count > count and count % split.output.shard_size:
            last = shards_of(config, name)[count // split.output.shard_size]
            if last.path in there:
                note_again(place, {last.path: GROWN})


def again(place: Place) -> dict[str, str]:
    """The shards that are to be made again, by their paths, and why."""
    return read_json(place, AGAIN) if place.exists(AGAIN) else {}


def note_again(place: Place, more: dict[str, str], done: tuple[str, ...] = ()) -> None:
    """Adds shards to those to be made again, and takes away what is done."""
    before = again(place)
    after = {path: why for path, why in {**before, **more}.items() if path not in done}
    if after != before:
        place.write(AGAIN, pretty(after)) if after else place.remove(AGAIN)


def finish(place: Place, config: Config) -> Record:
    """Clears what was begun and not committed, writes dataset.json over the shards that are there, and returns it.

    Raises UserError for a shard that has lost what describes it.
    """
    there, splits, listed, versions = place.discard_partial(), {}, [], {"tvrgen": {tvrgen.__version__}}

    def look(shard: Shard) -> tuple[str, dict[str, str]]:
        try:
            run = json.loads(place.read(f"{shard.path}/run.json"))
            return hashlib.sha256(place.read(f"{shard.path}/{MANIFEST}")).hexdigest(), dict(run["versions"])
        except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{place / shard.path}: is not whole any more; add --redo {shard.path}") from error

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
        "versions": {name: sorted(found) for name, found in sorted(versions.items())},
        "hash": config.hash,
        "splits": splits,
        "shards": listed,
        "config": config.document,
    }
    place.write("dataset.json", pretty(dataset))
    return dataset


def read_json(place: Place, path: str) -> Any:
    """A JSON file of a place. Raises UserError where it is none."""
    try:
        return json_lines.parse(place.read(path), place / path)
    except OSError as error:
        raise UserError(f"{place / path}: cannot be read: {error.strerror or error}") from error


_TOGETHER = 16  # small files read at once
