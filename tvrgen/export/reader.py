"""Questions with their pictures, from a dataset wherever it lies: all in order, or each by its position.

What is read is compared with the checksums that the dataset keeps of it.
"""

import hashlib
import json
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from tvrgen import document, records, store
from tvrgen.dataset import Dataset
from tvrgen.errors import UserError
from tvrgen.place import MANIFEST, Folder
from tvrgen.scoring import truth

Record = dict[str, Any]
Position = tuple[int, int, int]
"""Where a question is: number of the shard in its split, byte in the shard's file, and which one of those there."""

_BLOCK = 2**20
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
        where = f"{self._where}: {self.id}: {name}"
        try:
            return self._read(name)
        except (FileNotFoundError, KeyError) as error:
            raise UserError(f"{where}: is missing; run tvrgen validate, then tvrgen generate") from error
        except OSError as error:
            raise UserError(f"{where}: cannot be read: {error.strerror or error}") from error


def ground_truth(line: Record) -> str:
    """The right answer as JSON text, for a column that a reward reads: `tvrgen.scoring.truth_of` takes it."""
    return json.dumps(truth.ground_truth(line), ensure_ascii=False)


def check_complete(dataset: Dataset, splits: tuple[str, ...]) -> None:
    """Raises UserError where problems or shards of these splits are missing, or known to be faulty; it names them."""
    place, there, again = dataset.place, dataset.place.shards(), store.again(dataset.place)
    for split in splits:
        counts = dataset.description["splits"][split]
        if counts["problems"] < counts["count"]:
            others = [s for s, c in dataset.description["splits"].items() if c["problems"] == c["count"]]
            rest = f", or export --split {others[0]}" if others else ""
            raise UserError(
                f"{place}: split {split} has {counts['problems']} of {counts['count']} problems; "
                f"run tvrgen generate again{rest}"
            )
        for shard in dataset.shards(split):
            if shard not in there:
                raise UserError(f"{place / shard}: is missing; run tvrgen generate again")
            if shard in again:
                raise UserError(f"{place / shard}: is to be made again ({again[shard]}); run tvrgen generate")


class Reader:
    """The questions of a split.

    Of one that was `looked` through already, only pictures are compared once more; `scenes` are compared as well where
    a format reads them.
    """

    def __init__(self, dataset: Dataset, split: str, looked: bool = False, scenes: bool = False) -> None:
        self._place, self._looked, self._scenes = dataset.place, looked, scenes
        self._packed = dataset.description["config"]["output"]["format"] == "webdataset"
        counts = dataset.description["splits"][split]
        self._views = counts["questions"] // max(1, counts["problems"])
        listed = {shard["path"]: shard for shard in dataset.description["shards"]}
        self._shards = [(path, listed[path]["problems"]) for path in dataset.shards(split)]
        self._manifests = {path: listed[path]["sha256"] for path, _ in self._shards}
        self._file: tuple[str, BinaryIO] | None = None
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
        shard, byte, number = position
        return next(islice(self._from(shard, byte, True), number, None))

    def _from(self, shard: int, byte: int, pictures: bool) -> Iterator[Question]:
        folder, name = self._shards[shard][0], records.TAR if self._packed else records.FILES["question"]
        path = f"{folder}/{name}"
        try:
            file = self._opened(folder, name)
            yield from (self._tar if self._packed else self._lines)(file, shard, byte, path, pictures)
        except OSError as error:
            raise UserError(f"{self._place / path}: cannot be read: {error.strerror or error}") from error

    def _opened(self, folder: str, name: str) -> BinaryIO:
        path = f"{folder}/{name}"
        if self._file is None or self._file[0] != path:
            self._close()
            file = self._place.open(path)
            if not self._looked:
                file = self._compared(file, folder, name)
                if self._scenes and not self._packed:
                    scenes = records.FILES["scene"]
                    self._compared(self._place.open(f"{folder}/{scenes}"), folder, scenes).close()
            self._file = (path, file)
        return self._file[1]

    def _compared(self, file: BinaryIO, folder: str, name: str) -> BinaryIO:
        """The file from its start, once it is read whole; one of a store is read from there once."""
        copy = None if isinstance(self._place, Folder) else tempfile.TemporaryFile()  # noqa: SIM115
        digest = hashlib.sha256()
        while block := file.read(_BLOCK):
            digest.update(block)
            if copy:
                copy.write(block)
        self._check_sum(digest, self._sums_of(folder).get(name), f"{folder}/{name}")
        if copy:
            file.close()
            file = copy
        file.seek(0)
        return file

    def _picture(self, folder: str, name: str) -> bytes:
        content = self._place.read(f"{folder}/{name}")
        self._check_sum(hashlib.sha256(content), self._sums_of(folder)[name], f"{folder}/{name}")
        return content

    def _sums_of(self, folder: str) -> dict[str, str]:
        """SHA-256 of a shard's files, by name."""
        if self._sums[0] != folder:
            path = f"{folder}/{MANIFEST}"
            content = self._place.read(path)
            self._check_sum(hashlib.sha256(content), self._manifests[folder], path)
            self._sums = (folder, {name: about["sha256"] for name, about in json.loads(content)["files"].items()})
        return self._sums[1]

    def _check_sum(self, digest: Any, known: str | None, path: str) -> None:
        if digest.hexdigest() != known:
            raise UserError(f"{self._place / path}: is not as it was made; run tvrgen validate, then tvrgen generate")

    def _close(self) -> None:
        if self._file is not None:
            self._file[1].close()
            self._file = None

    def _lines(self, file: BinaryIO, shard: int, byte: int, path: str, _: bool) -> Iterator[Question]:
        folder = self._shards[shard][0]
        file.seek(byte)
        while content := file.readline():
            position, byte = (shard, byte, 0), byte + len(content)
            line = records.parse(content, self._place / path)
            _check(line, self._place / path)
            yield Question(line, position, lambda name: self._picture(folder, name), self._place / folder)
            file.seek(byte)  # another question may have been read in between

    def _tar(self, file: BinaryIO, shard: int, byte: int, path: str, pictures: bool) -> Iterator[Question]:
        """A problem's pictures come before its questions, so that the tar is read from start to end."""
        where, held, start, problem = self._place / path, {}, byte, None
        file.seek(byte)
        with tarfile.open(fileobj=file, mode="r:") as tar:
            for member in tar:
                if (own := member.name.split(".")[0]) != problem:
                    held, start, problem = {}, member.offset, own
                if pictures and _SHOWN.search(member.name):
                    held[member.name] = tar.extractfile(member).read()
                elif member.name.endswith(".questions.json"):
                    found = records.parse(tar.extractfile(member).read(), f"{where}: {member.name}")
                    for number, line in enumerate(found if isinstance(found, list) else [found]):
                        _check(line, where)
                        yield Question(line, (shard, start, number), held.__getitem__, where)


def _check(line: Any, where: str) -> None:
    """Raises UserError that names file and question where a line does not fit its schema."""
    if _fits(line):
        return
    known = isinstance(line, dict) and isinstance(line.get("id"), str)
    try:
        document.check(line, f"{where}: {line['id']}" if known else where, "question")
    except UserError as error:
        raise UserError(f"{error}; run tvrgen validate") from error


def _fits(line: Any) -> bool:
    """Whether a line has all parts that exports use; the schema, which says what is wrong, takes ten times as long."""
    if not isinstance(line, dict) or not all(isinstance(line.get(name), kind) for name, kind in _PARTS.items()):
        return False
    parts = [(line["view"], _VIEW), (line["difficulty"], _DIFFICULTY)]
    parts += [(o, _OBJECT) for o in line["initial_objects"]] + [(c, _CHANGE) for c in line["changes"]]
    return len(line["images"]) == 2 and all(isinstance(own, dict) and own.keys() >= names for own, names in parts)


_SCHEMA = document.schema("question")["properties"]
_KINDS = {"string": str, "array": list, "object": dict}
_PARTS = {name: _KINDS[_SCHEMA[name].get("type", "string")] for name in document.schema("question")["required"]}
_VIEW, _DIFFICULTY = set(_SCHEMA["view"]["required"]), set(_SCHEMA["difficulty"]["required"])
_OBJECT, _CHANGE = (set(_SCHEMA[name]["items"]["required"]) for name in ("initial_objects", "changes"))
