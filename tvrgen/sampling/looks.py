"""Which looks let an object go through its steps."""

import itertools
from collections.abc import Iterable
from functools import lru_cache

from tvrgen.sampling import placement
from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import ATTRIBUTES
from tvrgen.settings import Split
from tvrgen.transformations.base import Rejected

FIELDS = (*ATTRIBUTES, "position", "rotation")


def can_take(obj: Object, steps: Iterable[tuple[str, str]], split: Split) -> bool:
    """Whether each (kind, value) changes the object, undoes nothing, and gives what the constraints allow."""
    history = [obj]
    try:
        for kind, value in steps:
            history.append(split.kinds[kind].apply(history[-1], value, split.vocabulary))
    except Rejected:
        return False
    if not all(before != after for before, after in itertools.pairwise(history)):
        return False
    return not undone(history) and all(split.sampling.constraints.allow(o) for o in history)


def undone(history: list[Object]) -> bool:
    """Whether something of an object comes back to what it was before."""
    for field in FIELDS:
        values = [key for key, _ in itertools.groupby(getattr(o, field) for o in history)]
        if len(set(values)) < len(values):
            return True
    return False


@lru_cache(maxsize=100_000)
def possible(steps: tuple[tuple[str, str, str | None], ...], split: Split) -> bool:
    """Whether any looks and any place at all let an object go through these (kind, value, type of move)."""
    if sum(move is not None for *_, move in steps) > 1 and not placement.start_exists(steps, split):
        return False
    pairs = [(kind, value) for kind, value, _ in steps]
    tables = [split.vocabulary.values(attribute) for attribute in ATTRIBUTES]
    return any(
        can_take(Object(**dict(zip(ATTRIBUTES, looks, strict=True)), position=(0, 0), rotation=0.0), pairs, split)
        for looks in itertools.product(*tables)
    )
