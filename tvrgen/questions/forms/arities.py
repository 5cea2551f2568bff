"""What the text of an answer cannot tell of a kind of change: how many objects it names, whether it has a value, and
what it changes of them, which decides whether the order of two changes counts.

The built-in kinds say so themselves. The kinds of users are never imported here: they are taken for changes of one
object to a value, unless the question or its right answer says otherwise.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tvrgen.transformations.base import Transformation
from tvrgen.transformations.registry import BUILT_IN


class Arity(NamedTuple):
    """The number of objects that a change names, whether it has a value, and what it changes.

    `fields` are those of `Object` that it changes or looks at; None: not known. `changed` are the places of the objects
    that it changes, among those that it names; None: all of them. `cumulative` is that of the kind.
    """

    objects: int = 1
    valued: bool = True
    fields: frozenset[str] | None = None
    changed: tuple[int, ...] | None = None
    cumulative: bool = False


Arities = Mapping[str, Arity]
"""Name of a kind in lower case -> its arity, for kinds that are not built in or differ from these."""

Change = tuple[tuple[int, ...], str]
"""The objects and the kind of a change."""

_ANY = Transformation()
_ARITIES = {
    name: Arity(kind.named, kind.valued, kind.fields, cumulative=kind.cumulative) for name, kind in BUILT_IN.items()
}
_ONE = Arity()


def record(own: Arity) -> dict[str, Any]:
    """An arity as question lines hold it, without what is not known or has its default."""
    return {
        "objects": own.objects,
        "valued": own.valued,
        **({} if own.fields is None else {"fields": sorted(own.fields)}),
        **({} if own.changed is None else {"changed": [*own.changed]}),
        **({"cumulative": True} if own.cumulative else {}),
    }


def arity_from(written: Mapping[str, Any]) -> Arity:
    """The arity that a question line holds. Raises KeyError, TypeError or ValueError if it is none."""
    fields, changed = written.get("fields"), written.get("changed")
    return Arity(
        int(written["objects"]),
        bool(written["valued"]),
        None if fields is None else frozenset(map(str, fields)),
        None if changed is None else tuple(map(int, changed)),
        bool(written.get("cumulative")),
    )


def transformation(kind: str) -> Transformation:
    """The built-in kind of a name in lower case, or the default for all others."""
    return BUILT_IN.get(kind, _ANY)


def arity(kind: str, known: Arities) -> Arity:
    """The arity of a kind's changes."""
    return known.get(kind) or _ARITIES.get(kind, _ONE)


def unknown(kinds: Iterable[Transformation]) -> dict[str, Arity]:
    """The arities of those kinds that are not taken for what they are unless a question says so, by their names."""
    own = {kind.name.lower(): Arity(kind.named, kind.valued) for kind in kinds}
    taken = {name: arity(name, {}) for name in own}
    return {
        name: found
        for name, found in own.items()
        if (found.objects, found.valued) != (taken[name].objects, taken[name].valued)
    }


class Order(enum.Enum):
    """Whether two changes may be said in the other order."""

    FREE = "both orders end alike"
    COUNTS = "the other order may end elsewhere"
    LAST = "of both, the last one decides"


def order(one: Change, other: Change, known: Arities) -> Order:
    """Whether two changes, each its objects and its kind, may be said in the other order.

    The order counts where one of them changes a field of an object that the other one changes too, or looks at. Of
    changes of one object in kinds whose fields are not known, it does not. Of changes of the same objects in one kind
    that is not cumulative, the last one decides.
    """
    (objects, kind), (others, kind_of_other) = one, other
    if set(objects).isdisjoint(others):
        return Order.FREE
    own, its = arity(kind, known), arity(kind_of_other, known)
    if kind == kind_of_other and own.cumulative:
        return Order.FREE
    if one == other and len(objects) == 1:
        return Order.LAST
    if own.fields is None or its.fields is None:
        if len(objects) == len(others) == 1:
            return Order.FREE
    elif own.fields.isdisjoint(its.fields):
        return Order.FREE
    apart = _changed(objects, own).isdisjoint(others) and _changed(others, its).isdisjoint(objects)
    return Order.FREE if apart else Order.COUNTS


def _changed(objects: Sequence[int], own: Arity) -> set[int]:
    """Those of the objects of a change that it changes."""
    return set(objects) if own.changed is None else {objects[place] for place in own.changed if place < len(objects)}
