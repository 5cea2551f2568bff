"""Answers as text: written in three forms, and read back, whichever form it is.

triplet       2.color.cyan, 4.position.front_left.1
function      change_color(2, 'cyan'), change_position(4, 'front_left_1')      (Reason-RFT's form)
description   large red metal cube.color.cyan                                  (objects are named by their looks)

Reading is tolerant of how a change is written (case, spaces, quotes, brackets, order, JSON, "colour", "grey", "forward"
for front) and strict about what it says: whatever is not plainly a change is a fault.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tvrgen.scene import Step

FORMS = ("triplet", "function", "description")
NO_CHANGE = "no change"

Looks = Sequence[str]
"""Size, color, material and shape of an object."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says. `faults` has a line for each part that cannot be read; an answer with any is never right.

    Without steps and without faults, it says that nothing changed. Values are in lower case; `normal` compares them.
    """

    steps: tuple[Step, ...]
    faults: tuple[str, ...] = ()


def write(steps: Iterable[Step], form: str = "triplet", looks: Sequence[Looks] = ()) -> str:
    """The answer text, in the order of the steps. Descriptions need the `looks` of all initial objects."""
    if form == "function":
        parts = [f"change_{s.kind}({s.object}, '{s.value.replace('.', '_')}')" for s in steps]
    elif form == "description":
        parts = [f"{' '.join(looks[s.object])}.{s.kind}.{s.value}" for s in steps]
    else:
        parts = [str(s) for s in steps]
    return ", ".join(parts) or NO_CHANGE


def parse_answer(text: str, looks: Sequence[Looks] = ()) -> Answer:
    """Reads the text between <answer> and </answer>. Never raises, whatever the text is.

    With the `looks` of the initial objects, an object may be named by its looks, or by those of them that no other
    object has.
    """
    text = text.strip().lower()
    if text[:1] in ("[", "{") and (answer := _from_json(text, looks)):
        return answer
    text = _BULLET.sub("", text.translate(_QUOTES))
    text = _FUNCTION.sub(r"\2.\1.\3;", text)
    steps, rest, at = [], [], 0
    while head := _HEAD.search(text, at):
        index, attribute = head.groups()
        value = (attribute == "position" and _MOVE.match(text, head.end())) or _VALUE.match(text, head.end())
        rest.append(text[at : head.start()] if value else text[at : head.end()])
        at = value.end() if value else head.end()
        if value:
            steps.append(_step(int(index), attribute, _joined(value)))
    rest.append(text[at:])
    faults = []
    for part in rest:
        part = _FILLER.sub(" ", part).strip()
        if not _WORD.search(part) or (part in _NOTHING and not steps):
            continue
        named, unread = _described(part, looks)
        steps += named
        faults += unread
    said = _FILLER.sub(" ", text).strip()
    if not steps and not faults and said not in _NOTHING:
        faults.append(f"cannot read {_short(text)}" if text else "is empty")
    return Answer(tuple(steps), tuple(faults))


@lru_cache(maxsize=4096)
def normal(attribute: str, value: str) -> str:
    """A form in which equal values are equal texts: "front_left_1" for "Front-Left 1" and "left_front.1"."""
    words = [_SPELLING.get(word, word) for word in _JOINT.split(value.strip().lower())]
    if attribute == "position":
        words = [_DIRECTIONS.get(word, word) for word in words]
        if words[0] in ("left", "right") and words[1:2] in (["front"], ["behind"]):
            words[:2] = words[1::-1]
    return "_".join(words)


_LONGEST = 200  # of a name: what is kept of an answer is small, however long that is
_SPELLING = {"grey": "gray", "colour": "color"}
_DIRECTIONS = dict.fromkeys(("forward", "forwards"), "front")
_DIRECTIONS |= dict.fromkeys(("back", "backward", "backwards", "rear"), "behind")
_NOTHING = {"no change", "no changes", "no_change", "nothing", "none", "nothing changed", "nothing has changed"}

_SEPARATOR = r"(?:\s*(?:->|[.:,=/|→])\s*|\s+)"
_TOWARDS = r"(?:front|forwards?|behind|backwards?|back|rear|left|right)"
_QUOTES = str.maketrans("", "", "\"'`*")
_JOINT = re.compile(r"(?<=\w)(?:[\s._]+|-)(?=\w)")  # "-45" keeps its sign
_WORD = re.compile(r"\w")
_BULLET = re.compile(r"^[ \t]*(?:[-•]|[0-9]{1,3}[.)])[ \t]+(?=[(\[#]?[0-9]|\w+\()", re.MULTILINE)
_FUNCTION = re.compile(r"\b(?:change_)?([^\W\d]\w*)\(\s*([0-9]{1,6})\s*,\s*([^()]*)\)")
_HEAD = re.compile(rf"(?<![\w.+-])(?:(?:object|obj)\s+|\#)?([0-9]{{1,6}}){_SEPARATOR}([^\W\d]\w*){_SEPARATOR}")
_VALUE = re.compile(r"([\w+-]+(?:\.[\w+-]+)*)")
# a distance that is not joined to its direction must not be the index of the next change
_MOVE = re.compile(
    rf"({_TOWARDS})(?:[\s_-]+({_TOWARDS}))?"
    r"(?:\s*[._:x-]\s*([0-9]{1,3})(?!\w)|[\s,]+([0-9]{1,3})(?!\w|\s*[.:,=/|]\s*[^\W\d]|\s+(?!and\b|then\b|steps?\b)\w))?"
    r"(?:\s+steps?\b)?(?!\w|[._+-]\w)"
)
_FILLER = re.compile(r"[\s,;()\[\]{}&]+|\b(?:and|then|json)\b|\.(?!\S)")


def _step(index: int, attribute: str, value: str) -> Step:
    attribute = attribute[:_LONGEST]
    return Step(object=index, kind=_SPELLING.get(attribute, attribute), value=value[:_LONGEST])


def _joined(value: re.Match) -> str:
    """The value that _MOVE or _VALUE found."""
    first, *more = value.groups()
    return ".".join(filter(None, ["_".join(filter(None, (first, *more[:1]))), *more[1:]]))


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def _from_json(text: str, looks: Sequence[Looks]) -> Answer | None:
    """The answer in a JSON text; None where it is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(data, dict):
        data = data.get("changes", data.get("answer", [data]))
    steps, faults = [], []
    for entry in data if isinstance(data, list) else [data]:
        match entry:
            case str():
                found = parse_answer(entry, looks) if entry.strip()[:1] not in ("[", "{") else Answer((), ("nested",))
                steps += found.steps
                faults += found.faults
            case dict():
                index, attribute, value = (_of(entry, names) for names in _KEYS)
                _add(index, attribute, value, steps, faults)
            case [index, attribute, value] | [index, attribute, *value]:
                _add(index, attribute, value, steps, faults)
            case _:
                faults.append(f"cannot read {_short(str(entry)[:50])}")
    return Answer(tuple(steps), tuple(faults))


_KEYS = (("index", "object", "id", "obj_idx"), ("attribute", "kind", "attr"), ("value", "val"))


def _of(entry: dict, names: tuple[str, ...]) -> Any:
    return next((entry[name] for name in names if name in entry), None)


def _add(index: Any, attribute: Any, value: Any, steps: list[Step], faults: list[str]) -> None:
    """Adds a change of a JSON text, or a fault."""
    value = ".".join(map(str, value)) if isinstance(value, list) else value
    index = int(index) if isinstance(index, str) and index.isascii() and index.isdigit() and len(index) < 7 else index
    whole = isinstance(index, int) and not isinstance(index, bool) and 0 <= index < 10**6
    scalar = isinstance(value, str | int | float) and not isinstance(value, bool)
    if whole and isinstance(attribute, str) and scalar and str(value).strip():
        steps.append(_step(index, attribute.strip(), str(value)))
    else:
        faults.append(f"cannot read {_short(f'{index}.{attribute}.{value}'[:50])}")


_DESCRIBED = re.compile(rf"(?:the\s+)?([^\W\d][\w+ -]*?)\s*[.:]\s*([^\W\d]\w*){_SEPARATOR}")


def _described(text: str, looks: Sequence[Looks]) -> tuple[list[Step], list[str]]:
    """Changes of objects that are named by their looks, and what is wrong with the rest."""
    steps, faults, at = [], [], 0
    while looks and (head := _DESCRIBED.match(text, at)):
        words, attribute = {_SPELLING.get(word, word) for word in head[1].split()}, head[2]
        value = (attribute == "position" and _MOVE.match(text, head.end())) or _VALUE.match(text, head.end())
        found = [k for k, own in enumerate(looks) if words <= {_SPELLING.get(w.lower(), w.lower()) for w in own}]
        if not value:
            break
        if len(found) == 1:
            steps.append(_step(found[0], attribute, _joined(value)))
        else:
            faults.append(f"{'no object is' if not found else 'several objects are'} {_short(head[1])}")
        at = value.end()
        while at < len(text) and text[at] in " ,;":
            at += 1
    if at < len(text):
        faults.append(f"cannot read {_short(text[at:])}")
    return steps, faults
