"""What kinds of change can touch, as far as they say so: which fields of objects, and of how many at once."""

import contextlib
import itertools
import math
from collections.abc import Callable, Collection
from functools import cache, lru_cache

from tvrgen.config.settings import Split
from tvrgen.sampling.tracing import trace
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Step, Transformation

SIGHT = "sight"
"""What differs of an object that comes into sight, or goes out of it."""


def touched(kind: Transformation, split: Split) -> frozenset[str] | None:
    """The fields that a kind can touch, and SIGHT if it brings objects into sight or out of it; None: any."""
    if kind.fields is None:
        return None
    roles = [role for way in kind.variants(split.sampling).values() for role in way]
    hidden = any(sighting not in ("seen", "any") for role in roles for sighting in role[:2])
    return kind.fields | {SIGHT} if hidden else kind.fields


@lru_cache(maxsize=64)
def overlap(split: Split) -> bool:
    """Whether different steps may do the same: of two kinds that can touch one field, or of one of several objects."""
    pairs = itertools.combinations([touched(kind, split) for kind in split.kinds.values()], 2)
    return any(len(kind.roles) > 1 for kind in split.kinds.values()) or any(
        a is None or b is None or a & b for a, b in pairs
    )


@lru_cache(maxsize=256)
def changed_places(kind: Transformation, split: Split) -> frozenset[int]:
    """Which of the objects that a step of a kind names it changes, as far as objects that differ in all show.

    They are given by their places in `Step.objects`.
    """
    number, words = len(kind.roles), split.vocabulary
    if number < 2:
        return frozenset(range(number))
    tables = {attribute: words.values(attribute) for attribute in words.attributes}
    objects = [
        words.object({a: values[k % len(values)] for a, values in tables.items()}, present=not role.is_new)
        for k, role in enumerate(kind.roles)
    ]
    found: set[int] = set()
    for value in split.values[kind.name]:
        step = Step(objects=tuple(range(number)), kind=kind.name, value=value)
        with contextlib.suppress(Rejected):
            found.update(replay.differing(*trace(objects, [step], split.kinds, words)))
    return frozenset(found or range(number))


@lru_cache(maxsize=64)
def once_each(split: Split) -> frozenset[str]:
    """The kinds of new objects that allow no two of one value, as none may look like another."""
    words, found = split.vocabulary, set()
    new = words.object({attribute: words.values(attribute)[0] for attribute in words.attributes}, present=False)
    for name, kind in split.kinds.items():
        if len(kind.roles) == 1 and not kind.named and split.values[name]:
            steps = [Step(objects=(k,), kind=name, value=split.values[name][0]) for k in (0, 1)]
            try:
                trace([new, new], steps, split.kinds, words)
            except Rejected:
                found.add(name)
    return frozenset(found)


@lru_cache(maxsize=64)
def fewest_steps(split: Split) -> Callable[[frozenset[str]], float]:
    """Returns a function that gives the fewest steps that touch all of some fields of one object.

    A step that can change two objects counts half for each. Infinity where kinds cannot touch them.
    """
    kinds = [(touched(kind, split), 1 / (len(changed_places(kind, split)) or 1)) for kind in split.kinds.values()]

    @cache
    def fewest(fields: frozenset[str]) -> float:
        return fewest_of(fields, [(fields if own is None else own, weight) for own, weight in kinds])

    return fewest


def fewest_of(fields: Collection[str], kinds: Collection[tuple[Collection[str], float]]) -> float:
    """The fewest steps of kinds that together touch all these fields; infinity if none do.

    Each kind is given by its fields, and by what one of its steps counts.
    """
    found = math.inf
    for count in range(len(fields) + 1):
        for chosen in itertools.combinations(kinds, count):
            if set().union(*(own for own, _ in chosen)) >= {*fields}:
                found = min(found, sum(weight for _, weight in chosen))
    return found
