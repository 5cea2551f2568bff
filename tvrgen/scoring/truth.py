"""The right answer of a question, as datasets and trainers carry it about."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tvrgen.errors import UserError
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.questions.forms.changes_text import normal


@dataclass(frozen=True, slots=True)
class Truth:
    """The right answer: for each change (index, attribute, normal forms of the accepted values).

    `looks` of the initial objects, where the answer names them by these.
    """

    changes: tuple[tuple[int, str, frozenset[str]], ...]
    looks: tuple[tuple[str, ...], ...] = ()


def ground_truth(question: Mapping[str, Any]) -> dict[str, Any]:
    """What `truth_of` reads, from a question line: the changes and, where answers name objects so, how these look.

    An object that the first image does not show has no looks there.
    """
    truth = {"changes": question["changes"]}
    if question["answer_form"] == "description":
        names = ("size", "color", "material", "shape")
        truth["looks"] = [[o[name] for name in names if o["on_stage"]] for o in question["initial_objects"]]
    return truth


def truth_of(truth: Any) -> Truth:
    """The right answer from a question line, from its `ground_truth` as data or JSON text, or from an answer text.

    A list of changes will do where answers name objects by indices: mappings of index, attribute, value and, where
    several values are right, accepted. Raises UserError.
    """
    if isinstance(truth, Truth):
        return truth
    if isinstance(truth, str):
        return _truth_from_text(truth)
    try:
        looks = ()
        if isinstance(truth, Mapping):
            truth = ground_truth(truth) if "initial_objects" in truth else truth
            looks = tuple(tuple(own) for own in truth.get("looks", ()))
            truth = truth["changes"]
        changes = tuple(
            (
                int(c["index"]),
                str(c["attribute"]).lower(),
                frozenset(normal(str(c["attribute"]).lower(), str(v)) for v in _accepted(c)),
            )
            for c in truth
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{str(truth)[:60]!r} is no right answer; write a list of index, attribute, value") from error
    return Truth(changes, looks)


def _accepted(change: Mapping) -> Iterable:
    accepted = change.get("accepted")
    return [change["value"]] if accepted is None or not len(accepted) else accepted


@lru_cache(maxsize=4096)
def _truth_from_text(text: str) -> Truth:
    if text.lstrip()[:1] in ("[", "{"):
        try:
            return truth_of(json.loads(text))
        except (ValueError, RecursionError, UserError):
            pass  # '[[2, "color", "cyan"]]' and its like
    answer = parse_answer(text)
    if answer.faults:
        raise UserError(f"{text[:60]!r} is no right answer: {answer.faults[0]}")
    return Truth(tuple((s.object, s.kind, frozenset([normal(s.kind, s.value)])) for s in answer.steps))
