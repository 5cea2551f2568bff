"""Application of steps to states: one step, or all in order."""

from collections.abc import Mapping

from tvrgen._support.errors import UserError
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import ATTRIBUTES, Vocabulary
from tvrgen.transformations.base import UNCHANGED, Kind, Rejected, Step


def apply(state: State, step: Step, kinds: Mapping[str, Kind], vocabulary: Vocabulary) -> State:
    """Returns the state after one step. Raises `Rejected` if the kind does, or if nothing changes.

    Raises UserError for a kind that returns anything but an object of the vocabulary.
    """
    before = state.objects[step.object]
    changed = kinds[step.kind].apply(before, step.value, vocabulary)
    if changed == before:
        raise Rejected(UNCHANGED)
    _check_object(changed, step, vocabulary)
    return State(objects=(*state.objects[: step.object], changed, *state.objects[step.object + 1 :]))


def replay(
    initial: State, steps: tuple[Step, ...], kinds: Mapping[str, Kind], vocabulary: Vocabulary
) -> tuple[State, ...]:
    """Returns the len(steps) + 1 states before, between and after the steps."""
    states = [initial]
    for step in steps:
        states.append(apply(states[-1], step, kinds, vocabulary))
    return tuple(states)


def _check_object(changed: Object, step: Step, vocabulary: Vocabulary) -> None:
    if not isinstance(changed, Object):
        raise UserError(
            f"kind {step.kind}: apply({step.value!r}) returned {changed!r}; return an Object or raise Rejected"
        )
    for attribute in ATTRIBUTES:
        if (value := getattr(changed, attribute)) not in getattr(vocabulary, ATTRIBUTES[attribute]):
            raise UserError(f"kind {step.kind}: apply({step.value!r}) gave the unknown {attribute} {value!r}")
