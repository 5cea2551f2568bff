"""Steps and what they do: the kinds of transformation, applying one step, replaying all.

A *kind* is any object with `name`, `values(vocabulary)`, `apply(obj, value, vocabulary)` and `phrase(value)`; the
five built-in ones are below, and a user's own is named in the config as `package.module:Class`.
"""

from collections.abc import Mapping

from tvrgen.errors import UserError
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import ATTRIBUTES, Vocabulary
from tvrgen.transformations.base import Kind, Rejected, Step
from tvrgen.transformations.position import move_type


def apply(state: State, step: Step, kinds: Mapping[str, Kind], vocabulary: Vocabulary) -> State:
    """The state after one step. Raises `Rejected` where the kind does, or where nothing changes.

    Raises UserError for a kind that returns anything but an object of the vocabulary.
    """
    before = state.objects[step.object]
    changed = kinds[step.kind].apply(before, step.value, vocabulary)
    if changed == before:
        raise Rejected("a step changes something")
    _check_object(changed, step, vocabulary)
    return State(objects=(*state.objects[: step.object], changed, *state.objects[step.object + 1 :]))


def replay(
    initial: State, steps: tuple[Step, ...], kinds: Mapping[str, Kind], vocabulary: Vocabulary
) -> tuple[State, ...]:
    """The states before, between and after the steps: len(steps) + 1 of them."""
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


def accepted(state: State, step: Step, kinds: Mapping[str, Kind], vocabulary: Vocabulary) -> tuple[str, ...]:
    """All values that no picture tells from the step's own, that one first.

    An object that leaves may leave by any way that leads off the stage and stays in the field. An object that enters
    came from a place that no picture shows: by any way that begins off stage, in the field.
    """
    kind, before = kinds[step.kind], state.objects[step.object]
    after = kind.apply(before, step.value, vocabulary)
    moved = move_type(before, after, vocabulary)
    if moved not in ("in", "out"):
        return (step.value,)
    others = []
    for value in kind.values(vocabulary):
        end = kind.apply(before, value, vocabulary).position
        # where the hidden end of the move would lie: the landing place, or the start that leads to the true landing
        hidden = end if moved == "out" else _minus(after.position, _minus(end, before.position))
        if value != step.value and vocabulary.grid.in_field(hidden) and not vocabulary.grid.on_stage(hidden):
            others.append(value)
    return (step.value, *others)


def _minus(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    return a[0] - b[0], a[1] - b[1]
