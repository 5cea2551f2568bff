"""How a dataset lies at its place: shards that are there whole or not at all, and what describes them.

config.json                    the resolved config, written first
SPLIT/shard-00000/             one shard
    scenes.jsonl, questions.jsonl, images/, annotations/    or all of these in samples.tar
    blend/                     where the config asks for it
    shard.json                 size and SHA-256 of every file that two runs would make alike
    run.json                   device, versions, seconds; size and SHA-256 of the .blend files
dataset.json                   config, versions, splits, and the SHA-256 of every shard.json; written last
log/                           what runs said (tvrgen.journal); again.json: shards to be made again, and why
"""

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import tvrgen
from tvrgen import lock, records
from tvrgen.errors import UserError
from tvrgen.place import MANIFEST, Folder, Place, check_folder
from tvrgen.settings import Config, differences, identity

Record = dict[str, Any]

AGAIN = "log/again.json"
GROWN = "grown"
"""Why a shard is made again: its split has more problems now. Its pictures stay as they are."""

_TOGETHER = 16  # small files read at once


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """Problems `first` to `first + count - 1` of a split."""

    split: str
    number: int
    first: int
    count: int

    @property
    def path(self) -> str:
        return f"{self.split}/shard-{self.number:05d}"


def shards(config: Config, split: str) -> list[Shard]:
    """All shards of a split, the last one perhaps smaller."""
    size, count = config.split(split).output.shard_size, config.split(split).count
    return [Shard(split, n, first, min(size, count - first)) for n, first in enumerate(range(0, count, size))]


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
            last = shards(config, name)[count // split.output.shard_size]
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


@contextlib.contextmanager
def writing(place: Place, shard: Shard, form: str = "files", again: bool = False) -> Iterator[Path]:
    """A folder to fill; it becomes the shard when the block ends, and is gone if the block fails."""
    with place.filling(shard.path, again) as folder:
        yield folder
        run = (folder / "run.json").read_bytes() if (folder / "run.json").exists() else None
        if form == "webdataset":
            (folder / "run.json").unlink(missing_ok=True)
            records.pack(folder)
            if run is not None:
                (folder / "run.json").write_bytes(run)
        (folder / MANIFEST).write_bytes(pretty(_manifest(folder, shard)))


def _manifest(folder: Path, shard: Shard) -> Record:
    return {**dataclasses.asdict(shard), "files": entries(folder, lambda path: not varies(path))}


def entries(folder: Path, wanted: Callable[[Path], bool]) -> dict[str, Record]:
    """What is said of the files in a folder, those wanted, by their paths in it."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and wanted(path))
    return {path.relative_to(folder).as_posix(): entry(path) for path in files}


def entry(path: Path) -> Record:
    """What shard.json or run.json says of a file."""
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}


def varies(path: Path) -> bool:
    """Whether a file of a shard may differ between two runs."""
    return path.name == "run.json" or path.suffix == ".blend"  # Blender writes addresses into its files


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
            found = [shard for shard in shards(config, name) if shard.path in there]
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


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def pretty(data: Any) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def read_json(place: Place, path: str) -> Any:
    """A JSON file of a place. Raises UserError where it is none."""
    try:
        return records.parse(place.read(path), place / path)
    except OSError as error:
        raise UserError(f"{place / path}: cannot be read: {error.strerror or error}") from error


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A text file to fill, that is there whole when the block ends, and not at all if the block fails.

    Links are followed; what is no regular file (a pipe, a device) is written to as it is.
    """
    path = path.resolve()
    if path.is_dir():
        raise UserError(f"{path}: is a folder; write a file's name")
    if path.exists() and not path.is_file():
        with open(path, "w", encoding="utf-8") as file:
            yield file
        return
    beside = path.with_name(f".{path.name}.partial")
    try:
        with open(beside, "w", encoding="utf-8") as file:
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
