"""What kinds of change can touch, as far as they say so: which fields of objects, and of how many at once."""

import contextlib
import itertools
import math
from collections.abc import Callable, Collection
from functools import cache, lru_cache

import numpy as np

from tvrgen._support.rng import generator
from tvrgen.config.settings import Split
from tvrgen.sampling.tracing import trace
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Role, Step, Transformation

SIGHT = "sight"
"""What differs of an object that comes into sight, or goes out of it."""


def touched(kind: Transformation, split: Split) -> frozenset[str] | None:
    """The fields that a kind can touch, and SIGHT if it brings objects into sight or out of it; None: any."""
    if kind.fields is None:
        return None
    roles = [role for way in kind.variants(split.sampling).values() for role in way]
    return kind.fields | {SIGHT} if any(map(_hides, roles)) else kind.fields


def _hides(role: Role) -> bool:
    """Whether an object in this role comes into sight, or goes out of it."""
    return any(sighting not in ("seen", "any") for sighting in (role.before, role.after))


@lru_cache(maxsize=64)
def share_effects(split: Split) -> bool:
    """Whether different steps may do the same: of two kinds that can touch one field, of one of several objects, or of
    one that does not say what it can touch."""
    fields = [own for kind in split.kinds.values() if (own := touched(kind, split)) is not None]
    if len(fields) < len(split.kinds) or any(len(kind.roles) > 1 for kind in split.kinds.values()):
        return True
    return any(a & b for a, b in itertools.combinations(fields, 2))


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


_DRAWN = 60
"""Steps of a kind that are tried to see what it changes."""


def shown_fields(kind: Transformation, split: Split) -> frozenset[str] | None:
    """The fields that a kind can touch, as `touched`; where it does not say so, as far as drawn steps show.

    None if none of these can be taken.
    """
    if (own := touched(kind, split)) is not None:
        return own
    words, values, found = split.vocabulary, split.values[kind.name], set[str]()
    ways, rng = [*kind.variants(split.sampling).values()], generator(0, "touching", kind.name)
    for number in range(_DRAWN):
        before = State(objects=tuple(_drawn(rng, role, words) for role in ways[number % len(ways)]))
        step = Step(objects=tuple(range(len(before.objects))), kind=kind.name, value=values[number % len(values)])
        with contextlib.suppress(Rejected):
            after = kind.apply(before, step, words)
            for k in replay.differing(before, after):
                found.update(replay.changed_fields(before[k], after[k]))
    if not found:
        return None
    return frozenset({*found, SIGHT} if any(map(_hides, itertools.chain(*ways))) else found)


def _drawn(rng: np.random.Generator, role: Role, words: Vocabulary) -> Object:
    """An object somewhere, on the stage or off it as the role asks."""
    looks = {name: values[rng.integers(len(values))] for name in words.attributes for values in (words.values(name),)}
    x, y = (int(c) for c in rng.integers(-words.grid.stage, words.grid.stage + 1, 2))
    x += 2 * words.grid.stage + 1 if role.enters else 0
    return words.object(looks, (x, y), float(rng.integers(360)), present=not role.is_new)


@lru_cache(maxsize=64)
def whole(split: Split) -> int:
    """The number of equal parts of a step: each of the objects that it changes, however many, has whole ones of it."""
    return math.lcm(*range(1, 1 + max(1, *(len(kind.roles) for kind in split.kinds.values()))))


@lru_cache(maxsize=64)
def fewest_steps(split: Split, shown: bool = False) -> Callable[[frozenset[str]], float]:
    """Returns a function that gives the fewest steps that touch all of some fields of one object, in parts of a step.

    A step that can change two objects counts half for each; `whole` is the number of parts. Infinity where kinds cannot
    touch them. A kind that does not say what it touches may touch any or, if `shown`, what drawn steps show.
    """
    parts, fields_of = whole(split), shown_fields if shown else touched
    kinds = [
        (fields_of(kind, split), parts // (len(changed_places(kind, split)) or 1)) for kind in split.kinds.values()
    ]

    @cache
    def fewest(fields: frozenset[str]) -> float:
        return _fewest(fields, kinds)

    return fewest


def _fewest(fields: frozenset[str], kinds: Collection[tuple[frozenset[str] | None, int]]) -> float:
    """The least sum of what kinds count that together touch all these fields; infinity if none do.

    Each kind is given by its fields (None: any), and by what one of its steps counts.
    """
    found: dict[frozenset[str], float] = {frozenset(): 0}
    for own, parts in kinds:
        touched_now = fields if own is None else fields & own
        for covered, sum_ in [*found.items()]:
            more = covered | touched_now
            found[more] = min(found.get(more, math.inf), sum_ + parts)
    return found.get(fields, math.inf)
