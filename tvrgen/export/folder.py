"""The folder that an export goes to: parts that are there whole or not at all.

While it is made, `.export.json` says how far it is: parts that are done, and for files that grow from part to part how
long they were when the last one was. `export.json`, written last, says that all is there, and what it was made from.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tvrgen._support.files import pretty
from tvrgen.dataset import catalog
from tvrgen.dataset.reader import Dataset
from tvrgen.dataset.storage import lock
from tvrgen.dataset.storage.folder import Folder, check_folder
from tvrgen.errors import UserError

Record = dict[str, Any]

DONE, BEGUN, _LOCK = "export.json", ".export.json", ".lock"

_OTHER = {
    "dataset": "another dataset",
    "format": "another format",
    "splits": "other splits",
    "options": "another --filter, --order or --licence",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Questions `first` to `first + count - 1` of those of a split that are exported; part `number` of `of`."""

    split: str
    number: int
    of: int
    first: int
    count: int


def fingerprint(dataset: Dataset, splits: tuple[str, ...], name: str, options: Record) -> Record:
    """What an export is made from: where it is the same, so is the export."""
    shards = [(s["path"], s["sha256"]) for s in dataset.description["shards"] if s["path"].split("/")[0] in splits]
    digest = hashlib.sha256(json.dumps([dataset.description["hash"], shards]).encode()).hexdigest()
    return {"format": name, "splits": list(splits), "dataset": digest, "options": options}


_PICTURES = {".png", ".jpg", ".webp"}


class Output:
    """The folder, its files, and how far they are."""

    def __init__(self, root: Path, made_from: Record) -> None:
        self.root, self.made_from = root, made_from
        self._state: Record = {"parts": 0, "lengths": {}, "counts": {}}
        self._growing: dict[str, BinaryIO] = {}
        self._shown: Collection[str] = ()

    def complete(self) -> bool:
        """Whether all is there already. Raises UserError where another export or something else is there."""
        check_folder(self.root)
        there = {p.name for p in self.root.iterdir()} if self.root.exists() else set()
        known = there & {DONE, BEGUN}
        if not known and {name for name in there if name != _LOCK and not name.endswith(".partial")}:
            raise UserError(f"{self.root}: is not empty and holds no export; choose another --out")
        for name in known:
            self._compare(name)
        if DONE in known:
            (self.root / BEGUN).unlink(missing_ok=True)
            self._check_files()
        return DONE in known

    def _check_files(self) -> None:
        """Raises UserError where a file of a complete export is gone, or not as long as it was."""
        said = catalog.read_json(Folder(self.root), DONE).get("files")
        for name, size in said.items() if isinstance(said, dict) else ():
            path = self.root / name
            if not path.is_file() or path.stat().st_size != size:
                raise UserError(f"{path}: is not as it was exported; remove {self.root} and export again")

    def _sizes(self) -> Record:
        """Bytes of all files but pictures and those that are on their way, by path."""
        paths = (p for p in self.root.rglob("*") if p.suffix not in _PICTURES and not p.name.startswith("."))
        files = sorted(path for path in paths if path.is_file())
        return {path.relative_to(self.root).as_posix(): path.stat().st_size for path in files}

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Makes the folder this run's until the block ends. Raises UserError where another run is writing there."""
        self.root.mkdir(parents=True, exist_ok=True)
        with lock.holding(self.root / _LOCK, Folder(self.root)):
            if self.complete():  # looks again at how far it is: now nobody else writes
                raise UserError(f"{self.root}: another run has just finished it")
            self._note()
            try:
                yield
            finally:
                with contextlib.suppress(OSError):
                    self._close_all()
                (self.root / _LOCK).unlink(missing_ok=True)

    def _close_all(self) -> None:
        with contextlib.ExitStack() as stack:
            for file in self._growing.values():
                stack.callback(file.close)

    def _compare(self, name: str) -> None:
        found = catalog.read_json(Folder(self.root), name)
        before = found.get("made_from") if isinstance(found, dict) else None
        if not isinstance(before, dict):
            raise UserError(f"{self.root / name}: is none of tvrgen's; choose another --out")
        differing = [key for key, value in self.made_from.items() if before.get(key) != value]
        if differing == ["folder"]:
            was = before.get("folder", "another folder")
            raise UserError(f"{self.root}: was exported as {was}, which its files name; remove it and export again")
        if differing:
            raise UserError(f"{self.root}: holds an export of {_OTHER[differing[0]]}; choose another --out")
        if name == BEGUN:
            self._state = found["state"]

    @property
    def name(self) -> str:
        """The folder's own name, also where it was given as "."."""
        return self.root.resolve().name

    @property
    def parts(self) -> int:
        """How many parts are done."""
        return self._state["parts"]

    @property
    def counts(self) -> Record:
        """What has been counted of the parts that are done: split -> what -> number, or label -> number."""
        return self._state["counts"]

    @contextlib.contextmanager
    def whole(self, path: str) -> Iterator[Path]:
        """Where to write a file; it takes its place when the block ends, and is gone if the block fails."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.partial")
        try:
            yield beside
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)

    def text(self, path: str, content: str) -> None:
        """Writes a small file."""
        with self.whole(path) as beside:
            beside.write_text(content, encoding="utf-8")

    def pictures(self, contents: dict[str, bytes]) -> None:
        """Writes a question's pictures, by their paths, but those that the last question had too."""
        for path, content in contents.items():
            if path not in self._shown:
                with self.whole(path) as beside:
                    beside.write_bytes(content)
        self._shown = contents.keys()

    def append(self, path: str, content: str, start: str = "") -> None:
        """Adds to a file that grows, which begins with `start`; it takes its place when it is `closed`."""
        if path not in self._growing:
            beside, length = self._beside(path), self._state["lengths"].get(path, 0)
            beside.parent.mkdir(parents=True, exist_ok=True)
            file = open(beside, "r+b" if length else "wb")  # noqa: SIM115
            file.truncate(length)
            file.seek(length)
            if not length:
                file.write(start.encode())
            self._growing[path] = file
        self._growing[path].write(content.encode())

    def begins(self, path: str) -> bool:
        """Whether nothing has been added to a file that grows."""
        return path not in self._growing and path not in self._state["lengths"]

    def commit(self, counts: Record) -> None:
        """A part is done: what was added to files stays, and so do its counts."""
        for path, file in self._growing.items():
            file.flush()
            os.fsync(file.fileno())
            self._state["lengths"][path] = file.tell()
        self._state["counts"] = counts
        self._state["parts"] += 1
        self._note()

    def close(self, path: str, end: str = "") -> None:
        """A file that grew is complete, after `end`."""
        if path in self._growing:
            self._growing.pop(path).close()
        beside = self._beside(path)
        if not beside.exists() and (self.root / path).exists():
            return  # before the last stop
        with open(beside, "r+b") as file:
            file.truncate(self._state["lengths"][path])
            file.seek(0, os.SEEK_END)
            file.write(end.encode())
        beside.replace(self.root / path)

    def finish(self) -> None:
        """All is there."""
        counts = {split: own["questions"] for split, own in self.counts.items()}
        content = {"made_from": self.made_from, "questions": counts, "files": self._sizes()}
        with self.whole(DONE) as beside:
            beside.write_bytes(pretty(content))
        (self.root / BEGUN).unlink()

    def _beside(self, path: str) -> Path:
        target = self.root / path
        return target.with_name(f".{target.name}.growing")

    def _note(self) -> None:
        with self.whole(BEGUN) as beside:
            beside.write_bytes(pretty({"made_from": self.made_from, "state": self._state}))
