"""Steps and what they do: the kinds of transformation, applying one step, replaying all.

A *kind* is any object with `name`, `values(vocabulary)`, `apply(obj, value, vocabulary)` and `phrase(value)`; the
five built-in ones are below, and a user's own is named in the config as `package.module:Class`.
"""

import dataclasses
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tvrgen.errors import UserError
from tvrgen.scene import Object, State, Step
from tvrgen.vocabulary import ATTRIBUTES, Vocabulary


class Rejected(Exception):
    """A rule forbids this. `rule` is its short name; the sampler counts them."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Kind(Protocol):
    """One kind of transformation. Instances hold no state: a worker elsewhere makes its own."""

    name: str

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """All values a step of this kind can have."""

    def apply(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        """The object after the step. Raises `Rejected` where the step would change nothing that can be seen."""

    def phrase(self, value: str) -> str:
        """Words that follow "object 2": "turns cyan"."""


@dataclass(frozen=True)
class Attribute:
    """Gives an object another color, shape, size or material."""

    name: str

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        return vocabulary.values(self.name)

    def apply(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        if getattr(obj, self.name) == value:
            raise Rejected("a step changes something")
        return dataclasses.replace(obj, **{self.name: value})

    def phrase(self, value: str) -> str:
        return f"changes its {self.name} to {value}"


@dataclass(frozen=True)
class Position:
    """Moves an object. A value is "direction.distance", e.g. "front_left.2", as the first image's viewer sees it."""

    name: str = "position"

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        return tuple(f"{d}.{n}" for d in vocabulary.directions for n in vocabulary.distances)

    def apply(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        direction, distance = value.split(".")
        dx, dy = vocabulary.displacement(direction, int(distance))
        return dataclasses.replace(obj, position=(obj.position[0] + dx, obj.position[1] + dy))

    def phrase(self, value: str) -> str:
        direction, distance = value.split(".")
        return f"moves {distance} step{'s' if int(distance) > 1 else ''} {direction.replace('_', ' ')}"


BUILT_IN: dict[str, Kind] = {name: Attribute(name) for name in ATTRIBUTES} | {"position": Position()}


def resolve(name: str) -> Kind:
    """The kind a config names: a built-in one, or `package.module:Class`. Raises UserError where there is none."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise UserError(f"{name!r} names no kind; write package.module:Class")
    try:
        kind = getattr(importlib.import_module(module), attribute)()
    except ImportError as error:
        raise UserError(f"cannot load kind {name!r}: {error}; is its folder on PYTHONPATH?") from error
    except Exception as error:  # a user's module may fail in any way
        raise UserError(f"cannot load kind {name!r}: {type(error).__name__}: {error}") from error
    if missing := [part for part in ("name", "values", "apply", "phrase") if not hasattr(kind, part)]:
        raise UserError(f"kind {name!r} lacks {', '.join(missing)}; see docs/extending.md")
    return kind


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


def move_type(before: Object, after: Object, vocabulary: Vocabulary) -> str | None:
    """inner (stage to stage), out (leaves the stage), in (enters it); None where nothing moved."""
    if before.position == after.position:
        return None
    was, is_ = (vocabulary.grid.on_stage(o.position) for o in (before, after))
    if not was and not is_:
        raise Rejected("a move begins or ends on stage")
    return "inner" if was and is_ else "out" if was else "in"


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
