"""How a dataset lies on disk: shards that are there whole or not at all, and what describes them.

OUT/config.json                    the resolved config, written first
OUT/SPLIT/shard-00000/             one shard, committed by one rename
    scenes.jsonl, questions.jsonl  the records
    images/                        the pictures they name
    annotations/, blend/           where the config asks for them
    shard.json                     size and SHA-256 of every file that two runs would make alike
    run.json                       device, versions, seconds; size and SHA-256 of the .blend files
OUT/dataset.json                   config, versions, splits, and the SHA-256 of every shard.json; written last
"""

import contextlib
import dataclasses
import hashlib
import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import tvrgen
from tvrgen import config as configs
from tvrgen.document import nearest
from tvrgen.errors import UserError
from tvrgen.settings import Config, differences, identity

Record = dict[str, Any]


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
def writing_to(root: Path, config: Config) -> Iterator[None]:
    """Makes `root` the place of this dataset, for one run at a time; ends with nothing begun and not committed.

    Raises UserError where another dataset, another run or something else is there, or where it cannot be written.
    """
    new = not root.exists()
    _check_free(root)
    try:
        (root / "log").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{root}: cannot be written: {error.strerror}; choose another --out") from error
    with _locked(root):
        discard_partial(root)  # what a killed run left behind
        _write_config(root, config)
        try:
            yield
        finally:
            discard_partial(root)
            if not _begun(root):  # nothing was made: leave nothing
                for name in ("log", "config.json", *config.splits):
                    remove = shutil.rmtree if (root / name).is_dir() else Path.unlink
                    with contextlib.suppress(OSError):
                        remove(root / name)
                if new:
                    with contextlib.suppress(OSError):
                        root.rmdir()


def _check_free(root: Path) -> None:
    if root.exists() and not root.is_dir():
        raise UserError(f"{root}: is no folder; choose another --out")
    path = root / "config.json"
    if root.is_dir() and not path.exists() and {p.name for p in root.iterdir()} - {"log"}:
        raise UserError(f"{root}: is not empty and holds no tvrgen dataset; choose another --out")
    if path.exists() and not _is_config(path):
        raise UserError(f"{root}: its config.json is none of tvrgen's; choose another --out")


def _is_config(path: Path) -> bool:
    try:
        document = read_json(path)
    except UserError:
        return False
    return isinstance(document, dict) and {"splits", "vocabulary", "scene"} <= document.keys()


@contextlib.contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Refuses a second run into the same place while the first is alive; the lock dies with its process."""
    try:
        import fcntl
    except ImportError:  # Windows has no such locks
        yield
        return
    with open(root / "log" / "lock", "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UserError(f"{root}: another run is writing there; wait for it, or choose another --out") from error
        yield


def _write_config(root: Path, config: Config) -> None:
    """The config, unless one is there; another one may take its place as long as there is no shard."""
    path = root / "config.json"
    if path.exists() and _begun(root):
        if keys := differences(identity(read_json(path)), identity(config.document)):
            shown = ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
            raise UserError(
                f"{root}: holds a dataset of another config, which differs in {shown}; choose another --out"
            )
    else:
        _write(path, _pretty(config.document))


def _begun(root: Path) -> bool:
    return any(root.glob("*/shard-*"))


def missing(root: Path, wanted: list[Shard]) -> list[Shard]:
    """The shards that are not there."""
    return [shard for shard in wanted if not (root / shard.path).is_dir()]


@contextlib.contextmanager
def writing(root: Path, shard: Shard) -> Iterator[Path]:
    """A folder to fill; it becomes the shard when the block ends, and is gone if the block fails."""
    target = root / shard.path
    folder = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        (folder / "images").mkdir(parents=True)
        yield folder
        _write(folder / "shard.json", _pretty(_manifest(folder, shard)))
        try:
            folder.rename(target)
        except OSError:
            if not target.is_dir():  # else another worker, thought dead, made the same shard
                raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def discard_partial(root: Path) -> None:
    """Removes what was begun and not committed, by runs that are over."""
    for folder in root.glob("*/.shard-*.partial"):
        shutil.rmtree(folder, ignore_errors=True)


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


def finish(root: Path, config: Config) -> Record:
    """Writes dataset.json over the shards that are there, and returns it."""
    splits, listed, versions = {}, [], {"tvrgen": {tvrgen.__version__}}
    for split in config.splits:
        wanted = shards(config, split)
        there = [s for s in wanted if s not in missing(root, wanted)]
        views = config.split(split).cameras.released
        problems = sum(s.count for s in there)
        splits[split] = {"count": config.split(split).count, "problems": problems, "questions": problems * views}
        for shard in there:
            path = root / shard.path
            listed.append({"path": shard.path, "problems": shard.count, "sha256": sha256(path / "shard.json")})
            for name, version in json.loads((path / "run.json").read_text())["versions"].items():
                versions.setdefault(name, set()).add(version)
    dataset = {
        "versions": {name: sorted(found) for name, found in sorted(versions.items())},
        "hash": config.hash,
        "splits": splits,
        "shards": listed,
        "config": config.document,
    }
    _write(root / "dataset.json", _pretty(dataset))
    return dataset


def sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else _digest(file)


def _digest(file) -> str:  # Python 3.10
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _pretty(data: Record) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


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


def _write(path: Path, text: str) -> None:
    with whole_file(path) as file:
        file.write(text)


class Dataset:
    """A generated dataset, to read: `tvrgen.open_dataset("demo")`.

    `description` is dataset.json, `splits` the names of its splits.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        path = self.root / "dataset.json"
        if not path.is_file():
            known = "a run that has not finished" if (self.root / "config.json").is_file() else "no dataset"
            raise UserError(f"{root}: there is no dataset.json, so this is {known}; run tvrgen generate")
        self.description: Record = read_json(path)
        self.splits = tuple(self.description["splits"])

    def shards(self, split: str | None = None) -> list[Path]:
        """The folders of the committed shards, in order."""
        if split is not None and split not in self.splits:
            raise UserError(f"{self.root}: no split {split!r}{nearest(split, self.splits)}")
        prefixes = [f"{split}/"] if split else [f"{s}/" for s in self.splits]
        return [self.root / s["path"] for s in self.description["shards"] if s["path"].startswith(tuple(prefixes))]

    def scenes(self, split: str | None = None) -> Iterator[Record]:
        """Scene lines in order."""
        for shard in self.shards(split):
            yield from read_lines(shard / "scenes.jsonl")

    def questions(self, split: str | None = None) -> Iterator[Record]:
        """Question lines in order; `images` are paths that can be opened as they are."""
        for shard in self.shards(split):
            for line in read_lines(shard / "questions.jsonl"):
                yield {**line, "images": [str(shard / image) for image in line["images"]]}

    def config(self) -> Config:
        """The config it was made with. Kinds of the user's own must be importable."""
        return configs.from_document(self.description["config"], str(self.root / "dataset.json"))


def open_dataset(root: str | Path) -> Dataset:
    """Opens a dataset for reading. Raises UserError where there is none."""
    return Dataset(root)


def read_lines(path: Path) -> Iterator[Record]:
    """The records of a JSONL file. Raises UserError naming the line that is not JSON."""
    try:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise UserError(f"{path}:{number}: is not JSON: {error}") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error


def read_json(path: Path) -> Record:
    """One JSON file. Raises UserError where it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"{path}: is not JSON: {error}") from error
