"""Answers that are one of a few words, such as left and right."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tvrgen.questions.forms.base import Form, Verdict, are_texts, shown
from tvrgen.questions.wording import joined

_JOINTS = re.compile(r"[\s_-]+")
_AROUND = re.compile(r"\b(?:further|to|the|in|about|degrees?|images?|pair|is|it)\b")


class Word(Form):
    """A word of those that the question lists, whatever its case."""

    name = "word"

    def how(self, truth: Mapping[str, Any]) -> str:
        return joined(truth["among"], " or ")

    def judge(self, text: str, truth: Mapping[str, Any]) -> Verdict:
        """Compares a word with the right one, whatever stands around it that tells nothing: "to the left" is left."""
        among = truth.get("among", (truth["value"],))
        reduced = {_bare(word) for word in among}
        read = _bare if "" not in reduced and len(reduced) == len(among) else normal
        said = read(text)
        if said not in {read(word) for word in among}:
            return Verdict(0.0, f"{text[:60]!r} is none of the words asked for")
        return Verdict(float(said == read(truth["value"])))

    def guess(self, truth: Mapping[str, Any], draw: Callable[[int], int]) -> str:
        among = truth.get("among", (truth["value"],))
        return str(among[draw(len(among))])

    def fault(self, truth: Mapping[str, Any]) -> str:
        value, among = truth["value"], truth.get("among", [truth["value"]])
        if not are_texts(among) or not among:
            return f"among: {shown(among)} is no list of words"
        return "" if isinstance(value, str) and value in among else f"value: {shown(value)} is none of among"


def normal(text: str) -> str:
    """A word in lower case, without marks around it and an article before it."""
    text = _JOINTS.sub(" ", text.lower()).strip(" \t\n\"'`*.,:;!()[]")
    return text.removeprefix("the ").strip()


def _bare(text: str) -> str:
    """A word without those around it that tell nothing, such as the degrees of an angle."""
    return " ".join(_AROUND.sub(" ", normal(text)).split())
