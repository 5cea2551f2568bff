"""Conflicts of dealt steps: by how much the steps of a problem do not fit its objects, before it has any."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from tvrgen.config.settings import Split
from tvrgen.sampling.levels import IntendedStep
from tvrgen.sampling.looks import possible
from tvrgen.sampling.touching import changed_places, once_each
from tvrgen.transformations.base import Role, Transformation


def conflicting(steps: Sequence[IntendedStep], objects: int, on_stage: int, split: Split) -> int:
    """The number of conflicting steps of a problem with so many objects, of those steps that have their objects."""
    by_index: dict[int, list[tuple[IntendedStep, Role]]] = {}
    for step in steps:
        for k, role in zip(step.objects, step.roles, strict=False):
            by_index.setdefault(k, []).append((step, role))
    faults, entering, staying = 0, 0, []
    for k, own in by_index.items():
        entries = [role.enters for _, role in own]
        faults += not possible([step for step, _ in own], split)
        for kind, number in Counter(step.kind for step, _ in own).items():
            faults += max(0, number - most_often(kind, split))
        faults += _excess(tuple((step.kind, step.objects.index(k)) for step, _ in own), split)
        if any(role.alone for _, role in own):
            faults += len(own) - 1
        if any(entries):
            faults += (not entries[0]) + sum(entries) - 1
            entering += 1
        else:
            staying.append(len(own))
    faults += sum(sorted(staying)[: max(0, len(staying) - on_stage)]) + _repeated(steps, split)
    return faults + max(0, entering - (objects - on_stage))


def most_often(kind: str, split: Split) -> int:
    """The most often that one object can take a kind, up to the most steps of a problem."""
    limit = split.kinds[kind].limit(len(split.values[kind]), split.sampling)
    return int(min(limit, max(split.sampling.steps)))


def _repeated(steps: Sequence[IntendedStep], split: Split) -> int:
    """The excess steps of one value, where new objects appear that may not look like another one."""
    if not (kinds := once_each(split)):
        return 0
    new = {step.value for step in steps if step.kind in kinds}
    return sum(bool(step.kind in kinds or step.value) for step in steps if step.value in new) - len(new)


@lru_cache(maxsize=10_000)
def _excess(taken: tuple[tuple[str, int], ...], split: Split) -> int:
    """The excess steps of an object that takes these kinds, each at a place among the objects of a step."""
    pairs = _exclusive(split).pairs
    return sum(frozenset(pair) in pairs for pair in itertools.combinations(taken, 2))


class _Exclusive(NamedTuple):
    """What no object takes twice.

    `pairs` are pairs of kinds, each with a place among the objects of a step, of which no object takes both. `demands`
    has for each field that several kinds change how many objects a step of each kind takes for it.
    """

    pairs: frozenset[frozenset[tuple[str, int]]]
    demands: tuple[Mapping[str, int], ...]


@lru_cache(maxsize=64)
def _exclusive(split: Split) -> _Exclusive:
    """What the kinds of a split exclude, as they say.

    Of kinds that change a common field, the images would not show what the first did. Where a kind can change all
    attributes, those that change two objects go with no other: to exchange two objects and to change one of them is
    also to change both of them. What is put beside another object, as near as the gap allows, keeps its size, and so
    does that object.
    """
    changed = {name: changed_places(kind, split) for name, kind in split.kinds.items()}
    touched = {name: set(kind.fields or ()) for name, kind in split.kinds.items()}
    everything = set().union(*touched.values())
    if any(own.issuperset(split.vocabulary.attributes) for own in touched.values()):
        touched |= {name: everything for name, places in changed.items() if len(places) > 1}
    touched |= {name: everything for name, kind in split.kinds.items() if _leaves_in_all_ways(kind, split)}
    places = [(name, place) for name, own in changed.items() for place in own]
    demands = [
        {name: len(changed[name]) for name, own in touched.items() if field in own}
        for field in sorted(set().union(*touched.values()))
    ]
    pairs = {
        frozenset((one, other))
        for one, other in itertools.combinations(places, 2)
        if one[0] != other[0] and touched[one[0]] & touched[other[0]]
    }
    growing = [(name, place) for name, place in places if "size" in touched[name]]
    for name, kind in split.kinds.items():
        if "position" in touched[name] and len(changed[name]) < len(kind.roles):  # puts an object beside another
            beside = [(name, place) for place in range(len(kind.roles))]
            pairs |= {frozenset(pair) for pair in itertools.product(beside, growing) if pair[0][0] != pair[1][0]}
    return _Exclusive(
        frozenset(pairs),
        tuple(own for own in demands if len(own) > 1),
    )


def _leaves_in_all_ways(kind: Transformation, split: Split) -> bool:
    ways = kind.variants(split.sampling).values()
    return len(split.kinds) > 1 and all(any(role.leaves for role in roles) for roles in ways if roles)


def shortage(kinds: Sequence[str], on_stage: int, split: Split) -> int:
    """The missing objects of a problem with steps of these kinds, where several kinds change one field."""
    demands = _exclusive(split).demands
    if not demands:
        return 0
    return max(0, *(sum(own.get(kind, 0) for kind in kinds) - on_stage for own in demands))


def clashing(shared: Sequence[IntendedStep], room: int, split: Split) -> int:
    """Excess steps of one kind and value, each of which needs its own object, of steps that `room` objects share.

    1 if there is one object alone and it cannot take them all.
    """
    alike = Counter((step.kind, step.value) for step in shared if len(step.roles) == 1)
    faults = sum(max(0, n - room) for n in alike.values()) + _repeated(shared, split)
    return faults or int(room == 1 and not possible(shared, split))


def missing(roles: Sequence[Role], others: Sequence[int], objects: int, on_stage: int, repeat: bool) -> int:
    """Missing objects: one that enters starts off stage, and one that leaves cannot take any other step.

    `roles` are those of a problem's steps of one kind, `others` the numbers of objects that its other kinds need.
    """
    entering, leaving = sum(r.enters for r in roles), sum(r.alone for r in roles)
    staying = [len(roles) - entering - leaving, *others]
    most = min(1, sum(staying)) if repeat else max(staying)
    return max(0, entering - (objects - on_stage)) + max(0, leaving + most - on_stage)
