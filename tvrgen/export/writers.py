"""The kinds of files that formats consist of, and what all formats have in common.

A format is a class that says what a row looks like (`row`) and what its README says (`title`, `text`); one of `Lines`,
`Tars` or `parquet.Parquet` writes the rows, and it lays its pictures where `keep` puts them.
"""

import csv
import io
import json
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from tvrgen.dataset.reader import Dataset
from tvrgen.export.folder import Output, Part
from tvrgen.export.reader import Question, ground_truth

Record = dict[str, Any]

TOKENS = "<image><image>"
"""What stands for the two pictures, for consumers that look for it in the text."""


class Format(ABC):
    """One consumer's form of a dataset.

    `title` and `text` are the README's: {out} stands for the folder's path, {split} for the first split's name, {test}
    for that of one to evaluate on; `ordered`, how the consumer is kept from shuffling, is told where there is an order.
    `whole`: the format holds whole problems, so that questions can neither be left out nor ordered. `fixed`: its files
    name others by absolute paths, so that the folder must stay where it is.
    """

    title: ClassVar[str]
    text: ClassVar[str]
    whole: ClassVar[bool] = False
    fixed: ClassVar[bool] = False
    ordered: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    """Modules of the extra `export`."""

    def __init__(self, dataset: Dataset, out: Output, splits: tuple[str, ...]) -> None:
        self.dataset, self.out, self.splits = dataset, out, splits
        config = dataset.description["config"]
        asked = [config["question"], *(config["splits"][split].get("question", {}) for split in splits)]
        self.rationales = any(own.get("rationale", "none") != "none" for own in asked)

    @property
    def heading(self) -> str:
        """The README's first line."""
        return f"Transformation-driven Visual Reasoning, for {self.title}"

    def front(self, licence: str) -> str:
        """What the README begins with, before its heading."""
        return ""

    def check(self) -> None:  # noqa: B027
        """Raises UserError where the dataset has what the format has no place for."""

    @abstractmethod
    def write(self, part: Part, questions: Iterable[Question]) -> int:
        """Writes a part; returns the bytes that its rows take in memory, where the format counts them."""

    def finish(self) -> None:  # noqa: B027
        """Writes what is written once, after all parts."""

    def together(self, split: str) -> int:
        """How many questions of the dataset, one after another, must not be parted."""
        return 1

    def keep(self, question: Question, folder: str = "images/{split}") -> list[str]:
        """Writes a question's pictures, those of a thousand problems into one folder; returns their paths."""
        thousand = int(question.line["scene"].rsplit("-", 1)[1]) // 1000
        folder = f"{folder.format(split=question.line['split'])}/{thousand:03d}"
        paths = [f"{folder}/{name}" for name in question.names]
        self.out.pictures(dict(zip(paths, question.pictures(), strict=True)))
        return paths

    def about(self, question: Question) -> Record:
        """What most rows say of a question, besides prompt and answer: flat, and alike in every row."""
        line = question.line
        return {
            "view": line["view"]["final"],
            "steps": len(line["changes"]),
            "difficulty": line["difficulty"]["score"],
            **({"rationale": question.rationale} if self.rationales else {}),
        }


class Lines(Format):
    """A text file for each split, which grows from part to part: JSON lines, one JSON list, or a table."""

    file: ClassVar[str] = "{split}.jsonl"
    start: ClassVar[str] = ""
    between: ClassVar[str] = "\n"
    end: ClassVar[str] = "\n"

    @abstractmethod
    def row(self, question: Question, number: int) -> Any:
        """The row of a question, the `number`-th of its split."""

    def line(self, row: Any) -> str:
        """The text of a row."""
        return json.dumps(row, ensure_ascii=False, allow_nan=False)

    def write(self, part: Part, questions: Iterable[Question]) -> int:
        path = self.file.format(split=part.split)
        for number, question in enumerate(questions, part.first):
            before = self.start if self.out.begins(path) else self.between
            self.out.append(path, before + self.line(self.row(question, number)))
        return 0

    def finish(self) -> None:
        for split in self.out.counts:
            self.out.close(self.file.format(split=split), self.end)


class JsonList(Lines):
    """A JSON list for each split, a row a line."""

    file = "{split}.json"
    start, between, end = "[\n", ",\n", "\n]\n"


class Table(Lines):
    """Values separated by tabs for each split, as pandas reads them."""

    file = "{split}.tsv"
    columns: ClassVar[tuple[str, ...]]

    @property
    def start(self) -> str:
        return self.line(self.columns) + "\n"

    def line(self, row: Any) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter="\t", lineterminator="\n").writerow(row)
        return text.getvalue()[:-1]


class Tars(Format):
    """Tars of a part each, a sample's files one after another; the same bytes whenever they are written."""

    file: ClassVar[str] = "tvr-{split}-{number:06d}.tar"

    @abstractmethod
    def files(self, question: Question) -> Iterator[tuple[str, bytes]]:
        """(name, content) of a sample's files."""

    def write(self, part: Part, questions: Iterable[Question]) -> int:
        with (
            self.out.whole(self.file.format(split=part.split, number=part.number)) as path,
            tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar,
        ):
            for question in questions:
                for name, content in self.files(question):
                    entry = tarfile.TarInfo(name)
                    entry.size, entry.mode = len(content), 0o644
                    tar.addfile(entry, io.BytesIO(content))
        return 0


def answered(line: Record) -> Record:
    """Prompt and answer, as most rows have them: `ground_truth` is what the reward reads."""
    return {"problem": line["question"], "answer": line["answer"], "ground_truth": ground_truth(line)}
