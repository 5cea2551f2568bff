"""Answers that are numbers: counts, and distances in metres."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tvrgen.questions.forms.base import Form, Verdict, shown

THRESHOLDS = tuple(0.5 + 0.05 * k for k in range(10))
"""Of mean relative accuracy (VSI-Bench): the share of these t with |said - true| / true <= 1 - t."""

_MOST_GUESSED = 4
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(?![\w]|\.[0-9])")
_SAID = "zero one two three four five six seven eight nine ten eleven twelve"
_WORDS = {word: number for number, word in enumerate(_SAID.split())} | {"none": 0, "no": 0}
_UNITS = ("", "m", "metre", "metres", "meter", "meters")


class Number(Form):
    """A number in digits, or a small whole one as a word; a distance may have its unit. Anything else is a fault."""

    name = "number"

    def how(self, truth: Mapping[str, Any]) -> str:
        return "a number in digits and nothing else"

    def judge(self, text: str, truth: Mapping[str, Any]) -> Verdict:
        """1 for the number itself; for another one, its mean relative accuracy where the truth is `approximate`.

        That is 1 within 5 % of the truth, so that such a number is right.
        """
        said, true = read(text), truth["value"]
        if said is None:
            return Verdict(0.0, f"{text[:60]!r} is no number")
        if not truth.get("approximate"):
            return Verdict(float(said == true))
        error = abs(said - true) / abs(true) if true else float(said != true)
        return Verdict(sum(error <= 1 - t + 1e-9 for t in THRESHOLDS) / len(THRESHOLDS))

    def guess(self, truth: Mapping[str, Any], draw: Callable[[int], int]) -> str:
        return str(draw(_MOST_GUESSED + 1))

    def fault(self, truth: Mapping[str, Any]) -> str:
        value = truth["value"]
        number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15
        return "" if number else f"value: {shown(value)} is no number"


def read(text: str) -> float | None:
    """The number that a text is; None if it is anything else, or several."""
    text = text.strip().strip("*$`'\"").strip().rstrip(".").lower()
    if text in _WORDS:
        return float(_WORDS[text])
    found = _NUMBER.match(text)
    return float(found.group()) if found and text[found.end() :].strip() in _UNITS else None
