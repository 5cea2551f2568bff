"""Questions with their pictures, from a dataset wherever it lies: all in order, or each by its position.

What is read is compared with the checksums that the dataset keeps of it.
"""

import contextlib
import hashlib
import json
import re
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from tvrgen._support import json_lines
from tvrgen._support.files import sha256
from tvrgen.config import documents
from tvrgen.dataset import catalog, shard_formats
from tvrgen.dataset.reader import Dataset
from tvrgen.dataset.storage.base import MANIFEST
from tvrgen.errors import UserError
from tvrgen.scoring import truth

Record = dict[str, Any]
Position = tuple[int, ...]
"""Where a question is: number of the shard in its split, byte in the shard's file, which one of those there; and what
the checksums of its two pictures begin with, where they are files of their own.
"""

_SHOWN = re.compile(r"\.(initial|final-[0-9]+)\.\w+$")  # the pictures of a tar that questions name


@dataclass(frozen=True, slots=True)
class Question:
    """A question line, and the bytes of its pictures when they are asked for."""

    line: Record
    position: Position
    _read: Callable[[str], bytes]
    _where: str

    @property
    def id(self) -> str:
        return self.line["id"]

    @property
    def names(self) -> tuple[str, str]:
        """Names of its two pictures that no other picture of the dataset has, without dots but the last."""
        scene, view = self.line["scene"], self.line["view"]
        first, second = (f".{image.rsplit('.', 1)[1]}" for image in self.line["images"])
        return f"{scene}-initial-{view['initial']}{first}", f"{scene}-final-{view['final']}{second}"

    @property
    def rationale(self) -> str:
        """The reasoning as one text; empty where the dataset has none."""
        return " ".join(sentence["text"] for sentence in self.line.get("rationale", ()))

    def pictures(self) -> tuple[bytes, bytes]:
        """The files of its first and second picture. Raises UserError where one is missing, or not as it was made."""
        first, second = (self._picture(name) for name in self.line["images"])
        return first, second

    def _picture(self, name: str) -> bytes:
        with _reading(f"{self._where}: {self.id}: {name}"):
            return self._read(name)


def ground_truth(line: Record) -> str:
    """The right answer as JSON text, for a column that a reward reads: `tvrgen.scoring.truth_of` takes it."""
    return json.dumps(truth.ground_truth(line), ensure_ascii=False)


def check_complete(dataset: Dataset, splits: tuple[str, ...]) -> None:
    """Raises UserError where problems or shards of these splits are missing, or known to be faulty; it names them."""
    storage, there, again = dataset.storage, dataset.storage.shards(), catalog.again(dataset.storage)
    for split in splits:
        counts = dataset.description["splits"][split]
        if counts["problems"] < counts["count"]:
            others = [s for s, c in dataset.description["splits"].items() if c["problems"] == c["count"]]
            rest = f", or export --split {others[0]}" if others else ""
            raise UserError(
                f"{storage}: split {split} has {counts['problems']} of {counts['count']} problems; "
                f"run tvrgen generate again{rest}"
            )
        for shard in dataset.shards(split):
            if shard not in there:
                raise UserError(f"{storage / shard}: is missing; run tvrgen generate again")
            if shard in again:
                raise UserError(f"{storage / shard}: is to be made again ({again[shard]}); run tvrgen generate")


class Reader:
    """The questions of a split.

    Of one that was `looked` through already, only pictures are compared once more; `scenes` are compared as well where
    a format reads them.
    """

    def __init__(self, dataset: Dataset, split: str, looked: bool = False, scenes: bool = False) -> None:
        self._place, self._looked, self._scenes = dataset.storage, looked, scenes
        self._packed = dataset.description["config"]["output"]["format"] == "webdataset"
        counts = dataset.description["splits"][split]
        self._views = counts["questions"] // max(1, counts["problems"])
        listed = {shard["path"]: shard for shard in dataset.description["shards"]}
        self._shards = [(path, listed[path]["problems"]) for path in dataset.shards(split)]
        self._manifests = {path: listed[path]["sha256"] for path, _ in self._shards}
        self._file: tuple[str, BinaryIO] | None = None
        self._open = contextlib.ExitStack()  # what holds that file
        self._sums: tuple[str, dict[str, str]] = ("", {})

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def questions(self, first: int = 0, pictures: bool = True) -> Iterator[Question]:
        """All from the `first` on, in the dataset's order. Without `pictures`, theirs cannot be asked for."""
        for number, (_, problems) in enumerate(self._shards):
            if first >= problems * self._views:
                first -= problems * self._views
                continue
            found = 0
            for question in self._from(number, 0, pictures):
                found += 1
                if found > first:
                    yield question
            if found != problems * self._views:
                name = self._place / self._shards[number][0]
                raise UserError(f"{name}: has {found} of {problems * self._views} questions; run tvrgen validate")
            first = 0

    def at(self, position: Position) -> Question:
        """The question of a position."""
        shard, byte, number, *marks = position
        return next(islice(self._from(shard, byte, True, marks), number, None))

    def _from(self, shard: int, byte: int, pictures: bool, marks: Sequence[int] = ()) -> Iterator[Question]:
        folder, name = self._shards[shard][0], shard_formats.TAR if self._packed else shard_formats.FILES["question"]
        path = f"{folder}/{name}"
        with _reading(self._place / path):
            file = self._opened(folder, name)
            if self._packed:
                yield from self._tar(file, shard, byte, path, pictures)
            else:
                yield from self._lines(file, shard, byte, path, marks)

    def _opened(self, folder: str, name: str) -> BinaryIO:
        path = f"{folder}/{name}"
        if self._file is None or self._file[0] != path:
            self._close()
            with contextlib.ExitStack() as stack:
                if self._looked:
                    file = stack.enter_context(self._place.open(path))
                else:
                    file = stack.enter_context(self._compared(folder, name))
                    if self._scenes and not self._packed:
                        stack.enter_context(self._compared(folder, shard_formats.FILES["scene"]))
                self._file, self._open = (path, file), stack.pop_all()
        return self._file[1]

    def _close(self) -> None:
        self._open.close()
        self._file = None

    @contextlib.contextmanager
    def _compared(self, folder: str, name: str) -> Iterator[BinaryIO]:
        """A file, local and at its start, that is as it was made."""
        path = f"{folder}/{name}"
        with contextlib.ExitStack() as stack:
            with _reading(self._place / path):
                local = stack.enter_context(self._place.fetched(path))
                digest = sha256(local)
            self._check_sum(digest == self._sums_of(folder).get(name), path)
            yield stack.enter_context(open(local, "rb"))

    def _picture(self, path: str, mark: int) -> bytes:
        content = self._place.read(path)
        self._check_sum(_mark(hashlib.sha256(content).hexdigest()) == mark, path)
        return content

    def _sums_of(self, folder: str) -> dict[str, str]:
        """SHA-256 of a shard's files, by name."""
        if self._sums[0] != folder:
            path = f"{folder}/{MANIFEST}"
            with _reading(self._place / path):
                content = self._place.read(path)
            self._check_sum(hashlib.sha256(content).hexdigest() == self._manifests[folder], path)
            self._sums = (folder, {name: about["sha256"] for name, about in json.loads(content)["files"].items()})
        return self._sums[1]

    def _check_sum(self, same: bool, path: str) -> None:
        if not same:
            raise UserError(f"{self._place / path}: is not as it was made; run tvrgen validate, then tvrgen generate")

    def _lines(self, file: BinaryIO, shard: int, byte: int, path: str, known: Sequence[int]) -> Iterator[Question]:
        """With the marks that are `known` of the first question, shard.json is not looked at again."""
        folder = self._shards[shard][0]
        file.seek(byte)
        while content := file.readline():
            start, byte = byte, byte + len(content)
            line = json_lines.parse(content, self._place / path)
            _check(line, self._place / path)
            marks = known or [_mark(self._sums_of(folder).get(name, "")) for name in line["images"]]
            own, known = dict(zip(line["images"], marks, strict=True)), ()

            def read(name: str, own: dict[str, int] = own) -> bytes:
                return self._picture(f"{folder}/{name}", own[name])

            yield Question(line, (shard, start, 0, *marks), read, self._place / folder)
            file.seek(byte)  # another question may have been read in between

    def _tar(self, file: BinaryIO, shard: int, byte: int, path: str, pictures: bool) -> Iterator[Question]:
        """A problem's pictures come before its questions, so that the tar is read from start to end."""
        where, held, start, problem = self._place / path, _Held(), byte, None
        file.seek(byte)
        with tarfile.open(fileobj=file, mode="r:") as tar:
            for member in tar:
                if (own := member.name.split(".")[0]) != problem:
                    held, start, problem = _Held(), member.offset, own
                if pictures and _SHOWN.search(member.name):
                    held[member.name] = tar.extractfile(member).read()
                elif member.name.endswith(".questions.json"):
                    found = json_lines.parse(tar.extractfile(member).read(), f"{where}: {member.name}")
                    for number, line in enumerate(found if isinstance(found, list) else [found]):
                        _check(line, where)
                        yield Question(line, (shard, start, number, 0, 0), held.__getitem__, where)


class _Held(dict[str, bytes]):
    """Files of a tar that are in memory; one that is not there is missing as a file is."""

    def __missing__(self, name: str) -> bytes:
        raise FileNotFoundError(name)


@contextlib.contextmanager
def _reading(where: str) -> Iterator[None]:
    """Says in one line what cannot be read, and what to do."""
    try:
        yield
    except FileNotFoundError as error:
        raise UserError(f"{where}: is missing; run tvrgen validate, then tvrgen generate") from error
    except OSError as error:
        raise UserError(f"{where}: cannot be read: {error.strerror or error}") from error


def _mark(digest: str) -> int:
    """What a SHA-256 in hexadecimals begins with, as a number of 60 bits; -1 for none."""
    return int(digest[:15], 16) if digest else -1


def _check(line: Any, where: str) -> None:
    """Raises UserError that names file and question where a line does not fit its schema."""
    if _fits(line):
        return
    known = isinstance(line, dict) and isinstance(line.get("id"), str)
    try:
        documents.check(line, f"{where}: {line['id']}" if known else where, "question")
    except UserError as error:
        raise UserError(f"{error}; run tvrgen validate") from error


def _fits(line: Any) -> bool:
    """Whether a line has all parts that exports use; the schema, which says what is wrong, takes ten times as long."""
    if not isinstance(line, dict) or not all(isinstance(line.get(name), kind) for name, kind in _PARTS.items()):
        return False
    parts = [(line["view"], _VIEW), (line["difficulty"], _DIFFICULTY)]
    parts += [(o, _OBJECT) for o in line["initial_objects"]] + [(c, _CHANGE) for c in line["changes"]]
    return len(line["images"]) == 2 and all(isinstance(own, dict) and own.keys() >= names for own, names in parts)


_SCHEMA = documents.schema("question")["properties"]
_KINDS = {"string": str, "array": list, "object": dict}
_PARTS = {name: _KINDS[_SCHEMA[name].get("type", "string")] for name in documents.schema("question")["required"]}
_VIEW, _DIFFICULTY = set(_SCHEMA["view"]["required"]), set(_SCHEMA["difficulty"]["required"])
_OBJECT, _CHANGE = (set(_SCHEMA[name]["items"]["required"]) for name in ("initial_objects", "changes"))
