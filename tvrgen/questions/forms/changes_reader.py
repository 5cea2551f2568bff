"""Reading answers: tolerant of how a change is written, strict about what it says.

Case, spaces, quotes, brackets, order, lists, JSON, LaTeX's and Markdown's marks, "colour", "grey", "forward" for front,
"from red to cyan" for cyan: all of that is read. Whatever else stands in an answer is a fault, so that "2.color.cyan or
2.color.red" is no answer.
"""

import ast
import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from tvrgen.questions.forms.changes_text import Answer, Looks, spelled
from tvrgen.transformations.base import Step

_LONGEST = 200  # of a name: what is kept of an answer is small, however long that is
_LITERAL = 20_000  # characters of Python that are worth reading


def parse_answer(text: str, looks: Sequence[Looks] = ()) -> Answer:
    """Reads the text between <answer> and </answer>. Never raises, whatever the text is.

    With the `looks` of the initial objects, objects are named by these, or by those of them that no other object has,
    and by no index: the prompt shows none.
    """
    text = _plain(text)
    if not text:
        return Answer((), ("is empty",))
    if text[0] in "[{" and (data := _data(text)) is not None:
        try:
            return _from_data(data, looks)
        except (ValueError, RecursionError):  # numbers of thousands of digits, lists in lists without end
            return Answer((), (f"cannot read {_short(text)}",))
    text = text.translate(_QUOTES)
    text = _BULLET.sub("", text) if not looks else _ANY_BULLET.sub("", text)
    if _NOTHING.fullmatch(text):
        return Answer(())
    if not looks and "(" in text:
        text = _FUNCTION.sub(lambda call: f"{call[3]}.{call[1] or call[2]}.{call[4].strip()};", text)
    steps, faults, at, end = [], [], 0, 0
    head = _DESCRIBED if looks else _HEAD
    while found := head.search(text, at):
        named, attribute = found.groups()
        at = found.end()
        index = _described(named, looks) if looks else int(named)
        value = None if attribute in _NO_ATTRIBUTE else _value(text, at, attribute, _MOVES[bool(looks)])
        if value is None:
            continue
        _complain(text[end : found.start()], faults)
        at = end = value.end()
        if index is None:
            faults.append(f"no one object is {_short(named)}")
        else:
            steps.append(_step(index, attribute, _joined(value)))
    _complain(text[end:], faults)
    if not steps and not faults:
        faults.append(f"cannot read {_short(text)}")
    return Answer(tuple(steps), tuple(faults))


def _plain(text: str) -> str:
    """An answer without what only dresses it up."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    text = text.lower().strip()
    if "`" in text:
        text = _FENCE.sub("", text)
    if "\\" in text or "$" in text:
        text = _DRESS.sub("", _NAMED_TEXT.sub(r"\1", text)).strip()
    if text.startswith("|"):
        text = _BARS.sub("", _TABLE.sub("", text))
    return _LEAD.sub("", text).strip()


_DASHES = {ord(c): "-" for c in "\u2010\u2011\u2012\u2013\u2014\u2212"} | {ord(c): None for c in "\u200b\ufeff"}
_FENCE = re.compile(r"^```[a-z]*\s|```$")
_NAMED_TEXT = re.compile(r"\\(?:text|mathrm|mathbf|mathtt|textbf|texttt|textit|textrm|emph)\s*\{([^{}]*)\}")
_DRESS = re.compile(r"\\boxed\b|\\|[$]")
_COLUMN = (
    r"(?:object|obj|index|id|object[ _]id|object[ _]index|attribute|kind|property|change|(?:new[ _])?value|to|after)"
)
_TABLE = re.compile(rf"\A[| \t]*(?:{_COLUMN}[| \t]+)+\n[|: \t]*-[-|: \t]*(?=\n|\Z)")  # the head of a table
_BARS = re.compile(r"^[ \t]*\||\|[ \t]*$", re.MULTILINE)
_LEAD = re.compile(
    r"^(?:so\s+)?(?:the\s+)?(?:final\s+|correct\s+)?(?:answers?|changes?)(?:\s+(?:is|are)(?:\s*:\s*|\s+)|\s*:\s*)"
)
_QUOTES = str.maketrans("", "", "\"'`*")

_NO = r"no[\s_-]+(?:changes?|differences?|objects?\s+(?:has\s+|have\s+)?changed)"
_NOTHING = re.compile(
    rf"[\s\[({{]*(?:(?:there\s+(?:is|are|was|were)\s+)?{_NO}|nothing(?:\s+(?:has\s+)?changed)?|none|unchanged)"
    r"(?:\s+(?:(?:were\s+|was\s+|are\s+|is\s+)?(?:detected|found)|at\s+all|in\s+the\s+scene|between\s+the\s+(?:two\s+)?(?:images|scenes|pictures)))?[\s\])}.!]*"
)

_SEPARATOR = r"(?:\s*(?:[-=]>|[.:,=/|→])\s*|\s+)"
_TOWARDS = r"(?:front|forwards?|behind|backwards?|back|rear|left|right)"
_LISTED = r"(?=[\[(]?(?:\#|object|obj)?\s*[0-9]|(?:change_)?[^\W\d]\w*\s?\()"
_BULLET = re.compile(rf"^[ \t]*(?:[-•]|\(?[0-9]{{1,3}}[.)])[ \t]+{_LISTED}", re.MULTILINE)
_ANY_BULLET = re.compile(r"^[ \t]*(?:[-•]|\(?[0-9]{1,3}[.)])[ \t]+", re.MULTILINE)
_FUNCTION = re.compile(
    r"\b(?:change_([^\W\d]\w*)\s?|([^\W\d]\w*))"
    r"\(\s*(?:(?:object_id|object|index|id)\s*=\s*)?([0-9]{1,6})\s*,(?:\s*(?:new_)?value\s*=)?([^()]*)\)"
)
_HEAD = re.compile(
    rf"(?<![\w.+-])(?:(?:object|obj)[\s_]*)?\#?[\[(]?([0-9]{{1,6}})[\])]?{_SEPARATOR}([^\W\d]\w*){_SEPARATOR}"
)
_DESCRIBED = re.compile(
    rf"(?<![\w+-])((?:[^\W\d][\w+-]*\s+){{0,6}}[^\W\d][\w+-]*)[\])]?\s*(?:[.:]|[-=]>|→)\s*([^\W\d]\w*){_SEPARATOR}"
)
_NO_ATTRIBUTE = {"object", "obj", "index", "attribute", "value", "kind", "change", "changes", "and"}
_OLD = r"(?!(?:not|no|never|may|might|maybe|perhaps|possibly|probably|likely|unsure|unclear)\b|any)[\w+-]+"
_FROM = re.compile(
    rf"(?:(?:has\s+)?(?:changed|changes)\s+)?(?:from\s+{_OLD}\s+to\s+|{_OLD}\s*(?:[-=]>|→)\s*|to\s+)(?=[\w+-])"
)
_VALUE = re.compile(r"([\w+-]+(?:\.[\w+-]+)*)")
_NEXT = rf"{_SEPARATOR}(?!and\b|then\b|steps?\b|obj)[^\W\d]\w*{_SEPARATOR}[\w+-]"
_MOVES = [
    re.compile(
        rf"({_TOWARDS})(?:[\s_-]*({_TOWARDS}))?"
        r"(?:(?:\s*[._:x]\s*|-|\s+-\s+)([0-9]{1,3})(?!\w)|\s*\(\s*([0-9]{1,3})\s*\)"
        rf"|[\s,]+([0-9]{{1,3}})(?!\w{after}))?(?:\s+steps?\b)?(?!\w|[._+-]\w)"
    )
    for after in (rf"|{_NEXT}", "")
]
"""Where objects have indices, a distance that is not joined to its direction must not be the next change's."""
_FILLER = re.compile(r"[\s,;()\[\]{}&]+|\b(?:and|then)\b|\.(?!\S)")
_SILENT = re.compile(r"[-.:_#•…\s'\"“”‘’«»、。，；]*")
"""What is left between changes and says nothing; anything else may: a "not", a cross, a question mark."""


def _value(text: str, at: int, attribute: str, move: re.Pattern) -> re.Match | None:
    """The value that stands at a place: of "from red to cyan" the second."""
    if attribute == "position":
        return move.match(text, at) or _VALUE.match(text, at)
    if change := _FROM.match(text, at):
        at = change.end()
    return _VALUE.match(text, at)


def _joined(value: re.Match) -> str:
    """The text of what one of _MOVES, or _VALUE, found."""
    first, *more = value.groups()
    return ".".join(filter(None, ["_".join(filter(None, (first, *more[:1]))), *more[1:]]))


def _complain(part: str, faults: list[str]) -> None:
    """Notes a fault where the text between changes says something."""
    if not part.strip(" ,"):
        return
    part = _FILLER.sub(" ", part).strip()
    if not _SILENT.fullmatch(part):
        faults.append(f"cannot read {_short(part)}")


def _step(index: int, attribute: str, value: str) -> Step:
    return Step(object=index, kind=spelled(attribute[:_LONGEST]), value=value[:_LONGEST])


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def _described(name: str, looks: Sequence[Looks]) -> int | None:
    """The one object that has all these looks."""
    for text in (name, name.replace("_", " ")):
        words = {spelled(word) for word in text.split()} - {"the", "a", "an", "and", "then", "object"}
        found = [k for k, own in enumerate(looks) if words <= {spelled(word.lower()) for word in own}]
        if words and len(found) == 1:
            return found[0]
    return None


def _data(text: str) -> Any:
    """The data that a text is in JSON, in lines of JSON, or in Python; None if in none."""
    for whole in (text, f"[{','.join(text.splitlines())}]", f"[{text}]"):
        try:
            return json.loads(whole, object_pairs_hook=_said_once)
        except (ValueError, RecursionError):
            continue
    if len(text) <= _LITERAL and "'" in text and "#" not in text:  # a comment may say anything
        try:
            tree = ast.parse(text, mode="eval")
            for node in ast.walk(tree):
                if isinstance(node, ast.Dict):
                    _said_once([(ast.dump(key), None) for key in node.keys if key])
            return ast.literal_eval(tree)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return None
    return None


def _said_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping of these. Raises ValueError where a key is there twice, so that it says two things."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


_KEYS = (
    ("index", "object", "id", "obj_idx", "object_index", "object_id"),
    ("attribute", "kind", "attr", "property"),
    ("value", "val", "new_value", "new", "to", "after"),
)
_ASIDE = {
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
"""What may stand beside a change and says nothing of what comes out."""
_LISTS = ("changes", "answer")


def _from_data(data: Any, looks: Sequence[Looks]) -> Answer:
    steps: list[Step] = []
    faults: list[str] = []
    data = _without_aside(data)
    if isinstance(data, dict) and len(data) == 1 and next(iter(data)) in _LISTS:
        data = next(iter(data.values()))
    entries = data if isinstance(data, list | tuple) else [data]
    if len(entries) == 3 and _is_change(*entries):  # one change, not a list of them
        entries = [entries]
    for entry in map(_without_aside, entries):
        match entry:
            case str() if entry.lstrip()[:1] not in ("[", "{"):
                found = parse_answer(entry, looks)
                steps += found.steps
                faults += found.faults
                if len(entries) > 1 and not found.steps and not found.faults:
                    faults.append(f"{_short(entry)} stands beside changes")
            case dict() if len(entry) == 3 and all(any(name in entry for name in names) for names in _KEYS):
                parts = (next(entry[name] for name in names if name in entry) for names in _KEYS)
                _add(*parts, looks, steps, faults)
            case [index, attribute, value] | [index, attribute, *value]:
                _add(index, attribute, value, looks, steps, faults)
            case _:
                faults.append(f"cannot read {_short(str(entry)[:50])}")
    return Answer(tuple(steps), tuple(faults))


def _without_aside(data: Any) -> Any:
    """A mapping without what says nothing of what comes out."""
    return {key: value for key, value in data.items() if key not in _ASIDE} if isinstance(data, dict) else data


def _is_change(index: Any, attribute: Any, value: Any) -> bool:
    return isinstance(index, int) and isinstance(attribute, str) and isinstance(value, str | int)


def _add(index: Any, attribute: Any, value: Any, looks: Sequence[Looks], steps: list[Step], faults: list[str]) -> None:
    """Adds a change of JSON, or a fault."""
    said = f"{index}.{attribute}.{value}"[:50]
    if isinstance(value, dict) and value.keys() == {"direction", "distance"}:
        value = [value["direction"], value["distance"]]
    value = ".".join(map(str, value)) if isinstance(value, list | tuple) else value
    if isinstance(index, str):
        number = re.fullmatch(r"(?:object|obj)?\s*#?\s*([0-9]{1,6})", index.strip())
        index = int(number[1]) if number and not looks else _described(index, looks)
    elif looks:
        index = None
    whole = isinstance(index, int) and not isinstance(index, bool) and 0 <= index < 10**6
    scalar = isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip()
    if whole and isinstance(attribute, str) and attribute not in _NO_ATTRIBUTE and scalar:
        steps.append(_step(index, attribute.strip(), str(value)))
    else:
        faults.append(f"cannot read {_short(said)}")
