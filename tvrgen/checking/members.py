"""Members of a kind by themselves, before any step: its name, values, roles and fields have the form they must have."""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from tvrgen._support.messages import counted, nearest, shown
from tvrgen.checking.faults import Fault, of_kind
from tvrgen.config.settings import SamplingSettings
from tvrgen.questions.forms.changes_text import normal
from tvrgen.scene.attributes import SHIPPED
from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import Role, Sighting, Transformation

_VALUE = re.compile(r"[\w+-]+(\.[\w+-]+)*")


def faults(kind: Transformation, words: Vocabulary, sampling: SamplingSettings) -> list[Fault]:
    """The faults of a kind's members, in the words of the protocol."""
    found: list[Fault] = []
    for about, check in _CHECKS.items():
        try:
            found += (Fault(about, text, str(kind.name)) for text in check(kind, words, sampling))
        except Exception as error:
            if (own := of_kind(error, [kind])) is None:
                raise
            found.append(own)
    return found


def _of_name(kind: Transformation, words: Vocabulary, sampling: SamplingSettings) -> Iterator[str]:
    if not isinstance(kind.name, str) or not re.fullmatch(r"[A-Za-z]\w*", kind.name):
        yield f"is {shown(kind.name)}; write letters, digits and underscores"


def _of_values(kind: Transformation, words: Vocabulary, sampling: SamplingSettings) -> Iterator[str]:
    values: Any = kind.values(words)
    if not isinstance(values, tuple | list) or not all(isinstance(value, str) for value in values):
        yield f"returned {shown(values)}; return a tuple of texts"
        return
    if not values:
        yield 'returned none; return those that a step can have, or ("",) for a kind without values'
    if [*values] != [*kind.values(words)]:
        yield "returned others when it was called again"
    if [*values] == [""]:
        return
    seen: dict[str, str] = {}
    for value in values:
        if not _VALUE.fullmatch(value):
            yield f"has {value!r}, which answers cannot hold; write text without spaces and commas"
            continue
        other = seen.setdefault(normal(kind.name.lower(), value), value)
        if other != value:
            yield f"has {other!r} and {value!r}, which read alike in answers"
    for value in {value for value in values if [*values].count(value) > 1}:
        yield f"has {value!r} twice"


def _of_roles(kind: Transformation, words: Vocabulary, sampling: SamplingSettings) -> Iterator[str]:
    roles: Any = kind.roles
    yield from _of_way(roles)
    for name, way in kind.variants(sampling).items() if kind.variants(sampling) != {"": roles} else ():
        yield from (f"of the variant {name!r}: {text}" for text in _of_way(way))
        if len(way) != len(roles):
            yield f"of the variant {name!r} are of {counted(len(way), 'object')}; expected {len(roles)}"


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
                yield f"has {sighting!r}{nearest(sighting, known)}"
        if role.before == role.after and role.before in ("absent", "unseen"):
            yield f"has an object that is {role.before} before and after; no image would show the change"


def _of_fields(kind: Transformation, words: Vocabulary, sampling: SamplingSettings) -> Iterator[str]:
    fields: Any = kind.fields
    if fields is None:
        return
    if not isinstance(fields, Iterable) or isinstance(fields, str):
        yield f"is {shown(fields)}; write a frozenset of names of fields, or None"
        return
    own = {f.name: None for f in dataclasses.fields(Object) if f.name != "further"}
    known = [*{**own, **words.attributes, **SHIPPED}]
    for name in fields:
        if name not in known:
            yield f"has {name!r}, which is no field of an object{nearest(name, known)}"


def _of_words(kind: Transformation, words: Vocabulary, sampling: SamplingSettings) -> Iterator[str]:
    if not isinstance(line := kind.words(words), str):
        yield f"returned {shown(line)}; return the kind's line of the prompt, or an empty text"


_CHECKS = {"name": _of_name, "values": _of_values, "roles": _of_roles, "fields": _of_fields, "words": _of_words}
