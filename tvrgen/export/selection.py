"""Which questions are exported, and in what order: `--filter` and `--order`.

A filter is NAME, a comparison and a value, such as difficulty<0.5, steps>=2, objects<=6, view=left, kind=color. Of
several values any will do: view=left,right. A question that changes colour and size has both kinds: kind=color keeps
it, kind!=color does not. Of several filters all must hold.
"""

import operator
import re
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tvrgen._support.messages import nearest
from tvrgen.dataset.reader import Dataset
from tvrgen.errors import UserError
from tvrgen.export.reader import Position, Reader

ORDERS = ("difficulty",)
_PARTS = ("objects", "steps", "kinds", "hidden", "angle", "look_alikes", "crowding")
_NUMBERS = ("difficulty", *(f"difficulty.{part}" for part in _PARTS), "steps", "objects")
_WORDS = ("view", "kind")
_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_FORM = re.compile(r"\s*([A-Za-z_.]+)\s*(<=|>=|!=|==|=|<|>)\s*(\S.*?)\s*")


def facts(line: dict[str, Any]) -> dict[str, tuple]:
    """What filters can ask of a question line: values by name.

    `difficulty` and its parts (tvrgen.difficulty), `steps` (changes), `objects` (visible in the first image), `view`
    (of the second image), `kind` (of each change).
    """
    difficulty = line["difficulty"]
    return {
        "difficulty": (difficulty["score"],),
        **{f"difficulty.{part}": (difficulty[part],) for part in _PARTS},
        "steps": (len(line["changes"]),),
        "objects": (sum(o["on_stage"] for o in line["initial_objects"]),),
        "view": (line["view"]["final"],),
        "kind": tuple(change["attribute"] for change in line["changes"]),
    }


@dataclass(frozen=True, slots=True)
class Filter:
    """`name` `comparison` `values`; `text` is what the user wrote."""

    name: str
    comparison: str
    values: tuple
    text: str

    def keeps(self, own: tuple) -> bool:
        """Whether a question with these values of `name` stays."""
        if self.comparison in _COMPARISONS:
            return any(_COMPARISONS[self.comparison](value, self.values[0]) for value in own)
        return any(value in self.values for value in own) == (self.comparison == "=")


def parse(text: str) -> Filter:
    """A filter from its text. Raises UserError that says what can be written."""
    where = f"--filter {text!r}"
    if not (found := _FORM.fullmatch(text)):
        raise UserError(f"{where}: write NAME, a comparison and a value, such as difficulty<0.5 or view=left")
    name, comparison, value = found.groups()
    comparison = "=" if comparison == "==" else comparison
    if name not in (*_NUMBERS, *_WORDS):
        raise UserError(f"{where}: unknown name {name!r}{nearest(name, (*_NUMBERS, *_WORDS))}")
    values = [part.strip() for part in value.split(",")]
    if comparison in _COMPARISONS and (name in _WORDS or len(values) > 1):
        hint = f"{name}={value}, or !=" if name in _WORDS else "one number"
        raise UserError(f"{where}: {comparison} compares numbers; write {hint}")
    if name in _NUMBERS:
        try:
            values = [float(part) for part in values]
        except ValueError as error:
            raise UserError(f"{where}: {value!r} is no number; write {name}{comparison}0.5 or its like") from error
    return Filter(name, comparison, tuple(values), text)


@dataclass(frozen=True, slots=True)
class Selection:
    """The questions of a split that are exported.

    `positions`: integers (count, 5), in order; None: all as they lie. `seen`: words that filters asked for, by name.
    """

    count: int
    positions: np.ndarray | None = None
    seen: dict[str, set[str]] = field(default_factory=dict)

    def position(self, k: int) -> Position:
        return tuple(int(value) for value in self.positions[k])


def select(
    dataset: Dataset,
    split: str,
    filters: Iterable[Filter] = (),
    order: str | None = None,
    looked: Callable[[int], None] = lambda count: None,
) -> Selection:
    """Looks through a split, where there is something to look for; keeps six numbers of each question that stays.

    `looked` is told of so many more questions.
    """
    filters = tuple(filters)
    if not filters and order is None:
        return Selection(dataset.description["splits"][split]["questions"])
    positions, scores, seen = array("q"), array("d"), {f.name: set() for f in filters if f.name in _WORDS}
    with Reader(dataset, split) as reader:
        for question in reader.questions(images=False):
            looked(1)
            own = facts(question.line)
            for name, values in seen.items():
                values.update(own[name])
            if all(f.keeps(own[f.name]) for f in filters):
                positions.extend(question.position)
                scores.append(own["difficulty"][0])
    table = np.frombuffer(positions, np.int64).reshape(-1, 5)
    if order == "difficulty":
        table = table[np.argsort(np.frombuffer(scores, np.float64), kind="stable")]
    return Selection(len(table), table, seen)


def check_any(selections: dict[str, Selection], filters: Iterable[Filter]) -> None:
    """Raises UserError where the filters keep nothing of any split; it names what they could ask for."""
    if any(selection.count for selection in selections.values()):
        return
    known = ""
    for name in sorted({name for selection in selections.values() for name in selection.seen}):
        values = sorted(set().union(*(selection.seen[name] for selection in selections.values())))
        known += f"; {name} is one of {', '.join(values)}"
    raise UserError(f"--filter {' '.join(f.text for f in filters)}: keeps no question{known}")
