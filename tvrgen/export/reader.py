"""Questions with their pictures, from a dataset wherever it lies: all in order, or each by its position."""

import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from PIL import Image

from tvrgen import document, records, store
from tvrgen.dataset import Dataset
from tvrgen.errors import UserError
from tvrgen.scoring import truth

Record = dict[str, Any]
Position = tuple[int, int, int]
"""Where a question is: number of the shard in its split, byte in the shard's file, and which one of those there."""

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
        """The files of its first and second picture, RGB. Raises UserError where one is missing or broken."""
        first, second = (self._picture(name) for name in self.line["images"])
        return first, second

    def _picture(self, name: str) -> bytes:
        where = f"{self._where}: {self.id}: {name}"
        try:
            content = self._read(name)
        except (FileNotFoundError, KeyError) as error:
            raise UserError(f"{where}: is missing; run tvrgen validate, then tvrgen generate") from error
        except OSError as error:
            raise UserError(f"{where}: cannot be read: {error.strerror or error}") from error
        try:
            with Image.open(io.BytesIO(content)) as image:
                mode = image.mode
                image.verify() if image.format == "PNG" else image.load()  # a PNG's checksums say it all
        except (OSError, SyntaxError, ValueError) as error:
            raise UserError(f"{where}: is no picture; run tvrgen validate, then tvrgen generate") from error
        if mode != "RGB":
            raise UserError(f"{where}: is {mode}, not RGB; run tvrgen validate")
        return content


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
    """The questions of a split."""

    def __init__(self, dataset: Dataset, split: str) -> None:
        self._place = dataset.place
        self._packed = dataset.description["config"]["output"]["format"] == "webdataset"
        counts = dataset.description["splits"][split]
        self._views = counts["questions"] // max(1, counts["problems"])
        sizes = {shard["path"]: shard["problems"] for shard in dataset.description["shards"]}
        self._shards = [(path, sizes[path]) for path in dataset.shards(split)]
        self._file: tuple[str, BinaryIO] | None = None

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
        path = f"{self._shards[shard][0]}/{records.TAR if self._packed else records.FILES['question']}"
        try:
            file = self._opened(path)
            yield from (self._tar if self._packed else self._lines)(file, shard, byte, path, pictures)
        except OSError as error:
            raise UserError(f"{self._place / path}: cannot be read: {error.strerror or error}") from error

    def _opened(self, path: str) -> BinaryIO:
        if self._file is None or self._file[0] != path:
            self._close()
            self._file = (path, self._place.open(path))
        return self._file[1]

    def _close(self) -> None:
        if self._file is not None:
            self._file[1].close()
            self._file = None

    def _lines(self, file: BinaryIO, shard: int, byte: int, path: str, _: bool) -> Iterator[Question]:
        folder = self._shards[shard][0]
        file.seek(byte)
        while content := file.readline():
            position, byte = (shard, byte, 0), byte + len(content)
            try:
                line = json.loads(content)
            except ValueError as error:
                number = self._place.read(path)[: position[1]].count(b"\n") + 1
                raise UserError(f"{self._place / path}:{number}: is not JSON: {error}; run tvrgen validate") from error
            _check(line, self._place / path)
            yield Question(line, position, lambda name: self._place.read(f"{folder}/{name}"), self._place / folder)
            file.seek(byte)  # another question may have been read in between

    def _tar(self, file: BinaryIO, shard: int, byte: int, path: str, pictures: bool) -> Iterator[Question]:
        """A problem's pictures come before its questions, so that the tar is read from start to end."""
        where, held, start, problem = self._place / path, {}, byte, None
        file.seek(byte)
        try:
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
        except (tarfile.TarError, EOFError) as error:
            raise UserError(f"{where}: is no tar that can be read: {error}; run tvrgen validate") from error


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
