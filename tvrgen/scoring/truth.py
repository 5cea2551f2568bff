"""The right answer of a question, in the forms in which datasets and trainers hold it."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from tvrgen._support.errors import UserError
from tvrgen.questions.forms import base
from tvrgen.questions.forms.arities import Arities, Arity, arity, arity_from, transformation
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.questions.forms.changes_text import normal
from tvrgen.questions.forms.literals import check_depth
from tvrgen.scene.attributes import recorded_looks
from tvrgen.transformations.base import Step

Way = tuple[tuple[int, ...], str, str]
"""The objects, the kind and the normal form of the value with which a change is said."""


class TrueChange(NamedTuple):
    """One change of a right answer: the indices of its objects, its kind, and all ways to say it that are right.

    `named` are the sets of objects that these ways name, and `kinds` has them with the kinds that name them.
    """

    objects: tuple[int, ...]
    kind: str
    accepted: frozenset[Way]
    named: frozenset[frozenset[int]]
    kinds: frozenset[tuple[str, frozenset[int]]]


@dataclass(frozen=True, slots=True)
class Truth:
    """The right answer: its changes and, where answers name objects by their looks, the looks of all objects.

    `alternatives` are other lists of changes, each of which is right as a whole. `arities` are those of the kinds that
    the question declares (`declared`), and of those in its right answers.
    """

    changes: tuple[TrueChange, ...]
    looks: tuple[tuple[str, ...], ...] = ()
    alternatives: tuple[tuple[TrueChange, ...], ...] = ()
    declared: tuple[tuple[str, Arity], ...] = ()
    arities: Arities = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        arities: dict[str, Arity] = {}
        for change in itertools.chain(self.changes, *self.alternatives):
            for objects, kind, value in change.accepted:
                known = arities.get(kind)
                valued = bool(value) or (known is not None and known.valued)
                arities[kind] = arity(kind, {})._replace(objects=len(objects), valued=valued)
        object.__setattr__(self, "arities", arities | dict(self.declared))


def true_change(objects: tuple[int, ...], kind: str, ways: Iterable[Way]) -> TrueChange:
    """Returns a true change that can be said in these ways."""
    accepted = frozenset(ways)
    kinds = frozenset({(kind, frozenset(objects)), *((way, frozenset(own)) for own, way, _ in accepted)})
    return TrueChange(objects, kind, accepted, frozenset(own for _, own in kinds), kinds)


def ground_truth(question: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the right answer in a question line as JSON data.

    It has `changes`, `alternatives` and `arities` if there are any, and `looks` if answers name objects by these; the
    looks of an object that is off stage in the first image are empty. `objects` is left out of a change where it is
    `index` alone. Of another family than `changes`, it has `family`, the answer's `form` and `value`, and `options`.
    """
    if "family" in question:
        options = {"options": question["options"]} if "options" in question else {}
        return {"family": question["family"], **question["truth"], **options}
    truth = {"changes": _without_objects(question["changes"])}
    if alternatives := question.get("alternatives"):
        truth["alternatives"] = [_without_objects(changes) for changes in alternatives]
    if arities := question.get("arities"):
        truth["arities"] = arities
    if question["answer_form"] == "description":
        truth["looks"] = [recorded_looks(o) if o["on_stage"] else [] for o in question["initial_objects"]]
    return truth


def _without_objects(changes: Iterable[Mapping[str, Any]]) -> list[Any]:
    return [
        {name: value for name, value in change.items() if name != "objects"}
        if "objects" in change and "index" in change and [*change["objects"]] == [change["index"]]
        else change
        for change in changes
    ]


def truth_of(truth: Any) -> Truth:
    """Returns the right answer from a question line, its `ground_truth` as data or JSON text, or an answer text.

    Where answers name objects by indices, a list of changes will do: mappings of index (or objects, a list), attribute,
    value and, if there are several right ways to say it, accepted. Raises UserError for anything else.
    """
    if isinstance(truth, Truth):
        return truth
    if isinstance(truth, str):
        return _truth_from_text(truth)
    try:
        return _truth_from_data(truth)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise UserError(f"{shown(truth)} is no right answer; write a list of index, attribute, value") from error


def shown(truth: Any) -> str:
    """Returns the beginning of what is no right answer, in quotes; of data nested deep, the outer levels."""
    return repr(truth[:60] if isinstance(truth, str) else base.shown(truth, 60))


def _truth_from_data(truth: Any) -> Truth:
    looks: tuple[tuple[str, ...], ...] = ()
    others: Any = None
    declared: tuple[tuple[str, Arity], ...] = ()
    if isinstance(truth, Mapping):
        truth = ground_truth(truth) if "initial_objects" in truth else truth
        looks = tuple(tuple(own) for own in truth.get("looks", ()))
        if not all(isinstance(word, str) for own in looks for word in own):
            raise TypeError("looks are no words")
        others = truth.get("alternatives")
        own = truth.get("arities") or {}
        declared = tuple((str(kind), arity_from(written)) for kind, written in own.items())
        truth = truth["changes"]
    alternatives = () if others is None else tuple(tuple(map(_change, changes)) for changes in others)
    if not all(alternatives):
        raise ValueError("an alternative has no change")
    return Truth(tuple(map(_change, truth)), looks, alternatives, declared)


def _change(change: Mapping[str, Any]) -> TrueChange:
    objects, kind = _objects(change), str(change["attribute"]).lower()
    return true_change(objects, kind, (_way(entry, objects, kind) for entry in _accepted(change)))


def _objects(entry: Mapping[str, Any]) -> tuple[int, ...]:
    named = entry.get("objects")
    return (int(entry["index"]),) if named is None else tuple(int(k) for k in named)


def _way(entry: Any, objects: tuple[int, ...], kind: str) -> Way:
    """What an entry of `accepted` says: a value of the change's own objects and kind, or objects, value and kind."""
    if isinstance(entry, Mapping):
        own = kind if (other := entry.get("attribute")) is None else str(other).lower()
        return _objects(entry), own, normal(own, str(entry["value"]))
    return objects, kind, normal(kind, str(entry))


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
    changes = (true_change(s.objects, s.kind, _ways(s)) for s in answer.steps)
    return Truth(tuple(changes))


def _ways(step: Step) -> Iterator[Way]:
    """The ways to say a step: with its objects in any order, unless the order counts or is not known to be free."""
    value, kind = normal(step.kind, step.value), transformation(step.kind)
    free = len(step.objects) == kind.named == 2 and not kind.ordered
    for objects in (step.objects, step.objects[::-1] if free else step.objects):
        yield objects, step.kind, value
