"""Identity of a problem: a hash that does not depend on the order of its objects and steps.

Each hash belongs to one split, by its remainder, and the sampler draws a split's problems from its own hashes alone.
So no problem of one split can occur in another, and processes need not know each other's draws. Splits that name the
same hashes (`hashes` in a config) draw from the same problems, as those of a next round do (`tvrgen.harvesting`).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tvrgen.scene.model import Object, State
from tvrgen.transformations.base import Step, Transformation


def digest(initial: State, steps: tuple[Step, ...], kinds: Mapping[str, Transformation]) -> str:
    """The hash of the initial objects' looks and positions and of the steps: 128 bits as hexadecimal text.

    The order of objects and steps does not count, nor do rotations, cameras and lights: problems that differ in these
    alone are the same. The order of a step's objects counts if its kind is ordered.
    """
    objects = initial.objects
    order = sorted(range(len(objects)), key=lambda k: (_values(objects[k]), objects[k].position))
    rank = {k: r for r, k in enumerate(order)}
    content = [
        [[*_values(objects[k]), *objects[k].position] for k in order],
        sorted(([_named(step, rank, kinds), step.kind, step.value] for step in steps), key=_by_objects),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def _values(obj: Object) -> tuple[str, ...]:
    """The looks, the values of attributes that looks do not have, and a mark of an object that is not there."""
    further = (value for attribute, value in obj.further if attribute.place is None)
    return (*obj.looks, *further, *(() if obj.present else ("absent",)))


def _named(step: Step, rank: Mapping[int, int], kinds: Mapping[str, Transformation]) -> int | list[int]:
    """The rank of a step's object, or the ranks of its objects."""
    ranks = [rank[k] for k in step.objects]
    if len(ranks) == 1:
        return ranks[0]
    return ranks if kinds[step.kind].ordered else sorted(ranks)


def _by_objects(entry: list[Any]) -> tuple[bool, list[Any]]:
    """Puts steps with one object before others: a rank and a list of ranks do not compare."""
    return isinstance(entry[0], list), entry


def belongs(digest: str, hashes: tuple[int, int]) -> bool:
    """Whether a problem with this hash belongs to a split with these hashes: (remainder, divisor)."""
    remainder, divisor = hashes
    return int(digest, 16) % divisor == remainder
