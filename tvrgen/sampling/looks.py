"""Looks of objects that allow their steps."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from tvrgen.config.settings import Constraints, Split
from tvrgen.sampling import placement
from tvrgen.sampling.levels import IntendedStep
from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import ATTRIBUTES, Vocabulary
from tvrgen.transformations.base import Kind, Rejected, Step

FIELDS = (*ATTRIBUTES, "position", "rotation")


def can_take(
    obj: Object,
    steps: Iterable[Step],
    kinds: Mapping[str, Kind],
    vocabulary: Vocabulary,
    constraints: Constraints,
) -> bool:
    """Whether each step changes the object, undoes nothing, and gives an object that the constraints allow.

    All steps are the object's own, whatever their index.
    """
    history = [obj]
    try:
        for step in steps:
            history.append(kinds[step.kind].apply(history[-1], step.value, vocabulary))
    except Rejected:
        return False
    if not all(before != after for before, after in itertools.pairwise(history)):
        return False
    return not undone(history) and all(constraints.allow(o) for o in history)


def undone(history: Sequence[Object]) -> bool:
    """Whether a property of an object, given at each moment, returns to an earlier value."""
    for field in FIELDS:
        values = [key for key, _ in itertools.groupby(getattr(o, field) for o in history)]
        if len(set(values)) < len(values):
            return True
    return False


def possible(steps: Sequence[IntendedStep], split: Split) -> bool:
    """Whether an object with suitable looks and position can take these steps, whatever their index."""
    return _possible(tuple((step.kind, step.value, step.move) for step in steps), split)


@lru_cache(maxsize=100_000)
def _possible(steps: tuple[tuple[str, str, str | None], ...], split: Split) -> bool:
    """`possible` for (kind, value, move). A split is hashed by its identity, because its parts are not hashable."""
    intended = [IntendedStep(kind=kind, value=value, move=move, index=0) for kind, value, move in steps]
    if sum(step.move is not None for step in intended) > 1 and not placement.start_exists(
        intended, split.kinds, split.vocabulary
    ):
        return False
    own = [step.step for step in intended]
    tables = [split.vocabulary.values(attribute) for attribute in ATTRIBUTES]
    return any(
        can_take(_at_origin(looks), own, split.kinds, split.vocabulary, split.sampling.constraints)
        for looks in itertools.product(*tables)
    )


def _at_origin(looks: tuple[str, ...]) -> Object:
    shape, size, color, material = looks  # in the order of ATTRIBUTES
    return Object(shape=shape, size=size, color=color, material=material, position=(0, 0), rotation=0.0)
