"""Reader of answers that are data: JSON and literals of Python, already parsed."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from tvrgen.questions.forms.arities import Arity, arity
from tvrgen.questions.forms.changes_text import Answer
from tvrgen.questions.forms.terms import Terms, short, step
from tvrgen.transformations.base import NEW, Step

NO_KIND = {"object", "obj", "index", "attribute", "value", "kind", "change", "changes", "and"}
"""Words that are no kind of change."""

_KEYS = (
    ("index", "object", "id", "obj_idx", "object_index", "object_id", "objects", "indices", "object_ids"),
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
_NO_OBJECT: tuple[Any, ...] = (None, NEW, [], ())
_KIND = re.compile(r"[^\W\d]\w*")
_INDEX = re.compile(r"(?:object|obj)?\s*(?:#\s*)?([0-9]{1,6})")


def changes_in(data: Any, terms: Terms, read: Callable[[str], Answer]) -> Answer:
    """The changes in parsed data: a list of them, or one. Entries are mappings, triples, or texts for `read`."""
    steps: list[Step] = []
    faults: list[str] = []
    data = _without_ignored(data)
    if isinstance(data, dict) and len(data) == 1 and next(iter(data)) in _LISTS:
        data = next(iter(data.values()))
    entries = data if isinstance(data, list | tuple) else [data]
    if _is_change(entries, terms):  # a single change, not a list of three
        entries = [entries]
    texts: dict[str, Answer] = {}  # a model that repeats itself says the same many times
    for entry in map(_without_ignored, entries):
        match entry:
            case str() if entry.lstrip()[:1] not in ("[", "{"):
                if (found := texts.get(entry)) is None:
                    found = texts[entry] = read(entry)
                steps += found.steps
                faults += found.faults
                if len(entries) > 1 and not found.steps and not found.faults:
                    faults.append(f"{short(entry)} is listed among changes")
            case dict() if (parts := _parts(entry, terms)) is not None:
                _add(*parts, terms, steps, faults)
            case [index, kind, value] | [index, kind, *value]:
                _add(index, kind, value, terms, steps, faults)
            case _:
                faults.append(f"cannot read {short(str(entry)[:50])}")
    return Answer(tuple(steps), tuple(faults))


def _without_ignored(data: Any) -> Any:
    """A mapping without the keys of _IGNORED; other data as they are."""
    return {key: value for key, value in data.items() if key not in _IGNORED} if isinstance(data, dict) else data


def _parts(entry: dict[Any, Any], terms: Terms) -> tuple[Any, Any, Any] | None:
    """The objects, kind and value in a mapping that holds these and nothing else; None for any other."""
    named = [next((name for name in names if name in entry), None) for names in _KEYS]
    index, kind, value = (None if name is None else entry[name] for name in named)
    if len(entry) != 3 - named.count(None) or named[1] is None:
        return None
    if None in named:
        own = arity(kind, terms.arities) if isinstance(kind, str) else Arity()
        if (named[0] is None and own.objects) or (named[2] is None and own.valued):
            return None
    return index, kind, value


def _is_change(entries: Sequence[Any], terms: Terms) -> bool:
    """Whether a list is one change: objects, kind and, if it has one, value."""
    if not 2 <= len(entries) <= 3 or not isinstance(entries[1], str):
        return False
    index, kind, *value = entries
    objects, valued, *_ = arity(kind, terms.arities)
    several = isinstance(index, list | tuple) and all(isinstance(k, int) for k in index)
    if several or index == NEW:
        named = bool(_KIND.fullmatch(kind)) and (bool(objects) == (several and bool(index)))
    else:
        named = isinstance(index, int)
    return named and (isinstance(value[0], str | int) if value else not valued)


def _add(index: Any, kind: Any, value: Any, terms: Terms, steps: list[Step], faults: list[str]) -> None:
    """Adds the change that three parts of data make to `steps`; a fault to `faults` if they make none."""
    said = f"{index}.{kind}.{value}"[:50]
    if isinstance(value, dict) and value.keys() == {"direction", "distance"}:
        value = [value["direction"], value["distance"]]
    value = ".".join(map(str, value)) if isinstance(value, list | tuple) else value
    if isinstance(kind, str) and kind not in NO_KIND:
        own = arity(kind.strip(), terms.arities)
        if not own.valued and value is None:
            value = ""
        objects = () if not own.objects and index in _NO_OBJECT else _objects(index, terms)
        scalar = isinstance(value, str | int | float) and not isinstance(value, bool)
        if objects is not None and scalar and (str(value).strip() or not own.valued):
            steps.append(step(objects, kind.strip(), str(value)))
            return
    faults.append(f"cannot read {short(said)}")


def _objects(said: Any, terms: Terms) -> tuple[int, ...] | None:
    """The indices of the objects that data name: one, a list, or a text such as "2+5"; None if any is none."""
    if isinstance(said, str) and (one := _object(said, terms)) is not None:
        return (one,)
    parts: Sequence[Any] = said.split("+") if isinstance(said, str) else said
    found = [_object(part, terms) for part in (parts if isinstance(parts, list | tuple) else [said])]
    whole = tuple(k for k in found if k is not None)
    return whole if whole and len(set(whole)) == len(found) else None


def _object(said: Any, terms: Terms) -> int | None:
    """The index of the object that an index or a text names; None if it names none."""
    if isinstance(said, str):
        number = _INDEX.fullmatch(said.strip())
        return int(number[1]) if number and not terms.words else terms.described(said)
    whole = isinstance(said, int) and not isinstance(said, bool) and 0 <= said < 10**6
    return said if whole and not terms.words else None
