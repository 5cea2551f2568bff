"""The base of all formats, and the writers of their files.

A format is a class with a row for each question (`row`) and the text of its README (`title`, `text`). One of `Lines`,
`Tars` or `parquet.Parquet` writes its rows; `keep` writes its images, if they are files of their own.
"""

import csv
import io
import json
import math
import shlex
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from tvrgen._support.files import add_to_tar
from tvrgen._support.json_lines import Record
from tvrgen._support.names import HELD_OUT
from tvrgen.dataset.reader import Dataset
from tvrgen.export import lengths, selection
from tvrgen.export.folder import Output, Part
from tvrgen.export.reader import Question, ground_truth
from tvrgen.export.selection import Selection
from tvrgen.questions.registry import CHANGES

READ_AS_PATTERN = r"[*?\[\]]|::|(?<=/)~[^/]*$"
"""What Hugging Face's `datasets`, and what builds on it, takes in a path for patterns, archives and home folders."""

_ENTRIES = 10_000  # of a folder, at most, as the Hugging Face Hub demands it


class Format(ABC):
    """A dataset in the form of one consumer.

    title     the consumer's name
    text      the part of the README on loading; `places` fills in what stands in {braces}
    ordered   a sentence on how to keep the consumer from shuffling; the README has it if --order was given
    whole     the format holds whole problems, so that questions cannot be left out or ordered
    fixed     its files name others by absolute paths, so that the folder cannot be moved
    needs     modules of the extra `export` that it imports
    reserved  an expression for what the consumer does not read as it is in the path of the folder
    selective it cannot hold every question: `refuse` is asked about each before anything is written
    omitting  it leaves out the questions for which `omits` gives a reason
    order     the order of --order that its consumer needs, in which it writes questions without being told
    pairs     it holds pairs of twins: a question is left out without its twin, and `omits` has to leave out all
              questions that have none
    pixels    the fewest and the most pixels of an image that the consumer gives to a model
    around    tokens that the consumer puts around a prompt
    changes   it holds questions of the family `changes` alone, and leaves out those of others and mirrored ones
    scenes    it reads scene lines (`Question.scene`), which are compared with their checksums
    truths    its rows have the right answer as `tvrgen.scoring.reward` reads it
    clips     it holds questions that show a clip, too, by `keep_clip`; others leave these out

    Of a dataset, `rationales`, `families` and `twins` say whether its questions may have a rationale, be of other
    families than `changes`, and have a twin, whose images are mirrored; `shows_clips`, whether they may show a clip.
    `omitted` says which were left out, and why; `taken` is the number of those to export of each split.
    """

    title: ClassVar[str]
    text: ClassVar[str]
    whole: ClassVar[bool] = False
    fixed: ClassVar[bool] = False
    ordered: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    reserved: ClassVar[str] = ""
    selective: ClassVar[bool] = False
    omitting: ClassVar[bool] = False
    order: ClassVar[str | None] = None
    pairs: ClassVar[bool] = False
    pixels: ClassVar[tuple[int, int]] = lengths.PIXELS
    around: ClassVar[int] = 0
    changes: ClassVar[bool] = False
    scenes: ClassVar[bool] = False
    truths: ClassVar[bool] = True
    clips: ClassVar[bool] = False
    rationales = families = twins = shows_clips = False
    omitted = ""

    def __init__(self, dataset: Dataset, out: Output, splits: tuple[str, ...]) -> None:
        self.dataset, self.out, self.splits = dataset, out, splits
        self.taken: dict[str, int] = {}
        config = dataset.description["config"]
        sections = [config, *(config["splits"][split] for split in splits)]
        asked = [own for section in sections for own in (section.get("question", {}), *section.get("questions", ()))]
        self.rationales = any(own.get("rationale", "none") != "none" for own in asked)
        self.families = any(own.get("family", CHANGES) != CHANGES for own in asked)
        self.twins = any(own.get("twin") for own in asked)
        self.shows_clips = any(own.get("show") == "clip" for own in asked)

    @property
    def heading(self) -> str:
        """The first line of the README."""
        return f"Transformation-driven Visual Reasoning, for {self.title}"

    @property
    def command(self) -> str:
        """The command that writes the same export from the dataset in the folder `data`."""
        name, options = self.out.made_from["format"], self.out.made_from["options"]
        command = f"tvrgen export data {name} --out {shlex.quote(self.out.name)}"
        if len(self.splits) < len(self.dataset.splits):
            command += f" --split {self.splits[0]}"
        command += "".join(f" --filter {shlex.quote(text)}" for text in options["filter"])
        command += " --pass-rates pass_rates.jsonl" if "pass_rates" in options else ""
        return command + (f" --order {options['order']}" if options["order"] else "")

    def front(self, licence: str) -> str:
        """Returns the text before the README's heading: front matter, or nothing."""
        return ""

    def check(self) -> None:  # noqa: B027
        """Raises UserError if the dataset has something that the format cannot hold."""

    def refuse(self, line: Record) -> None:  # noqa: B027
        """Raises UserError, which says what to generate instead, if the format cannot hold a question."""

    def omits(self, question: Question) -> str:
        """Returns why a question is left out, as the end of "3 that ...": the reward misjudges it. Or ""."""
        return ""

    def take(self, selections: Mapping[str, Selection]) -> None:
        """Notes which questions will be exported. Raises UserError if the format cannot hold so many, or so few."""
        self.omitted = selection.omissions(selections.values())
        self.taken = {split: own.count for split, own in selections.items()}

    def texts(self, question: Question) -> tuple[str, str]:
        """Returns the prompt and the response of a question, whose lengths count."""
        return question.line["question"], question.rationale + question.line["answer"]

    def places(self) -> dict[str, str]:
        """Returns what becomes of {out}, {split} (the first), {test} (one to evaluate on) and lengths in the README.

        {prompt_length} and {whole_length} are upper limits in tokens, {response_length} is that of a response in
        training; {computed} is a sentence on them. {two} is the number of a question's images in words, {most} their
        greatest number; {images} says what they are, and so do {before}, {and} and {after} together. {reward} is the
        function of `tvrgen.scoring` that scores a response.
        """
        splits = list(self.out.counts)
        tests = [name for name in splits[1:] if name.startswith(HELD_OUT)]
        sizes = lengths.sizes_in(self.dataset.description["config"], splits)
        most = lengths.most_images(self.out.counts)
        own = lengths.compute(sizes, lengths.longest(self.out.counts), self.pixels, self.around, most)
        width, height = max(sizes, key=math.prod)
        before, joined, after = ("pictures", "in", "order") if self.families else ("before", "and", "after")
        images = "one picture" if most == 1 else f"{'two' if most == 2 else most} pictures"
        return {
            # "./": a bare name may have another meaning to the consumer, such as "imagefolder" to `datasets`
            "{out}": f"./{self.out.name}",
            "{split}": splits[0],
            "{test}": [*tests, splits[0]][0],
            "{prompt_length}": str(own.prompt),
            "{whole_length}": str(own.whole),
            "{response_length}": str(lengths.RESPONSE),
            "{computed}": (
                f"Lengths are computed from these data, for Qwen2-VL and Qwen2.5-VL: {images} of {width} x "
                f"{height} {'are' if most > 1 else 'is'} {own.images:,} tokens, and no question has more than "
                f"{own.prompt:,} with them. Other models may need more."
            ),
            "{two}": "one or more" if self.families else "two",
            "{most}": str(most),
            "{images}": f"{before} {joined} {after}",
            "{before}": before,
            "{and}": joined,
            "{after}": after,
            "{reward}": "reward" if self.families else "star_r1_reward",
        }

    @abstractmethod
    def write(self, part: Part, questions: Iterable[Question]) -> int:
        """Writes a part. Returns the size of its rows in memory, in bytes, or 0 if the format does not count it."""

    def finish(self) -> None:  # noqa: B027
        """Writes the files that belong to no part, after all parts."""

    def together(self, split: str) -> int:
        """Returns the number of consecutive questions of the dataset that must be in the same part."""
        return 2 if self.pairs else 1

    def keep(self, question: Question, folder: str = "images/{split}") -> list[str]:
        """Writes a question's images, those of a thousand problems into one folder. Returns their paths.

        The images of problems with ten final views or more would be too many: then a folder has fewer problems.
        """
        paths = [f"{self._place(question.line, folder)}/{name}" for name in question.names]
        self.out.images(dict(zip(paths, question.images(), strict=True)))
        return paths

    def keep_clip(self, question: Question, folder: str = "clips/{split}") -> str:
        """Writes the video of a question's clip once, those of a thousand problems into one folder. Returns its path.

        Raises UserError if the clip is stored as frames.
        """
        path = f"{self._place(question.line, folder)}/{question.line['scene']}.mp4"
        self.out.images({path: question.clip()})
        return path

    def _place(self, line: Record, folder: str) -> str:
        """The folder of the images and the clip of a question's problem, below a folder that may have {split}."""
        together, images = 1000, self._images(line["split"])
        while together * images > _ENTRIES and together > 1:
            together //= 10
        part = int(line["scene"].rsplit("-", 1)[1]) // together
        return f"{folder.format(split=line['split'])}/{part:03d}"

    def _images(self, split: str) -> int:
        """The number of images of a problem, at most."""
        counts = self.dataset.description["splits"][split]
        if not self.families and not self.twins:
            return 1 + counts["questions"] // max(1, counts["problems"])
        config = self.dataset.description["config"]
        own = {name: config[name] | config["splits"][split].get(name, {}) for name in ("cameras", "output", "sampling")}
        steps = own["sampling"]["steps"] if own["output"]["intermediate"] else 0
        images = 1 + len(own["cameras"]["final"]) + (max(steps) if isinstance(steps, list) else steps)
        return images * (2 if self.twins else 1)

    def about(self, question: Question) -> Record:
        """Returns the further fields that most rows have: flat values, and the same keys in every row."""
        line = question.line
        family = {"family": question.family, "level": line.get("level", "")} if self.families else {}
        twin = {"twin": line.get("twin", ""), "flips": line.get("flips", False), "mirrored": "mirrored" in line}
        return {
            "view": line["view"]["final"],
            "steps": len(line.get("changes", ())),
            "difficulty": line["difficulty"]["score"],
            **family,
            **(twin if self.twins else {}),
            **({"rationale": question.rationale} if self.rationales else {}),
        }


class Lines(Format):
    """A text file for each split, which each part extends: JSON lines, a JSON list, or a table."""

    file: ClassVar[str] = "{split}.jsonl"
    between: ClassVar[str] = "\n"
    end: ClassVar[str] = "\n"

    def path(self, split: str) -> str:
        """Returns the path of a split's file."""
        return self.file.format(split=split)

    @abstractmethod
    def row(self, question: Question, number: int) -> Any:
        """Returns the row of a question; `number` is its position in the split."""

    def start(self) -> str:
        """Returns the text before the first row."""
        return ""

    def line(self, row: Any) -> str:
        """Returns the text of a row."""
        return json.dumps(row, ensure_ascii=False, allow_nan=False)

    def write(self, part: Part, questions: Iterable[Question]) -> int:
        path = self.path(part.split)
        for number, question in enumerate(questions, part.first):
            before = self.start() if self.out.begins(path) else self.between
            self.out.append(path, before + self.line(self.row(question, number)))
        return 0

    def finish(self) -> None:
        for split in self.out.counts:
            self.out.close(self.path(split), self.end)


class JsonList(Lines):
    """A JSON list for each split, with one row a line."""

    file = "{split}.json"
    between, end = ",\n", "\n]\n"

    def start(self) -> str:
        return "[\n"


class Table(Lines):
    """A table of tab-separated values for each split, as pandas reads it."""

    file = "{split}.tsv"
    columns: ClassVar[tuple[str, ...]]

    def start(self) -> str:
        return self.line(self.columns) + "\n"

    def line(self, row: Any) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter="\t", lineterminator="\n").writerow(row)
        return text.getvalue()[:-1]


class Tars(Format):
    """A tar for each part, with the files of a sample next to each other. The same questions give the same bytes."""

    file: ClassVar[str] = "tvr-{split}-{number:06d}.tar"

    @abstractmethod
    def files(self, question: Question) -> Iterator[tuple[str, bytes]]:
        """Yields (name, content) of each file of a sample."""

    def write(self, part: Part, questions: Iterable[Question]) -> int:
        with (
            self.out.whole(self.file.format(split=part.split, number=part.number)) as path,
            tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar,
        ):
            for question in questions:
                for name, content in self.files(question):
                    add_to_tar(tar, name, io.BytesIO(content), len(content))
        return 0


def answered(line: Record) -> Record:
    """Returns prompt and answer as most rows have them; rewards read `ground_truth`."""
    return {"problem": line["question"], "answer": line["answer"], "ground_truth": ground_truth(line)}
