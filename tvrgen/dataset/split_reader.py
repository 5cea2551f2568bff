"""Reader of a split: questions with the bytes of their images, in order or by position, compared with checksums."""

import contextlib
import hashlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import BinaryIO, Generic, NamedTuple, TypeVar

from tvrgen._support import json_lines, limits
from tvrgen._support.errors import UserError
from tvrgen._support.files import sha256
from tvrgen._support.json_lines import Record
from tvrgen.config import documents
from tvrgen.dataset import records
from tvrgen.dataset.reader import Dataset, reading
from tvrgen.dataset.shard_formats import Entry
from tvrgen.dataset.storage.base import MANIFEST

Position = tuple[int, ...]
"""Position of a question: the number of its shard in the split, the byte of the shard's file from which it is read, the
number of questions to skip from there, and the marks of its images where these are one or two files of their own (else
0).

A mark is a number of 60 bits, with which the image's SHA-256 begins; -1 where the manifest has none.
"""


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A question line that fits its schema, and the bytes of its images or its clip when they are asked for."""

    line: Record
    position: Position
    _read: Callable[[str], bytes]
    _look: Callable[[], Record]
    _where: str

    @property
    def id(self) -> str:
        return str(self.line["id"])

    def scene(self) -> Record:
        """The line of its scene. Raises UserError if it is missing or altered."""
        return self._look()

    def images(self) -> tuple[bytes, ...]:
        """The files of its images. Raises UserError if one is missing or altered."""
        return tuple(self._file(name) for name in self.line["images"])

    @property
    def of_clip(self) -> bool:
        """Whether it shows a clip; its images are then those of the states with which the clip begins and ends."""
        return "clip" in self.line

    def clip(self) -> bytes:
        """The video file of its clip. Raises UserError if it is missing or altered, or if image files are the clip."""
        if "file" not in self.line["clip"]:
            raise UserError(f"{self._where}: {self.id}: its clip is stored as frames (output.clip.format)")
        return self._file(self.line["clip"]["file"])

    def frames(self) -> Iterator[bytes]:
        """Yields the image file of each frame of a clip that is stored as frames. Raises UserError as `images` does."""
        return map(self._file, self.line["clip"]["files"])

    def _file(self, name: str) -> bytes:
        with reading(f"{self._where}: {self.id}: {name}"):
            return self._read(name)


Q = TypeVar("Q", bound=StoredQuestion)


class SplitReader(Generic[Q]):
    """The questions of a split, as objects of `kind`; a context manager, which holds a file of each kind of line open.

    Lines, images and clips, and scene lines if `scenes` is set, are compared with the dataset's checksums. If the split
    was read before (`looked`), images and clips alone are compared again.
    """

    def __init__(self, dataset: Dataset, split: str, kind: type[Q], looked: bool = False, scenes: bool = False) -> None:
        self._storage, self._form, self._kind = dataset.storage, dataset.form, kind
        self._looked, self._scenes = looked, scenes
        counts = dataset.description["splits"][split]
        self._each = counts["questions"] // max(1, counts["problems"])
        listed = {shard["path"]: shard for shard in dataset.description["shards"]}
        self._shards = [(path, listed[path]["problems"]) for path in dataset.shards(split)]
        self._manifests = {path: listed[path]["sha256"] for path, _ in self._shards}
        self._files: dict[str, _Opened] = {}
        self._starts: dict[str, _Starts] = {}
        self._known: Record = {}  # the scene line that was read last: several questions are about it
        self._sums: tuple[str, dict[str, str]] = ("", {})

    def __enter__(self) -> "SplitReader[Q]":
        return self

    def __exit__(self, *_: object) -> None:
        for name in (*self._files,):
            self._close(name)

    def questions(self, first: int = 0, images: bool = True) -> Iterator[Q]:
        """Yields the questions from number `first` on, in the dataset's order, with or without their images."""
        for number, (folder, problems) in enumerate(self._shards):
            if first >= problems * self._each:
                first -= problems * self._each
                continue
            found = 0
            for question in self._from(number, 0, images):
                found += 1
                if found > first:
                    yield question
            if found != problems * self._each:
                raise UserError(
                    f"{self._storage / folder}: has {found} of {problems * self._each} questions; run tvrgen validate"
                )
            first = 0

    def at(self, position: Position) -> Q:
        """Returns the question at a position."""
        shard, byte, number, *marks = position
        return next(islice(self._from(shard, byte, True, marks), number, None))

    def _from(self, shard: int, byte: int, images: bool, marks: Sequence[int] = ()) -> Iterator[Q]:
        """Yields questions of a shard from a byte on. `marks` of the first one spare reading its manifest again."""
        folder, name = self._shards[shard][0], self._form.file("question")
        where = self._storage / f"{folder}/{name}"
        with reading(where):
            file = self._opened(folder, name)
            for entry in self._form.entries(file, "question", where, byte, images):
                _check(entry, folder.partition("/")[0])
                yield self._question(entry, shard, marks)
                marks = ()

    def _question(self, entry: Entry, shard: int, known: Sequence[int]) -> Q:
        folder, names = self._shards[shard][0], entry.line["images"]
        if entry.images is not None:  # compared as a part of the shard's file
            where = self._storage / f"{folder}/{self._form.file('question')}"
            look = partial(self._scene, shard, entry.line["scene"], entry.position[0])
            return self._kind(entry.line, (shard, *entry.position, 0, 0), entry.images.__getitem__, look, where)
        few = len(names) <= _MARKED
        marks = known[: len(names)] if known and few else [_mark(self._sums_of(folder).get(n, "")) for n in names]
        read = partial(self._image, folder, dict(zip(names, marks, strict=True)))
        kept = (*marks, *(0,) * _MARKED)[:_MARKED] if few else (0,) * _MARKED
        look = partial(self._scene, shard, entry.line["scene"])
        return self._kind(entry.line, (shard, *entry.position, *kept), read, look, self._storage / folder)

    def _image(self, folder: str, marks: dict[str, int], name: str) -> bytes:
        content = self._storage.read(f"{folder}/{name}", limits.IMAGE)
        mark = marks[name] if name in marks else _mark(self._sums_of(folder).get(name, ""))
        self._check_sum(_mark(hashlib.sha256(content).hexdigest()) == mark, f"{folder}/{name}")
        return content

    def _scene(self, shard: int, scene: str, byte: int | None = None) -> Record:
        """The line of a scene, read from a byte of its file on; None: where the scene with its number begins."""
        if self._known.get("id") == scene:
            return self._known
        folder, name = self._shards[shard][0], self._form.file("scene")
        where = self._storage / f"{folder}/{name}"
        with reading(where):
            file = self._opened(folder, name)
            if byte is None:
                byte = self._start(folder, file, where, scene)
            entry = next(self._form.entries(file, "scene", where, byte), None) if byte is not None else None
            if entry is not None:
                _check(entry, folder.partition("/")[0], "scene")
            if entry is None or entry.line["id"] != scene:
                raise UserError(f"{where}: {scene}: its line is missing; run tvrgen validate")
            self._known = entry.line
            return self._known

    def _start(self, folder: str, file: BinaryIO, where: str, scene: str) -> int | None:
        """The byte at which the line of a scene begins, in a file of nothing but scene lines; None if it has none."""
        if folder not in self._starts:
            first, starts = 0, array("q")
            for entry in self._form.entries(file, "scene", where):
                if not starts:
                    _check(entry, folder.partition("/")[0], "scene")
                    first = entry.line["index"]
                starts.append(entry.position[0])
            self._starts[folder] = _Starts(first, starts)
        known, number = self._starts[folder], int(scene.rpartition("-")[2])
        return known.starts[number - known.first] if 0 <= number - known.first < len(known.starts) else None

    def _opened(self, folder: str, name: str) -> BinaryIO:
        path = f"{folder}/{name}"
        if name not in self._files or self._files[name].path != path:
            self._close(name)
            with contextlib.ExitStack() as stack:
                if self._looked:
                    file = stack.enter_context(self._storage.open(path))
                else:
                    file = stack.enter_context(self._compared(folder, name))
                    if self._scenes and (scenes := self._form.file("scene")) != name:
                        stack.enter_context(self._compared(folder, scenes))
                self._files[name] = _Opened(path, file, stack.pop_all())
        return self._files[name].file

    def _close(self, name: str) -> None:
        if name in self._files:
            self._files.pop(name).held.close()

    @contextlib.contextmanager
    def _compared(self, folder: str, name: str) -> Iterator[BinaryIO]:
        """Opens a file, as a local one, if its checksum is right."""
        path = f"{folder}/{name}"
        with contextlib.ExitStack() as stack:
            with reading(self._storage / path):
                local = stack.enter_context(self._storage.fetched(path))
                digest = sha256(local)
            self._check_sum(digest == self._sums_of(folder).get(name), path)
            yield stack.enter_context(open(local, "rb"))

    def _sums_of(self, folder: str) -> dict[str, str]:
        """SHA-256 of a shard's files, by name."""
        if self._sums[0] != folder:
            path = f"{folder}/{MANIFEST}"
            with reading(self._storage / path):
                content = self._storage.read(path)
            self._check_sum(hashlib.sha256(content).hexdigest() == self._manifests[folder], path)
            manifest = json_lines.parse(content, self._storage / path)
            match manifest:
                case {"files": dict(files)}:
                    limits.FILES.check(len(files), self._storage / path)
            documents.check(manifest, self._storage / path, "shard")
            self._sums = (folder, {name: about["sha256"] for name, about in manifest["files"].items()})
        return self._sums[1]

    def _check_sum(self, same: bool, path: str) -> None:
        if not same:
            raise UserError(f"{self._storage / path}: was altered; run tvrgen validate, then tvrgen generate")


class _Opened(NamedTuple):
    """A file that is held open."""

    path: str
    file: BinaryIO
    held: contextlib.ExitStack


class _Starts(NamedTuple):
    """The bytes at which the scene lines of a shard begin; `first` is the number of its first problem."""

    first: int
    starts: Sequence[int]


_MARKED = 2
"""Images of a question whose marks a position holds; of more, the manifest is read again."""


def _mark(digest: str) -> int:
    return int(digest[:15], 16) if digest else -1


def _check(entry: Entry, split: str, kind: str = "question") -> None:
    try:
        records.check(entry.line, kind, entry.where, split)
    except UserError as error:
        raise UserError(f"{error}; run tvrgen validate") from error
