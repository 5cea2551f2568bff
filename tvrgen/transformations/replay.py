"""Application of steps to states, one or all in order, and what a step did to the objects that it names."""

from collections.abc import Mapping, Sequence

from tvrgen._support.errors import UserError
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Grid, Vocabulary
from tvrgen.transformations.base import UNCHANGED, Rejected, Role, Sighting, Step, Transformation


def apply(state: State, step: Step, kinds: Mapping[str, Transformation], vocabulary: Vocabulary) -> State:
    """Returns the state after one step. Raises `Rejected` if the kind does, or if nothing changes.

    Raises UserError for a step that gives an object a value that the vocabulary lacks.
    """
    after = kinds[step.kind].apply(state, step, vocabulary)
    changed = differing(state, after)
    if not changed:
        raise Rejected(UNCHANGED)
    for k in changed:
        _check_object(after[k], step, vocabulary)
    return after


def replay(
    initial: State, steps: Sequence[Step], kinds: Mapping[str, Transformation], vocabulary: Vocabulary
) -> tuple[State, ...]:
    """Returns the len(steps) + 1 states before, between and after the steps."""
    states = [initial]
    for step in steps:
        states.append(apply(states[-1], step, kinds, vocabulary))
    return tuple(states)


def differing(before: State, after: State) -> tuple[int, ...]:
    """The indices of the objects in which two states differ."""
    pairs = enumerate(zip(before.objects, after.objects, strict=True))
    return tuple(k for k, (was, is_) in pairs if was is not is_ and was != is_)


def changed_fields(before: Object, after: Object) -> list[str]:
    """The names of the fields and attributes in which an object differs."""
    names = [*before.attributes, "position", "rotation", "present"]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def roles(before: State, after: State, step: Step, grid: Grid) -> tuple[Role, ...]:
    """Where the objects of a step were before and after it."""
    return tuple(Role(before=sighting(before[k], grid), after=sighting(after[k], grid)) for k in step.objects)


def sighting(obj: Object, grid: Grid) -> Sighting:
    """Whether an object is seen, out of sight, or absent."""
    if not obj.present:
        return "absent"
    return "seen" if grid.on_stage(obj.position) else "unseen"


def _check_object(changed: Object, step: Step, vocabulary: Vocabulary) -> None:
    for attribute in vocabulary.attributes:
        if (value := getattr(changed, attribute)) not in vocabulary.table(attribute):
            raise UserError(f"kind {step.kind}: {step}: gave the unknown {attribute} {value!r}")
