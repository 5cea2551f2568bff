"""Reader of answers: tolerant of notation, strict about meaning.

Case, spaces, quotes, brackets, order, lists, JSON, marks of LaTeX and Markdown, "colour", "grey", "forward" for front,
"from red to cyan" for cyan: all of these are read. Any other text in an answer is a fault, so that "2.color.cyan or
2.color.red" is no answer.

An answer goes through `passes.MARKUP`. If it is JSON or a Python literal then, `_from_data` reads it. Otherwise it goes
through `passes.INDEXED` or `passes.DESCRIBED`, and `_scanned` finds its changes one after another.

The time that it takes grows no faster than the length of the answer, whatever that is: no regular expression here or in
`passes` can read one text in two ways (tests/questions/forms/ambiguity.py checks each of them).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from tvrgen._support import limits
from tvrgen.questions.forms import literals, passes
from tvrgen.questions.forms.changes_text import Answer, Looks, spelled
from tvrgen.transformations.base import Step

_LONGEST = 200  # characters kept of a kind or a value, so that an Answer is small however long its text is


_Words = tuple[frozenset[str], ...]
"""The words for each object; empty where answers name objects by indices."""


def parse_answer(text: str, looks: Sequence[Looks] = ()) -> Answer:
    """Reads the text between <answer> and </answer>. Never raises.

    Without `looks`, objects are named by their indices. With the `looks` of the initial objects, they are named by
    these, or by those words of them that fit no other object; indices are faults then, as the prompt shows none.
    """
    text, faults = cut(text)
    text = passes.run(text, passes.MARKUP)
    found = _read(text, _words(looks), data=True)
    return Answer(found.steps, found.faults + faults) if faults else found


def cut(text: str) -> tuple[str, tuple[str, ...]]:
    """Returns as much of a text as is read, and a fault if that is not all of it."""
    if len(text) <= (longest := limits.RESPONSE.value):
        return text, ()
    return text[:longest], (f"has {len(text)} characters; {limits.RESPONSE.remedy}",)


def _read(text: str, looks: _Words, data: bool) -> Answer:
    """The changes in a text that has gone through `passes.MARKUP`; `data`: whether it may be JSON or a literal."""
    if not text:
        return Answer((), ("is empty",))
    if data and text[0] in "[{":
        try:
            found = literals.data_in(text)
        except literals.TooLarge:
            return Answer((), (f"cannot read {_short(text)}",))
        if found is not None:
            return _from_data(found, looks)
    text = passes.run(text, passes.DESCRIBED if looks else passes.INDEXED)
    return Answer(()) if _NOTHING.fullmatch(text) else _scanned(text, looks)


def _scanned(text: str, looks: _Words) -> Answer:
    """The changes in a text, from left to right; text between them is a fault unless it is only punctuation."""
    steps: list[Step] = []
    faults: list[str] = []
    at = end = 0
    head_from = (_DESCRIBED_HEAD if looks else _HEAD).search
    while head := head_from(text, at):
        name, kind = head.groups()
        at = head.end()
        index = _described(name, looks) if looks else int(name)
        value = None if kind in _NO_KIND else _value(text, at, kind, bool(looks))
        if value is None:
            continue
        _add_fault(text[end : head.start()], faults)
        at = end = value.end()
        if index is None:
            faults.append(f"no single object is {_short(name)}")
        else:
            steps.append(_step(index, kind, _joined(value)))
    _add_fault(text[end:], faults)
    if not steps and not faults:
        faults.append(f"cannot read {_short(text)}")
    return Answer(tuple(steps), tuple(faults))


_NO = r"no[\s_-]+(?:changes?|differences?|objects?\s+(?:has\s+|have\s+)?changed)"
_NOTHING = re.compile(
    rf"[\s\[({{]*(?:(?:there\s+(?:is|are|was|were)\s+)?{_NO}|nothing(?:\s+(?:has\s+)?changed)?|none|unchanged)"
    r"(?:\s+(?:(?:were\s+|was\s+|are\s+|is\s+)?(?:detected|found)|at\s+all|in\s+the\s+scene|between\s+the\s+(?:two\s+)?(?:images|scenes|pictures)))?[\s\])}.!]*"
)

_SEPARATOR = r"(?:\s*(?:[-=]>|[.:,=/|→])\s*|\s+)"
_TOWARDS = r"(?:front|forwards?|behind|backwards?|back|rear|left|right)"
_HEAD = re.compile(
    rf"(?<![\w.+-])(?:(?:object|obj)[\s_]*)?\#?[\[(]?([0-9]{{1,6}})[\])]?{_SEPARATOR}([^\W\d]\w*){_SEPARATOR}"
)
_DESCRIBED_HEAD = re.compile(
    rf"(?<![\w+-])((?:[^\W\d][\w+-]*\s+){{0,6}}[^\W\d][\w+-]*)[\])]?\s*(?:[.:]|[-=]>|→)\s*([^\W\d]\w*){_SEPARATOR}"
)
_NO_KIND = {"object", "obj", "index", "attribute", "value", "kind", "change", "changes", "and"}
_OLD = r"(?!(?:not|no|never|may|might|maybe|perhaps|possibly|probably|likely|unsure|unclear)\b|any)[\w+-]+"
_FROM = re.compile(
    rf"(?:(?:has\s+)?(?:changed|changes)\s+)?(?:from\s+{_OLD}\s+to\s+|{_OLD}\s*(?:[-=]>|→)\s*|to\s+)(?=[\w+-])"
)
_VALUE = re.compile(r"([\w+-]+(?:\.[\w+-]+)*)")
_NEXT = rf"{_SEPARATOR}(?!and\b|then\b|steps?\b|obj)[^\W\d]\w*{_SEPARATOR}[\w+-]"
_MOVE = (
    rf"({_TOWARDS})(?:[\s_-]*({_TOWARDS}))?"
    r"(?:(?:\s*[._:x]\s*|-|\s+-\s+)([0-9]{1,3})(?!\w)|\s*\(\s*([0-9]{1,3})\s*\)"
    r"|[\s,]+([0-9]{1,3})(?!\w%s))?(?:\s+steps?\b)?(?!\w|[._+-]\w)"
)
_MOVE_INDEXED = re.compile(_MOVE % rf"|{_NEXT}")
"""Where objects have indices, a number behind "left " may be the index of the next change, not a distance."""
_MOVE_DESCRIBED = re.compile(_MOVE % "")
_FILLER = re.compile(r"[\s,;()\[\]{}&]+|\b(?:and|then)\b|\.(?!\S)")
_SILENT = re.compile(r"[-.:_#•…\s'\"“”‘’«»、。，；]*")
"""Text between changes that has no meaning. Any other text may have one: a "not", a cross, a question mark."""


def _value(text: str, at: int, kind: str, described: bool) -> re.Match[str] | None:
    """The value that begins at the character `at`: of "from red to cyan", the second."""
    if kind == "position":
        return (_MOVE_DESCRIBED if described else _MOVE_INDEXED).match(text, at) or _VALUE.match(text, at)
    if change := _FROM.match(text, at):
        at = change.end()
    return _VALUE.match(text, at)


def _joined(value: re.Match[str]) -> str:
    """The value in a match of a pattern of moves, or of _VALUE: "front_left.2"."""
    if value.re is _VALUE:
        return value[1]
    first, *more = value.groups()
    return ".".join(filter(None, ["_".join(filter(None, (first, *more[:1]))), *more[1:]]))


def _add_fault(part: str, faults: list[str]) -> None:
    """Adds a fault to `faults` if the text between two changes is more than punctuation and "and"."""
    if part.strip(" ,") and (fault := (_fault_of_short if len(part) <= _LONGEST else _fault_of)(part)):
        faults.append(fault)


def _fault_of(part: str) -> str | None:
    part = _FILLER.sub(" ", part).strip()
    return None if _SILENT.fullmatch(part) else f"cannot read {_short(part)}"


_fault_of_short = lru_cache(maxsize=1024)(_fault_of)


def _step(index: int, kind: str, value: str) -> Step:
    return Step(objects=(index,), kind=spelled(kind[:_LONGEST]), value=value[:_LONGEST])


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def _words(looks: Sequence[Looks]) -> _Words:
    return _words_of(tuple(map(tuple, looks))) if looks else ()


@lru_cache(maxsize=256)
def _words_of(looks: tuple[tuple[str, ...], ...]) -> _Words:
    return tuple(frozenset(spelled(word.lower()) for word in own) for own in looks)


def _described(name: str, looks: _Words) -> int | None:
    """The index of the only object whose looks contain all words of a name; None if there are several, or none."""
    for text in (name, name.replace("_", " ")):
        words = {spelled(word) for word in text.split()} - _NO_LOOKS
        found = [k for k, own in enumerate(looks) if words <= own]
        if words and len(found) == 1:
            return found[0]
    return None


_NO_LOOKS = {"the", "a", "an", "and", "then", "object"}


_KEYS = (
    ("index", "object", "id", "obj_idx", "object_index", "object_id"),
    ("attribute", "kind", "attr", "property"),
    ("value", "val", "new_value", "new", "to", "after"),
)
"""Names under which JSON may hold each of the three parts of a change."""
_IGNORED = {
    "from",
    "old",
    "old_value",
    "before",
    "original",
    "reason",
    "explanation",
    "description",
    "object_description",
}
"""Keys that may accompany these: they do not affect the value that a change leads to."""
_LISTS = ("changes", "answer")
"""Keys of a mapping that holds the list of changes and nothing else."""


def _from_data(data: Any, looks: _Words) -> Answer:
    """The changes in parsed data: a list of them, or one. Entries are mappings, triples, or texts of changes."""
    steps: list[Step] = []
    faults: list[str] = []
    data = _without_ignored(data)
    if isinstance(data, dict) and len(data) == 1 and next(iter(data)) in _LISTS:
        data = next(iter(data.values()))
    entries = data if isinstance(data, list | tuple) else [data]
    if len(entries) == 3 and _is_change(*entries):  # a single change, not a list of three
        entries = [entries]
    texts: dict[str, Answer] = {}  # a model that repeats itself says the same many times
    for entry in map(_without_ignored, entries):
        match entry:
            case str() if entry.lstrip()[:1] not in ("[", "{"):
                if (found := texts.get(entry)) is None:
                    found = texts[entry] = _read(passes.run(entry, passes.MARKUP), looks, data=False)
                steps += found.steps
                faults += found.faults
                if len(entries) > 1 and not found.steps and not found.faults:
                    faults.append(f"{_short(entry)} is listed among changes")
            case dict() if len(entry) == 3 and all(any(name in entry for name in names) for names in _KEYS):
                index, kind, value = (next(entry[name] for name in names if name in entry) for names in _KEYS)
                _add(index, kind, value, looks, steps, faults)
            case [index, kind, value] | [index, kind, *value]:
                _add(index, kind, value, looks, steps, faults)
            case _:
                faults.append(f"cannot read {_short(str(entry)[:50])}")
    return Answer(tuple(steps), tuple(faults))


_INDEX = re.compile(r"(?:object|obj)?\s*(?:#\s*)?([0-9]{1,6})")


def _without_ignored(data: Any) -> Any:
    """A mapping without the keys of _IGNORED; other data as they are."""
    return {key: value for key, value in data.items() if key not in _IGNORED} if isinstance(data, dict) else data


def _is_change(index: Any, kind: Any, value: Any) -> bool:
    return isinstance(index, int) and isinstance(kind, str) and isinstance(value, str | int)


def _add(index: Any, kind: Any, value: Any, looks: _Words, steps: list[Step], faults: list[str]) -> None:
    """Adds the change that three parts of data make to `steps`; a fault to `faults` if they make none."""
    said = f"{index}.{kind}.{value}"[:50]
    if isinstance(value, dict) and value.keys() == {"direction", "distance"}:
        value = [value["direction"], value["distance"]]
    value = ".".join(map(str, value)) if isinstance(value, list | tuple) else value
    if isinstance(index, str):
        number = _INDEX.fullmatch(index.strip())
        index = int(number[1]) if number and not looks else _described(index, looks)
    elif looks:
        index = None
    whole = isinstance(index, int) and not isinstance(index, bool) and 0 <= index < 10**6
    scalar = isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip()
    if whole and isinstance(kind, str) and kind not in _NO_KIND and scalar:
        steps.append(_step(index, kind.strip(), str(value)))
    else:
        faults.append(f"cannot read {_short(said)}")
