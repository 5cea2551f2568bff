"""Looks of objects that allow their steps."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from tvrgen.config.settings import Constraints, Split
from tvrgen.sampling import placement
from tvrgen.sampling.levels import IntendedStep
from tvrgen.sampling.tracing import each_alone, trace
from tvrgen.scene.attributes import BUILT_IN
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import Rejected, Role, Step, Transformation

_FIELDS = (*BUILT_IN, "position", "rotation")


def can_take(
    objects: Sequence[Object],
    steps: Sequence[Step],
    kinds: Mapping[str, Transformation],
    vocabulary: Vocabulary,
    constraints: Constraints,
) -> bool:
    """Whether each step changes something, undoes nothing, and gives objects that the constraints allow."""
    if not steps:
        return all(map(constraints.allow, objects))
    try:
        states = trace(objects, steps, kinds, vocabulary)
    except Rejected:
        return _apply_at_origin(objects, steps, kinds, vocabulary)
    if not all(before != after for before, after in itertools.pairwise(states)):
        return False
    histories = list(zip(*(state.objects for state in states), strict=True))
    if any(undone(history) or turns_unseen(history) for history in histories):
        return False
    return all(constraints.allow(o) for history in histories for o in history)


def _apply_at_origin(
    objects: Sequence[Object], steps: Sequence[Step], kinds: Mapping[str, Transformation], vocabulary: Vocabulary
) -> bool:
    """Whether steps of several objects apply at one place, where they do not far apart: not for the objects' looks."""
    if each_alone(steps, kinds):
        return False
    state = State(objects=tuple(objects))
    try:
        for step in steps:
            state = kinds[step.kind].apply(state, step, vocabulary)
    except Rejected:
        return False
    return True


def undone(history: Sequence[Object]) -> bool:
    """Whether a property of an object, given at each moment, returns to an earlier value."""
    moments = [history[0], *(is_ for was, is_ in itertools.pairwise(history) if is_ is not was)]
    if len(moments) < 3:
        return False
    for field in (*_FIELDS, *(attribute.name for attribute, _ in history[0].further)):
        values = [key for key, _ in itertools.groupby(getattr(o, field) for o in moments)]
        if len(set(values)) < len(values):
            return True
    return False


def turns_unseen(history: Sequence[Object]) -> bool:
    """Whether an object, given at each moment, turns and changes its shape: no image shows both by what angle."""
    return len({o.rotation for o in history}) > 1 and len({o.shape for o in history}) > 1


def possible(steps: Sequence[IntendedStep], split: Split) -> bool:
    """Whether an object with suitable looks and position can take these steps, whatever their objects.

    Steps of several objects, or of new ones, are left to the sampler: it draws looks and places that allow them.
    """
    return _possible(tuple((s.kind, s.value, s.variant, s.roles) for s in steps if _is_own(s, split)), split)


def _is_own(step: IntendedStep, split: Split) -> bool:
    """Whether a step is of one object alone that the first image has. While steps are dealt, they lack new objects."""
    roles = split.kinds[step.kind].roles
    return len(roles) == 1 and not roles[0].is_new


@lru_cache(maxsize=100_000)
def _possible(steps: tuple[tuple[str, str, str, tuple[Role, ...]], ...], split: Split) -> bool:
    """`possible` for (kind, value, variant, roles). A split is hashed by identity: its parts are not hashable."""
    intended = [IntendedStep(kind=k, value=value, variant=variant, roles=roles) for k, value, variant, roles in steps]
    if sum(step.variant != "" for step in intended) > 1 and not placement.start_exists(
        intended, split.kinds, split.vocabulary
    ):
        return False
    own = [step.step for step in intended]
    return any(
        can_take([obj], own, split.kinds, split.vocabulary, split.sampling.constraints)
        for obj in every_look(split.vocabulary)
    )


def every_look(words: Vocabulary) -> Iterator[Object]:
    """An object at the origin with each combination of values that the attributes can have."""
    tables = [words.values(attribute) for attribute in words.attributes]
    for values in itertools.product(*tables):
        yield words.object(dict(zip(words.attributes, values, strict=True)))
