"""TRANCE's evaluation (CVPR 2021): the predicted changes are run on the initial state, and outcomes are compared."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tvrgen.dataset.records import state_from
from tvrgen.questions.forms.changes_text import Answer, normal
from tvrgen.scene import footprints
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import ATTRIBUTES, Grid
from tvrgen.settings import Split
from tvrgen.transformations.base import Rejected, Step
from tvrgen.transformations.position import Position

_COMPARED = (*ATTRIBUTES, "rotation")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the predicted changes come to.

    `loose`: they end in the true final state. `correct`: besides, no step made objects overlap or leave the field.
    `distance`: attributes of all objects in which the two states differ. `normalised`: that over the number of true
    changes (over one, if there are none). `invalid`: parts that could not be read, and changes of what the problem has
    not; with any of these, an outcome is not right.
    """

    correct: bool
    loose: bool
    distance: int
    normalised: float
    overlap: bool
    out_of_field: bool
    invalid: int


def outcome_score(answer: Answer, scene: dict[str, Any], split: Split) -> Outcome:
    """Runs an answer, in its own order, on the initial state of a scene line.

    A change to what is already so changes nothing. Places are compared where the true object is on stage; one that is
    off it is anywhere off stage. Where an object enters or leaves, no picture shows where from, or where to: any way
    that the pictures allow counts as the true one, if the answer is not right as it stands.
    """
    steps, invalid = _legal(answer.steps, split, len(scene["initial"]["objects"]))
    invalid += len(answer.faults)
    initial, final = state_from(scene["initial"]), state_from(scene["final"])
    tried = [(steps, initial)]
    found = [_run(steps, initial, final, scene, split, invalid)]
    if not found[0].correct:
        for other in _unseen(steps, initial, final, scene, split):
            if other not in tried:
                tried.append(other)
                found.append(_run(*other, final, scene, split, invalid))
    return min(found, key=lambda o: (not o.correct, o.distance))


def _run(steps: list[Step], state: State, final: State, scene: dict[str, Any], split: Split, invalid: int) -> Outcome:
    overlap = out_of_field = False
    for step in steps:
        objects = state.objects
        try:
            moved = split.kinds[step.kind].apply(objects[step.object], step.value, split.vocabulary)
        except Rejected:
            continue
        except Exception:  # a kind of the user's own, given what the sampler never gives it
            invalid += 1
            continue
        state = State(objects=(*objects[: step.object], moved, *objects[step.object + 1 :]))
        if moved.position != objects[step.object].position or moved.size != objects[step.object].size:
            overlap |= footprints.crowded(state, split.vocabulary, (step.object,)) is not None
            out_of_field |= not split.vocabulary.grid.in_field(moved.position)
    pairs = zip(state.objects, final.objects, strict=True)
    distance = sum(_differing(found, true, split.vocabulary.grid) for found, true in pairs)
    loose = not distance and not invalid
    return Outcome(
        correct=loose and not overlap and not out_of_field,
        loose=loose,
        distance=distance,
        normalised=distance / max(1, len(scene["steps"])),
        overlap=overlap,
        out_of_field=out_of_field,
        invalid=invalid,
    )


def _legal(said: Sequence[Step], split: Split, objects: int) -> tuple[list[Step], int]:
    """The predicted steps by the vocabulary's own names, and how many name what is not there."""
    names = _names(split)
    steps = []
    for step in said:
        lowered = step.kind.lower()
        kind, value = names.get((lowered, normal(lowered, step.value)), (None, None))
        if kind is not None and step.object < objects:
            steps.append(Step(object=step.object, kind=kind, value=value))
    return steps, len(said) - len(steps)


def _unseen(
    steps: list[Step], initial: State, final: State, scene: dict[str, Any], split: Split
) -> Iterator[tuple[list[Step], State]]:
    """Steps and initial states that the pictures tell from the true ones no better than from these.

    First with the true way in place of each other one onto or off the stage that is accepted; then with objects that
    enter where they must have stood, for all that is said of them to be so.
    """
    yield _by_true_ways(steps, scene, ("in", "out")), initial
    yield _by_true_ways(steps, scene, ("out",)), _elsewhere(steps, initial, final, split)


def _by_true_ways(steps: list[Step], scene: dict[str, Any], types: tuple[str, ...]) -> list[Step]:
    ways = {(s["object"], s["kind"]): s for s in scene["steps"] if s.get("type") in types}
    replaced = []
    for step in steps:
        true = ways.get((step.object, step.kind))
        if true and step.value in true["accepted"]:
            del ways[step.object, step.kind]
            step = Step(object=step.object, kind=step.kind, value=true["value"])
        replaced.append(step)
    return replaced


def _elsewhere(steps: list[Step], initial: State, final: State, split: Split) -> State:
    """The initial state with each object that enters where its said moves lead from, if none sees it there."""
    grid, objects, moves = split.vocabulary.grid, list(initial.objects), {}
    for step in steps:
        if isinstance(kind := split.kinds[step.kind], Position):
            moves.setdefault(step.object, []).append(kind.apply(objects[step.object], step.value, split.vocabulary))
    for k, moved in moves.items():
        before, after = objects[k], final.objects[k]
        way = (sum(own.position[axis] - before.position[axis] for own in moved) for axis in (0, 1))
        start = tuple(end - along for end, along in zip(after.position, way, strict=True))
        enters = not grid.on_stage(before.position) and grid.on_stage(after.position)
        if enters and grid.in_field(start) and not grid.on_stage(start):
            objects[k] = dataclasses.replace(before, position=start)
    return State(objects=tuple(objects))


@lru_cache(maxsize=64)
def _names(split: Split) -> dict[tuple[str, str], tuple[str, str]]:
    """(kind in lower case, normal form of a value) -> both as the split calls them."""
    return {
        (name.lower(), normal(name.lower(), value)): (name, value)
        for name, kind in split.kinds.items()
        for value in kind.values(split.vocabulary)
    }


def _differing(found: Object, true: Object, grid: Grid) -> int:
    """In how many attributes two objects differ."""
    count = sum(getattr(found, name) != getattr(true, name) for name in _COMPARED)
    if grid.on_stage(true.position):
        return count + (found.position != true.position)
    return count + grid.on_stage(found.position)
