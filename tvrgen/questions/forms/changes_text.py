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
    if form == "function":
        parts = [_call(step) for step in steps]
    elif form == "description":
        parts = [_described(step, looks) for step in steps]
    else:
        parts = [str(step) for step in steps]
    return ", ".join(parts) or NO_CHANGE


def _call(step: Step) -> str:
    value = f"'{step.value.replace('.', '_')}'" if step.value else ""
    arguments = filter(None, ("+".join(map(str, step.objects)), value))
    return f"change_{step.kind}({', '.join(arguments)})"


def _described(step: Step, looks: Sequence[Looks]) -> str:
    objects = " + ".join(" ".join(looks[k]) for k in step.objects)
    return ".".join(filter(None, (objects or NEW, step.kind, step.value)))


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
