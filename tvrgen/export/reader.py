"""Reader of questions for exports, and the check that a dataset is complete."""

import json
import re

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.dataset import catalog
from tvrgen.dataset.reader import Dataset
from tvrgen.dataset.split_reader import Position, SplitReader, StoredQuestion
from tvrgen.questions.forms.choice import listed
from tvrgen.questions.registry import CHANGES
from tvrgen.sampling.mirror import MIRRORED
from tvrgen.scoring import truth

__all__ = ["Position", "Question", "Reader", "changes", "check_complete", "core", "family", "ground_truth"]

TOKEN = "<image>"
_NAMES_TAGS = re.compile(r"</?(?:think|answer)>")


class Question(StoredQuestion):
    """A question line with its images, and the file names and texts that rows need."""

    __slots__ = ()

    @property
    def family(self) -> str:
        return family(self.line)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its images that no other image of the dataset has, without dots but the last."""
        scene, view, end = self.line["scene"], self.line["view"], MIRRORED if "mirrored" in self.line else ""
        shows = self.line.get("shows") or (f"initial-{view['initial']}{end}", f"final-{view['final']}{end}")
        endings = (image.rsplit(".", 1)[1] for image in self.line["images"])
        return tuple(f"{scene}-{shown}.{ending}" for shown, ending in zip(shows, endings, strict=True))

    @property
    def marked(self) -> str:
        """The prompt behind a placeholder for each image, which some consumers replace."""
        return f"{TOKEN * len(self.line['images'])}{self.line['question']}"

    @property
    def core(self) -> str:
        """The question alone, as `core` returns it."""
        return core(self.line)

    @property
    def rationale(self) -> str:
        """The reasoning as one text; empty if the dataset has none."""
        return " ".join(sentence["text"] for sentence in self.line.get("rationale", ()))


class Reader(SplitReader[Question]):
    """Reader of a split's questions for exports."""

    def __init__(self, dataset: Dataset, split: str, looked: bool = False, scenes: bool = False) -> None:
        super().__init__(dataset, split, Question, looked, scenes)


def family(line: Record) -> str:
    """The family of a question line."""
    return str(line.get("family", CHANGES))


def core(line: Record) -> str:
    """Returns the prompt of a question line without the options of a choice, and without its lines that name <think> or
    <answer>, for consumers that add both in their own words. Empty if the question stands in such a line."""
    options = line.get("options")
    text = line["question"].replace(f"\n{listed(options)}", "") if options else line["question"]
    return "\n".join(own for own in text.split("\n") if not _NAMES_TAGS.search(own)).strip()


def not_of_one(line: Record) -> str:
    """Returns why a question cannot be asked of one image or one clip by its core, as `Format.omits` does; else ""."""
    if "clip" not in line and len(line["images"]) > 1:
        return "show several images (show: clip asks of a video)"
    return "" if core(line) else "say how to answer in the line of the question"


def ground_truth(line: Record) -> str:
    """The right answer as JSON text, for a column that a reward reads: `tvrgen.scoring.reward` takes it."""
    return json.dumps(truth.ground_truth(line), ensure_ascii=False)


def changes(line: Record) -> list[Record]:
    """The changes of a question line as rows have them: with `index` alone where there is one object. None of another
    family than `changes` has any."""
    own: list[Record] = [] if "family" in line else truth.ground_truth(line)["changes"]
    return own


def check_complete(dataset: Dataset, splits: tuple[str, ...]) -> None:
    """Raises UserError, which names them, if problems or shards of these splits are missing or known to be faulty."""
    storage, there, again = dataset.storage, dataset.storage.shards(), catalog.again(dataset.storage)
    for split in splits:
        counts = dataset.description["splits"][split]
        if counts["problems"] < counts["count"]:
            others = [s for s, c in dataset.description["splits"].items() if c["problems"] == c["count"]]
            rest = f", or export split {others[0]} alone" if others else ""
            raise UserError(
                f"{storage}: split {split} has {counts['problems']} of {counts['count']} problems; "
                f"run tvrgen generate again{rest}"
            )
        for shard in dataset.shards(split):
            if shard not in there:
                raise UserError(f"{storage / shard}: is missing; run tvrgen generate again")
            if shard in again:
                raise UserError(f"{storage / shard}: is to be made again ({again[shard]}); run tvrgen generate")
