"""Answers that are some names in an order, such as objects from left to right."""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tvrgen.questions.forms.base import Form, Verdict, are_texts, shown
from tvrgen.questions.forms.word import normal

_LONGEST = 5000  # characters of an answer that are read: ten names of many words, and marks between them
_MOST = 50  # names
_BETWEEN = re.compile(r"\n|,|;|<|>|->|→")
_NUMBERED = re.compile(r"[ \t]*(?:\(?[0-9]{1,2}[.):]|[-*•])[ \t]")
_LINKED = re.compile(r"(?:and|then) ")


class NameSequence(Form):
    """All names that a question lists, in the right order: "a, b, c", a list in brackets, or one on each line."""

    name = "sequence"

    def how(self, truth: Mapping[str, Any]) -> str:
        return "their names in this order, separated by commas,"

    def data(self, value: Any) -> Any:
        return [*value] if isinstance(value, tuple) else value

    def write(self, value: Any) -> str:
        return ", ".join(value)

    def judge(self, text: str, truth: Mapping[str, Any]) -> Verdict:
        """Kendall's tau, the share of pairs in the right order less that of the others, where it is above 0.

        An answer that has not each of the names once is a fault.
        """
        right = [normal(name) for name in truth["value"]]
        said = read(text, right)
        if said is None:
            return Verdict(0.0, f"{text[:60]!r} does not have each of the names once")
        return Verdict(max(0.0, tau([right.index(name) for name in said])))

    def guess(self, truth: Mapping[str, Any], draw: Callable[[int], int]) -> str:
        left = [*truth["value"]]
        return ", ".join(left.pop(draw(len(left))) for _ in truth["value"])

    def fault(self, truth: Mapping[str, Any]) -> str:
        value = truth["value"]
        if not are_texts(value) or not 2 <= len(value) <= _MOST:
            return f"value: {shown(value)} is no list of 2 to {_MOST} names"
        if len({normal(name) for name in value}) < len(value):
            return f"value: {shown(value)} has a name twice"
        among = truth.get("among", value)
        same = are_texts(among) and sorted(among) == sorted(value)
        return "" if same else f"among: {shown(among)} are not the names in value"


def read(text: str, names: Sequence[str]) -> list[str] | None:
    """The names that a text says, each once, in its order; None if it says anything else. `names` are `normal`."""
    if len(text) > _LONGEST:
        return None
    text = text.strip().strip("`*\"'.").strip()
    if text[:1] + text[-1:] in ("[]", "()", "{}"):
        text = text[1:-1]
    parts = [part for part in map(_named, _BETWEEN.split(text)) if part]
    if parts and len(parts) == len(names) - 1 and parts[-1] not in names:
        parts[-1:] = _two(parts[-1], names)
    return parts if sorted(parts) == sorted(names) else None


def tau(ranks: Sequence[int]) -> float:
    """Kendall's tau of different ranks with their own order, in [-1, 1]."""
    pairs = [1 if a < b else -1 for a, b in itertools.combinations(ranks, 2)]
    return sum(pairs) / len(pairs)


def _named(part: str) -> str:
    """A name without a number or a word before it, and without marks around it."""
    if numbered := _NUMBERED.match(part):
        part = part[numbered.end() :]
    part = normal(part)
    if linked := _LINKED.match(part):
        part = normal(part[linked.end() :])
    return part


def _two(text: str, names: Sequence[str]) -> list[str]:
    """Two names with "and" between them; as it is, if the text is anything else."""
    for one in names:
        rest = text.removeprefix(f"{one} and ")
        if rest != text and normal(rest) in names:
            return [one, normal(rest)]
    return [text]
