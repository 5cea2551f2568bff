"""Planned problems as checks see them, with their records, and the protocol of checks on problems."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from tvrgen._support.json_lines import Record
from tvrgen.checking.faults import Fault
from tvrgen.config.settings import Config, Split
from tvrgen.dataset import records
from tvrgen.dataset.images import ImageFile, image_files
from tvrgen.sampling.problem import Planned


@dataclass(frozen=True)
class Case:
    """A planned problem of a split, with the lines that a dataset would have."""

    config: Config
    split: Split
    planned: Planned

    @property
    def where(self) -> str:
        """The problem's id and answer, for messages."""
        return f"{self.planned.problem.id}: {', '.join(map(str, self.planned.said)) or 'no change'}"

    @cached_property
    def scene(self) -> Record:
        """The scene line."""
        return records.scene_line(self.planned, self._images, self.split)

    @cached_property
    def questions(self) -> list[Record]:
        """The question lines, for each final view those of all families and their twins."""
        return records.question_lines(self.planned, self._images, self.split, self.config.seed)

    @property
    def changes(self) -> list[Record]:
        """The question lines that ask what changed, one for each final view; none where the split does not ask it."""
        return [line for line in self.questions if "family" not in line and "mirrored" not in line]

    @property
    def _images(self) -> tuple[ImageFile, ...]:
        return image_files(self.planned.problem, self.planned.shots, self.split)


class Check(Protocol):
    """A check of planned problems, one after another."""

    def faults(self, case: Case) -> Iterable[Fault]:
        """The faults of one problem."""

    def summaries(self) -> Iterator[tuple[str, str]]:
        """What holds of all problems so far, unless a fault is about it: (what it is about, a summary)."""
