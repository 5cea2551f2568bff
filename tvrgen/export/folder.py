"""The folder of an export, which is written part by part.

Until the export is complete, `.export.json` has its progress: the number of finished parts, and the lengths after the
last one of files that grow from part to part. An export that was stopped continues from there: growing files are cut to
these lengths; all other files are written whole or not at all. `export.json`, written last, marks the export as
complete and has its fingerprint.
"""

import contextlib
import hashlib
import json
import os
from collections import Counter, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from tvrgen._support import listing, names, plain_files
from tvrgen._support.errors import UserError
from tvrgen._support.files import NAMES, pretty
from tvrgen._support.json_lines import Record
from tvrgen.dataset import catalog
from tvrgen.dataset.reader import Dataset
from tvrgen.dataset.storage import folder_lock
from tvrgen.dataset.storage.folder import Folder, check_folder

DONE, BEGUN, _LOCK = "export.json", ".export.json", ".lock"

_OTHER = {
    "dataset": "another dataset",
    "format": "another format",
    "splits": "other splits",
    "options": "another filter, order, licence or other options",
    "responses": "other responses",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Exported questions `first` to `first + count - 1` of a split: part `number` (from 0) of `of` parts."""

    split: str
    number: int
    of: int
    first: int
    count: int


def fingerprint(dataset: Dataset, splits: tuple[str, ...], name: str, options: Record) -> Record:
    """Returns the fingerprint of an export: its dataset, format, splits and options. Equal ones give equal exports."""
    shards = [(s["path"], s["sha256"]) for s in dataset.description["shards"] if s["path"].split("/")[0] in splits]
    digest = hashlib.sha256(json.dumps([dataset.description["hash"], shards]).encode()).hexdigest()
    return {"format": name, "splits": list(splits), "dataset": digest, "options": options}


_NUMBERS = {"questions", "bytes", "longest_prompt", "longest_response"}
LABELS = ("steps", "kind", "view", "objects")
"""What questions are counted by; with other families than `changes`, by family too."""


def _is_counts(found: Any) -> bool:
    """Whether a JSON value has the counts of a split: some numbers, and numbers by label."""
    if not isinstance(found, dict):
        return False
    families = "family" in found
    named, labels = _NUMBERS | ({"images"} if families else set()), (*LABELS, *(["family"] if families else []))
    if found.keys() != named | {*labels} or not all(isinstance(found[name], dict) for name in labels):
        return False
    numbers = [found[name] for name in named] + [own for name in labels for own in found[name].values()]
    return all(type(number) is int and number >= 0 for number in numbers)


_IMAGES = {".png", ".jpg", ".webp", ".mp4"}
_REMEMBERED = 64  # images: those of a problem and more


class Output:
    """The folder of an export, its files and its progress. `made_from` is a fingerprint."""

    def __init__(self, root: Path, made_from: Record) -> None:
        self.root, self.made_from = root, made_from
        self._state: Record = {"parts": 0, "lengths": {}, "counts": {}}
        self._growing: dict[str, BinaryIO] = {}
        self._written: deque[str] = deque(maxlen=_REMEMBERED)  # images

    def complete(self) -> bool:
        """Returns whether the export is complete. Raises UserError if the folder holds anything else."""
        check_folder(self.root)
        there = listing.names(self.root) if self.root.exists() else set()
        known = there & {DONE, BEGUN}
        if not known and {name for name in there if not name.startswith(_LOCK) and not name.endswith(".partial")}:
            raise UserError(f"{self.root}: is not empty and holds no export; choose another folder")
        for name in known:
            self._compare(name)
        if DONE in known:
            (self.root / BEGUN).unlink(missing_ok=True)
            self._check_files()
        return DONE in known

    def _check_files(self) -> None:
        """Raises UserError if a file of a complete export is missing or has another size."""
        sizes = catalog.read_json(Folder(self.root), DONE).get("files")
        for name, size in sizes.items() if isinstance(sizes, dict) else ():
            path = self.root / name
            if not path.is_file() or path.stat().st_size != size:
                raise UserError(f"{path}: was altered after the export; remove {self.root} and export again")

    def _sizes(self) -> Record:
        """The sizes in bytes of all finished files, images and clips excepted, by path."""
        paths = listing.files(self.root)
        files = sorted(path for path in paths if path.suffix not in _IMAGES and not path.name.startswith("."))
        return {path.relative_to(self.root).as_posix(): path.stat().st_size for path in files}

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Locks the folder for this run until the block ends. Raises UserError if another run is writing there."""
        self.root.mkdir(parents=True, exist_ok=True)
        with folder_lock.holding(self.root / _LOCK, Folder(self.root)):
            if self.complete():  # read the progress again: from here on no other run writes
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
        """Reads DONE or BEGUN. Raises UserError if it belongs to another export."""
        found = catalog.read_json(Folder(self.root), name)
        before = found.get("made_from") if isinstance(found, dict) else None
        if not isinstance(before, dict):
            raise UserError(f"{self.root / name}: was not written by tvrgen; choose another folder")
        differing = [key for key, value in self.made_from.items() if before.get(key) != value]
        if differing == ["folder"]:
            was = before.get("folder", "another folder")
            raise UserError(f"{self.root}: was exported as {was}, which its files name; remove it and export again")
        if differing:
            raise UserError(f"{self.root}: holds an export of {_OTHER[differing[0]]}; choose another folder")
        if name == BEGUN:
            self._state = self._checked(found.get("state"))

    def _checked(self, state: Any) -> Record:
        """Returns the progress of an export that was stopped. Raises UserError for what no export wrote."""
        match state:
            case {"parts": int(parts), "lengths": dict(lengths), "counts": dict(counts)} if parts >= 0:
                sound = all(type(length) is int and length >= 0 for length in lengths.values())
                sound &= counts.keys() <= set(self.made_from["splits"]) and all(map(_is_counts, counts.values()))
                sound &= all(self._has(path, length) for path, length in lengths.items() if sound)
                if sound and type(parts) is int:
                    return {"parts": parts, "lengths": lengths, "counts": counts}
        raise self._unfit()

    def _unfit(self) -> UserError:
        """Returns the error for progress that no export wrote."""
        return UserError(f"{self.root / BEGUN}: does not fit the files there; remove {self.root} and export again")

    def _has(self, path: str, length: int) -> bool:
        """Whether a growing file, or the finished one, is at least as long as the progress says."""
        if not names.FILE.fullmatch(path):
            return False
        there = [own for own in (self._beside(path), self.root / path) if own.is_file() and not own.is_symlink()]
        return any(own.stat().st_size >= length for own in there)

    def check_parts(self, planned: Collection[Part]) -> None:
        """Raises UserError if the finished parts are not the first ones of the whole export, with their questions."""
        questions: Counter[str] = Counter()
        for part in islice(planned, self.parts):
            questions[part.split] += part.count
        if self.parts > len(planned) or questions != {split: own["questions"] for split, own in self.counts.items()}:
            raise self._unfit()

    @property
    def name(self) -> str:
        """The name of the folder, even if its path is "."."""
        return self.root.resolve().name

    @property
    def parts(self) -> int:
        """The number of finished parts."""
        return self._state["parts"]

    @property
    def counts(self) -> Record:
        """Counts of the finished parts: split -> "questions" or "bytes" -> number, or property -> label -> number."""
        return self._state["counts"]

    @contextlib.contextmanager
    def whole(self, path: str) -> Iterator[Path]:
        """Yields a path to write to; the file gets its name when the block ends, and is removed if the block fails."""
        target = self._place(path)
        beside = target.with_name(f".{target.name}.partial")
        beside.unlink(missing_ok=True)  # it may be a link, which writing would follow
        try:
            yield beside
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)

    def text(self, path: str, content: str) -> None:
        """Writes a small file."""
        with self.whole(path) as beside:
            beside.write_text(content, encoding="utf-8", errors=NAMES)

    def images(self, contents: dict[str, bytes]) -> None:
        """Writes a question's images, given by their paths, except those that a question shortly before had as well."""
        for path, content in contents.items():
            if path not in self._written:
                with self.whole(path) as beside:
                    beside.write_bytes(content)
                self._written.append(path)

    def append(self, path: str, content: str) -> None:
        """Appends to a growing file, which gets its name when it is closed."""
        if path not in self._growing:
            self._place(path)
            beside, length = self._beside(path), self._state["lengths"].get(path, 0)
            if not length:
                beside.unlink(missing_ok=True)  # it may be a link
            file = open(beside, "r+b" if length else "wb")  # noqa: SIM115
            file.truncate(length)
            file.seek(length)
            self._growing[path] = file
        self._growing[path].write(content.encode(errors=NAMES))

    def begins(self, path: str) -> bool:
        """Returns whether nothing has been appended to a growing file yet."""
        return path not in self._growing and path not in self._state["lengths"]

    def commit(self, counts: Record) -> None:
        """Marks a part as finished: the text appended to files is kept, and so are its counts."""
        for path, file in self._growing.items():
            file.flush()
            os.fsync(file.fileno())
            self._state["lengths"][path] = file.tell()
        self._state["counts"] = counts
        self._state["parts"] += 1
        self._note()

    def close(self, path: str, end: str = "") -> None:
        """Appends `end` to a growing file and gives it its name."""
        if path in self._growing:
            self._growing.pop(path).close()
        beside = self._beside(path)
        if not beside.exists() and (self.root / path).exists():
            return  # it was closed before the export was stopped
        length = self._state["lengths"].get(path)
        if length is None:
            raise self._unfit()
        with open(beside, "r+b") as file:
            file.truncate(length)
            file.seek(0, os.SEEK_END)
            file.write(end.encode())
        beside.replace(self.root / path)

    def finish(self) -> None:
        """Marks the export as complete."""
        counts = {split: own["questions"] for split, own in self.counts.items()}
        content = {"made_from": self.made_from, "questions": counts, "files": self._sizes()}
        with self.whole(DONE) as beside:
            beside.write_bytes(pretty(content))
        (self.root / BEGUN).unlink()

    def _place(self, path: str) -> Path:
        """Path of a file to write, whose folder exists. Raises UserError if a folder on the way is a link."""
        target = plain_files.place(self.root, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _beside(self, path: str) -> Path:
        target = self.root / path
        return target.with_name(f".{target.name}.growing")

    def _note(self) -> None:
        with self.whole(BEGUN) as beside:
            beside.write_bytes(pretty({"made_from": self.made_from, "state": self._state}))
