"""Answers of the family "changes" as data, and as text in three forms, all of which `changes_reader` reads back.

triplet       2.color.cyan, 4.position.front_left.1, 2+5.swap
function      change_color(2, 'cyan'), change_position(4, 'front_left_1'), change_swap(2+5)       (Reason-RFT's form)
description   large red metal cube.color.cyan, large red metal cube + small gray rubber sphere.swap
              (objects are named by their looks)

An object that the first image does not have is "new" in the forms that name it: new.appear.small_red_metal_cube.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tvrgen.questions.forms.arities import transformation
from tvrgen.transformations.base import NEW, Step

FORMS = ("triplet", "function", "description")
NO_CHANGE = "no change"

Looks = Sequence[str]
"""An object's size, color, material and shape; empty for an object off stage, which cannot be named by them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A predicted answer, as read. No `steps` and no `faults` means "nothing changed".

    Values are in lower case; compare their `normal` forms. `faults` has a line for each part that cannot be read; an
    answer with any fault is never right.
    """

    steps: tuple[Step, ...]
    faults: tuple[str, ...] = ()


def write(steps: Iterable[Step], form: str = "triplet", looks: Sequence[Looks] = ()) -> str:
    """Returns the answer text of `form`, in the order of the steps. Descriptions need the `looks` of all objects."""
    parts = [change(_names(step, form, looks), step.kind, step.value, form) for step in steps]
    return ", ".join(parts) or NO_CHANGE


def change(objects: Sequence[str], kind: str, value: str, form: str) -> str:
    """Returns the text of one change in an answer of `form`, which names its objects so."""
    if form == "function":
        quoted = f"'{value.replace('.', '_')}'" if value else ""
        return f"change_{kind}({', '.join(filter(None, ('+'.join(objects), quoted)))})"
    joined = (" + " if form == "description" else "+").join(objects)
    return ".".join(filter(None, (joined or NEW, kind, value)))


def _names(step: Step, form: str, looks: Sequence[Looks]) -> list[str]:
    return [" ".join(looks[k]) if form == "description" else str(k) for k in step.objects]


@lru_cache(maxsize=4096)
def normal(kind: str, value: str) -> str:
    """The normal form of a kind's value: "front_left_1" for "Front-Left 1" and for "left_front.1".

    Two values are equal if their normal forms are the same text.
    """
    words = [spelled(word) for word in _JOINT.split(value.strip().lower())]
    return "_".join(transformation(kind).normal(words))


def spelled(word: str) -> str:
    """The spelling of a word that vocabularies use: "gray" for "grey"."""
    return _SPELLING.get(word, word)


_SPELLING = {"grey": "gray", "colour": "color"}
_JOINT = re.compile(r"(?<=[^\W_])[\s._]+(?=\w)|(?<=\w)-(?=\w)")  # "-45" keeps its sign
