"""The right answer of a question, in the forms in which datasets and trainers hold it."""

import json
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from tvrgen._support.errors import UserError
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.questions.forms.changes_text import normal
from tvrgen.questions.forms.literals import check_depth
from tvrgen.scene.attributes import recorded_looks


class TrueChange(NamedTuple):
    """One change of a right answer: index of the object, kind, and the normal forms of all values that are right."""

    object: int
    kind: str
    accepted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Truth:
    """The right answer: its changes and, where answers name objects by their looks, the looks of all objects."""

    changes: tuple[TrueChange, ...]
    looks: tuple[tuple[str, ...], ...] = ()


def ground_truth(question: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the right answer in a question line as JSON data: `changes`, and `looks` if answers name these.

    The looks of an object that is off stage in the first image are empty.
    """
    truth = {"changes": question["changes"]}
    if question["answer_form"] == "description":
        truth["looks"] = [recorded_looks(o) if o["on_stage"] else [] for o in question["initial_objects"]]
    return truth


def truth_of(truth: Any) -> Truth:
    """Returns the right answer from a question line, its `ground_truth` as data or JSON text, or an answer text.

    Where answers name objects by indices, a list of changes will do: mappings of index, attribute, value and, if
    several values are right, accepted. Raises UserError for anything else.
    """
    if isinstance(truth, Truth):
        return truth
    if isinstance(truth, str):
        return _truth_from_text(truth)
    try:
        return _truth_from_data(truth)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UserError(f"{shown(truth)} is no right answer; write a list of index, attribute, value") from error


def shown(truth: Any) -> str:
    """Returns the beginning of what is no right answer, for a message; of data nested deep, the outer levels."""
    return repr((truth if isinstance(truth, str) else reprlib.repr(truth))[:60])


def _truth_from_data(truth: Any) -> Truth:
    looks: tuple[tuple[str, ...], ...] = ()
    if isinstance(truth, Mapping):
        truth = ground_truth(truth) if "initial_objects" in truth else truth
        looks = tuple(tuple(own) for own in truth.get("looks", ()))
        truth = truth["changes"]
    return Truth(tuple(map(_change, truth)), looks)


def _change(change: Mapping[str, Any]) -> TrueChange:
    index, kind = int(change["index"]), str(change["attribute"]).lower()
    return TrueChange(index, kind, frozenset(normal(kind, str(value)) for value in _accepted(change)))


def _accepted(change: Mapping[str, Any]) -> Iterable[Any]:
    accepted = change.get("accepted")
    return [change["value"]] if accepted is None or not len(accepted) else accepted


@lru_cache(maxsize=4096)
def _truth_from_text(text: str) -> Truth:
    if text.lstrip()[:1] in ("[", "{"):
        try:
            check_depth(text)
            return truth_of(json.loads(text))
        except (ValueError, UserError):
            pass  # an answer text in brackets, such as '[[2, "color", "cyan"]]'
    answer = parse_answer(text)
    if answer.faults:
        raise UserError(f"{text[:60]!r} is no right answer: {answer.faults[0]}")
    return Truth(tuple(TrueChange(s.object, s.kind, frozenset([normal(s.kind, s.value)])) for s in answer.steps))
