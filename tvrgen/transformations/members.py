"""Faults of a kind's members by themselves, before any step: its name, values, roles, fields and words have their form.

Configs refuse a kind at its first fault; `tvrgen check` names all of them.
"""

import dataclasses
import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, get_args

from tvrgen._support.messages import counted, nearest, shown
from tvrgen.scene.attributes import SHIPPED
from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import Role, Sighting, Transformation

_VALUE = re.compile(r"[\w+-]+(\.[\w+-]+)*")

Normal = Callable[[str, str], str]
"""The spelling of a kind's value that all ways to say it share in answers: normal(name, value)."""


Check = Callable[[], Iterable[str]]
"""Finds the faults of one member. Raises KindError if a user's kind raises, or returns what is of another type."""

_NAME = re.compile(r"[A-Za-z]\w*")


def checks(kind: Transformation, vocabulary: Vocabulary, normal: Normal) -> dict[str, Check]:
    """The checks of a kind, by the members that they are about."""
    flags = {name: functools.partial(_of_flag, kind, name) for name in ("ordered", "directional", "cumulative")}
    return {
        "name": lambda: _of_name(kind.name),
        "values": lambda: _of_values(kind, vocabulary, normal),
        "roles": lambda: _of_way(kind.roles),
        "fields": lambda: _of_fields(kind.fields, vocabulary),
        "words": lambda: _of_words(kind.words(vocabulary)),
        **flags,
        "directional": lambda: [*flags["directional"](), *_of_directional(kind, vocabulary)],
    }


def of_variants(kind: Transformation, sampling: Any) -> Iterator[str]:
    """The faults of a kind's variants, where `sampling` is the section of a split's settings."""
    for name, way in kind.variants(sampling).items():
        if way == kind.roles:
            continue
        if not isinstance(name, str):
            yield f"has the name {shown(name)}; write a text"
        yield from (f"of {name!r}: {text}" for text in _of_way(way))
        if isinstance(way, tuple) and len(way) != len(kind.roles):
            yield f"of {name!r}: are of {counted(len(way), 'object')}; expected {len(kind.roles)}"


def _of_name(name: Any) -> Iterator[str]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield f"is {shown(name)}; write letters, digits and underscores"


def _of_flag(kind: Transformation, name: str) -> Iterator[str]:
    if not isinstance(flag := getattr(kind, name), bool):
        yield f"is {shown(flag)}; write True or False"


def _of_words(words: str) -> Iterator[str]:
    if "\n" in words:
        yield f"returned {shown(words)}; return one line"


def _of_values(kind: Transformation, vocabulary: Vocabulary, normal: Normal) -> Iterator[str]:
    """Answers separate values by dots and commas, and readers ignore case and the characters that join words."""
    values = kind.values(vocabulary)
    if [*values] != [*kind.values(vocabulary)]:
        yield "returned others when it was called again"
    if [*values] == [""]:
        return  # a kind without values
    seen: dict[str, str] = {}
    for value in values:
        if not _VALUE.fullmatch(value):
            yield f"has {value!r}, which answers cannot hold; write text without spaces and commas"
        elif (other := seen.setdefault(normal(kind.name.lower(), value), value)) != value:
            yield f"has {other!r} and {value!r}, which read alike in answers"
    for value, count in Counter(values).items():
        if count > 1:
            yield f"has {value!r} twice"


def _of_directional(kind: Transformation, vocabulary: Vocabulary) -> Iterator[str]:
    """Prompts explain the values of a directional kind of the form direction.distance, and of no other."""
    known, parts = vocabulary.directions, [value.partition(".") for value in kind.values(vocabulary)]
    if kind.directional is True:
        if strange := [value for value in kind.values(vocabulary) if value.partition(".")[0] not in known]:
            yield f"is True, and {strange[0]!r} begins with no direction ({', '.join(known)})"
    elif (
        not kind.words(vocabulary) and parts and all(way in known and distance.isdigit() for way, _, distance in parts)
    ):
        yield "is False, and all values are directions and distances; write directional = True"


def _of_fields(fields: Any, vocabulary: Vocabulary) -> Iterator[str]:
    if fields is None:
        return
    if not isinstance(fields, frozenset | set):
        yield f"is {shown(fields)}; write a frozenset of names of fields, or None"
        return
    own = {f.name: None for f in dataclasses.fields(Object) if f.name != "further"}
    known = [*{**own, **vocabulary.attributes, **SHIPPED}]
    for name in sorted(fields, key=str):
        if name not in known:
            yield f"has {name!r}, which is no field of an object{nearest(str(name), known)}"


def _of_way(way: Any) -> Iterator[str]:
    if not isinstance(way, tuple) or not all(isinstance(role, Role) for role in way):
        yield f"is {shown(way)}; write a tuple with a Role for each object, such as (Role(),)"
        return
    if not way:
        yield "is empty; a step names one object at least"
    known = get_args(Sighting)
    for role in way:
        for sighting in (role.before, role.after):
            if sighting not in known:
                yield f"has {sighting!r}{nearest(str(sighting), known)}"
        if role.before == role.after and role.before in ("absent", "unseen"):
            yield f"has an object that is {role.before} before and after; no image would show the change"
