"""Data of questions: what one asks, what is right, and the question as its line holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tvrgen._support.json_lines import Record
from tvrgen.questions.difficulty import Difficulty
from tvrgen.questions.forms.choice import LETTERS


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a rationale. `does` is its purpose: locate, match, compare or conclude."""

    does: str
    text: str


class Subject(NamedTuple):
    """What a question asks: the images that it shows, by the names of their shots, the objects that it is about, and
    what it asks of them, in its family's own words."""

    images: tuple[str, ...]
    objects: tuple[int, ...] = ()
    about: tuple[str, ...] = ()


class Answered(NamedTuple):
    """The right answer to a subject, and the level for which it counts where answers are dealt evenly."""

    value: Any
    level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about a planned problem and one of its final views, as its line holds it.

    `suffix` is what its id has behind that of its scene and view: nothing for the family `changes`. `twin` is the
    suffix of its twin, of which one is `mirrored`, and `flips` whether their answers differ; None without a twin.
    `shows` are the names of the shots of its images; `of_clip`: it shows the clip in place of these. `answer_form` is
    how the answer is written. `details` are the keys of the line that only its family has, or its form of answers.
    `rationale` is empty if the config asks for none.
    """

    family: str
    suffix: str = ""
    twin: str | None = None
    mirrored: bool = False
    flips: bool = False
    shows: tuple[str, ...]
    of_clip: bool = False
    prompt: str
    answer: str
    answer_form: str
    details: Record
    difficulty: Difficulty
    rationale: Sequence[Sentence]

    @property
    def said(self) -> str:
        """The answer in words: of a choice, the right option."""
        options: list[str] = self.details.get("options", [])
        return options[LETTERS.index(self.answer)] if options else self.answer
