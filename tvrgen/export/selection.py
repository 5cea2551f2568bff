"""The selection of the questions to export, and their order: `--filter` and `--order`.

A filter is NAME, a comparison and a value, such as difficulty<0.5, steps>=2, objects<=6, view=left, kind=color. A list
of values, view=left,right, keeps questions that have any of them. A question that changes colour and size has both
kinds: kind=color keeps it, kind!=color does not. A filter of pass_rate leaves out questions that have none. If there
are several filters, all must hold.
"""

import math
import operator
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tvrgen._support.errors import ArgumentError, UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import nearest
from tvrgen.dataset.reader import Dataset
from tvrgen.export.reader import Position, Question, Reader, family
from tvrgen.questions.difficulty import WEIGHTS

ORDERS = ("difficulty",)
PASS_RATE = "pass_rate"
_NUMBERS = ("difficulty", *(f"difficulty.{part}" for part in WEIGHTS), "steps", "objects", PASS_RATE)
_WORDS = ("view", "kind", "family", "level", "form", "mirrored", "clip")
_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_NO_RATES: Mapping[str, float] = {}
_FORM = re.compile(r"\s*([A-Za-z_.]+)\s*(<=|>=|!=|==|=|<|>)\s*(\S.*?)\s*")


def facts(line: Record, rates: Mapping[str, float] = _NO_RATES) -> dict[str, tuple[Any, ...]]:
    """Returns the values of a question line that filters compare, by name; `rates` are pass rates by ids.

    difficulty, difficulty.PART  the score and its parts; see tvrgen.questions.difficulty
    steps                        the number of changes
    objects                      the number of objects on stage in the first image
    view                         the camera of the second image
    kind                         the kind of each change
    family                       the family
    level                        what is dealt evenly among questions of a family; `changes` have none
    form                         the form of answers: triplet, function, description; number, word, choice, ...
    mirrored                     yes for the twin whose images are mirrored, else no
    pass_rate                    the share of a model's samples that are right; none if it has no samples
    clip                         yes for a question that shows a clip, else no
    """
    difficulty = line["difficulty"]
    on_stage = line["objects"] if "family" in line else sum(o["on_stage"] for o in line["initial_objects"])
    changes = line.get("changes", ())
    return {
        "difficulty": (difficulty["score"],),
        **{f"difficulty.{part}": (difficulty[part],) for part in WEIGHTS},
        "steps": (len(changes),),
        "objects": (on_stage,),
        "view": (line["view"]["final"],),
        "kind": tuple(change["attribute"] for change in changes),
        "family": (family(line),),
        "level": (line["level"],) if "level" in line else (),
        "form": (line["answer_form"],),
        "mirrored": ("yes" if "mirrored" in line else "no",),
        PASS_RATE: (rates[line["id"]],) if rates and line["id"] in rates else (),
        "clip": ("yes" if "clip" in line else "no",),
    }


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a value of questions; `text` is as the user wrote it."""

    name: str
    comparison: str
    values: tuple[Any, ...]
    text: str

    def keeps(self, own: tuple[Any, ...]) -> bool:
        """Returns whether a question with these values of `name` is kept."""
        if self.comparison in _COMPARISONS:
            return any(_COMPARISONS[self.comparison](value, self.values[0]) for value in own)
        if self.name == PASS_RATE and not own:
            return False
        return any(value in self.values for value in own) == (self.comparison == "=")


def parse(text: str) -> Filter:
    """Returns the filter that a text describes. Raises UserError if it describes none."""
    if not (found := _FORM.fullmatch(text)):
        raise ArgumentError(
            "filters", text, "write NAME, a comparison and a value, such as difficulty<0.5 or view=left"
        )
    name, comparison, value = found.groups()
    comparison = "=" if comparison == "==" else comparison
    if name not in (*_NUMBERS, *_WORDS):
        raise ArgumentError("filters", text, f"unknown name {name!r}{nearest(name, (*_NUMBERS, *_WORDS))}")
    values: list[Any] = [part.strip() for part in value.split(",")]
    if comparison in _COMPARISONS and (name in _WORDS or len(values) > 1):
        hint = f"{name}={value}, or !=" if name in _WORDS else "one number"
        raise ArgumentError("filters", text, f"{comparison} compares numbers; write {hint}")
    if name in _NUMBERS:
        try:
            values = [float(part) for part in values]
        except ValueError:
            values = [math.nan]
        if any(map(math.isnan, values)):
            raise ArgumentError(
                "filters", text, f"{value!r} is no number; write a condition such as {name}{comparison}0.5"
            )
    return Filter(name, comparison, tuple(values), text)


@dataclass(frozen=True, slots=True)
class Selection:
    """The questions to export of a split.

    `positions` are their positions in the dataset, in order, as integers of shape (count, 5); None means all questions
    in the dataset's order. `seen` has the values that occur of each name that filters compare words with. `omitted` has
    the number of questions that the format leaves out, by the reason.
    """

    count: int
    positions: np.ndarray | None = None
    seen: dict[str, set[str]] = field(default_factory=dict)
    omitted: Counter[str] = field(default_factory=Counter)

    def position(self, k: int) -> Position:
        """Returns the position of the k-th of selected questions; `positions` must not be None."""
        assert self.positions is not None
        return tuple(int(value) for value in self.positions[k])


def select(
    dataset: Dataset,
    split: str,
    filters: Iterable[Filter] = (),
    order: str | None = None,
    looked: Callable[[int], None] = lambda count: None,
    refuse: Callable[[Record], None] | None = None,
    scenes: bool = False,
    omits: Callable[[Question], str] | None = None,
    pairs: bool = False,
    rates: Mapping[str, float] = _NO_RATES,
) -> Selection:
    """Returns the questions of a split that all filters keep, in an order of ORDERS or the dataset's.

    It reads the whole split if there are filters, an order, `refuse` or `omits`. `refuse` is called with the line of
    each selected question and may raise; `omits` gives the reason to leave a question out, or "". Where not all
    questions are taken in order, it keeps six numbers of each selected one. `looked` is called with the number of
    further questions that were read. `scenes` compares the scene lines with their checksums too. With `pairs`, a
    question is taken with its twin or not at all, and the mirrored one comes right after the other. `rates` are
    the pass rates of questions by their ids.
    """
    filters = tuple(filters)
    chosen = bool(filters) or order is not None or omits is not None or pairs
    if not chosen and refuse is None:
        return Selection(dataset.description["splits"][split]["questions"])
    positions, scores = array("q"), array("d")
    seen: dict[str, set[str]] = {f.name: set() for f in filters if f.name in _WORDS}
    omitted: Counter[str] = Counter()
    unmirrored: Question | None = None
    with Reader(dataset, split, scenes=scenes) as reader:
        for question in reader.questions(images=False):
            looked(1)
            own = facts(question.line, rates)
            for name, values in seen.items():
                values.update(own[name])
            if not all(f.keeps(own[f.name]) for f in filters):
                continue
            if omits and (reason := omits(question)):
                omitted[reason] += 1
                continue
            if refuse:
                refuse(question.line)
            if pairs and "mirrored" not in question.line:
                unmirrored = question  # its twin is the next one, unless that is left out
            elif pairs and unmirrored is not None and unmirrored.id == question.line["twin"]:
                positions.extend((*unmirrored.position, *question.position))
                scores.extend(own["difficulty"] * 2)  # so that they stay together
            elif chosen and not pairs:
                positions.extend(question.position)
                scores.append(own["difficulty"][0])
    if not chosen:
        return Selection(dataset.description["splits"][split]["questions"])
    table = np.frombuffer(positions, np.int64).reshape(-1, 5)
    if order == "difficulty":
        table = table[np.argsort(np.frombuffer(scores, np.float64), kind="stable")]
    return Selection(len(table), table, seen, omitted)


def check_any(selections: dict[str, Selection], filters: Iterable[Filter]) -> None:
    """Raises UserError if no question of any split is selected: names the values that occur, or the reasons."""
    if any(selection.count for selection in selections.values()):
        return
    if omitted := omissions(selections.values()):
        raise UserError(f"no question is left for this format: it leaves out {omitted}")
    known = ""
    for name in sorted({name for selection in selections.values() for name in selection.seen}):
        values = sorted(set().union(*(selection.seen[name] for selection in selections.values())))
        known += f"; {name} is one of {', '.join(values)}"
    raise ArgumentError("filters", " ".join(f.text for f in filters), f"keeps no question{known}")


def omissions(selections: Iterable[Selection]) -> str:
    """Returns how many questions the format leaves out, and why: "3 that ask for a word". Empty if it keeps all."""
    total: Counter[str] = sum((selection.omitted for selection in selections), Counter())
    return ", ".join(f"{count:,} that {reason}" for reason, count in sorted(total.items()))
