"""Answers of the family "changes" as data, and as text in three forms, all of which `changes_reader` reads back.

triplet       2.color.cyan, 4.position.front_left.1
function      change_color(2, 'cyan'), change_position(4, 'front_left_1')      (Reason-RFT's form)
description   large red metal cube.color.cyan                                  (objects are named by their looks)
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypedDict

from tvrgen.transformations.base import Step

FORMS = ("triplet", "function", "description")
NO_CHANGE = "no change"

Looks = Sequence[str]
"""An object's size, color, material and shape; empty for an object off stage, which cannot be named by them."""


class Change(TypedDict):
    """A true change as question lines hold it: object index, kind, value, and every value that is right."""

    index: int
    attribute: str
    value: str
    accepted: list[str]


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
        parts = [f"change_{s.kind}({s.object}, '{s.value.replace('.', '_')}')" for s in steps]
    elif form == "description":
        parts = [f"{' '.join(looks[s.object])}.{s.kind}.{s.value}" for s in steps]
    else:
        parts = [str(s) for s in steps]
    return ", ".join(parts) or NO_CHANGE


@lru_cache(maxsize=4096)
def normal(kind: str, value: str) -> str:
    """The normal form of a kind's value: "front_left_1" for "Front-Left 1" and for "left_front.1".

    Two values are equal if their normal forms are the same text.
    """
    words = [spelled(word) for word in _JOINT.split(value.strip().lower())]
    if kind == "position":
        words = [part for word in words for part in (_TOGETHER.sub(r"\1 \2", word)).split(" ")]
        words = [_DIRECTIONS.get(word, word) for word in words]
        if words[0] in ("left", "right") and words[1:2] in (["front"], ["behind"]):
            words[:2] = words[1::-1]
    return "_".join(words)


def spelled(word: str) -> str:
    """The spelling of a word that vocabularies use: "gray" for "grey"."""
    return _SPELLING.get(word, word)


_SPELLING = {"grey": "gray", "colour": "color"}
_DIRECTIONS = dict.fromkeys(("forward", "forwards"), "front")
_DIRECTIONS |= dict.fromkeys(("back", "backward", "backwards", "rear"), "behind")
_JOINT = re.compile(r"(?<=[^\W_])[\s._]+(?=\w)|(?<=\w)-(?=\w)")  # "-45" keeps its sign
_TOGETHER = re.compile(r"^(front|behind|back)(left|right)$")
