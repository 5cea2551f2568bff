"""Answers that are the letter of an option."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tvrgen.questions.forms.base import Form, Verdict, are_texts, shown

LETTERS = "ABCDEFGHIJ"
_LETTER = re.compile(r"(?:option|answer|choice)?[\s(\[*\"'`]*([A-Ja-j])[\s)\]*\"'`.:,]*", re.IGNORECASE)


class Choice(Form):
    """The letter of an option, alone or with the option's text."""

    name = "choice"

    def how(self, truth: Mapping[str, Any]) -> str:
        return "the letter of the right option"

    def judge(self, text: str, truth: Mapping[str, Any]) -> Verdict:
        """1 for the right letter. A letter with the text of another option is a fault."""
        text = text.strip()
        if not (found := _LETTER.match(text)):
            return Verdict(0.0, f"{text[:60]!r} is no letter of an option")
        letter, rest = found[1].upper(), text[found.end() :].strip().rstrip(".")
        own = truth.get("options", ())
        at = LETTERS.index(letter)
        if rest and (at >= len(own) or " ".join(rest.lower().split()) != " ".join(own[at].lower().split())):
            return Verdict(0.0, f"{text[:60]!r} is no letter of an option")
        return Verdict(float(letter == truth["value"]))

    def guess(self, truth: Mapping[str, Any], draw: Callable[[int], int]) -> str:
        return LETTERS[draw(len(truth["options"]))]

    def fault(self, truth: Mapping[str, Any]) -> str:
        value, options = truth["value"], truth.get("options", [])
        if not are_texts(options) or not 2 <= len(options) <= len(LETTERS):
            return f"options: {shown(options)} are not 2 to {len(LETTERS)} texts"
        own = isinstance(value, str) and len(value) == 1 and value in LETTERS[: len(options)]
        return "" if own else f"value: {shown(value)} is the letter of no option"


def listed(options: list[str]) -> str:
    """Options, a line each: "A. left"."""
    return "\n".join(f"{letter}. {option}" for letter, option in zip(LETTERS, options, strict=False))
