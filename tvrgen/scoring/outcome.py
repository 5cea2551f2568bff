"""TRANCE's outcome (CVPR 2021): predicted steps are applied to the initial state, and final states are compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Split
from tvrgen.dataset.records import state_from
from tvrgen.dataset.upgrade import upgraded
from tvrgen.questions.forms.changes_text import Answer, normal
from tvrgen.scene import footprints
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Grid
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Step


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of predicted steps.

    loose         they lead to the true final state, and none is invalid
    correct       besides, no step makes objects overlap or takes one out of the field
    distance      the number of attributes, over all objects, in which the predicted and the true final state differ
    normalised    `distance` over the number of true steps (over 1 if there are none)
    overlap       a step makes objects overlap
    out_of_field  a step takes an object out of the field
    invalid       the number of unreadable parts, and of steps with an object, kind or value that the problem lacks
    """

    correct: bool
    loose: bool
    distance: int
    normalised: float
    overlap: bool
    out_of_field: bool
    invalid: int


def outcome_score(answer: Answer, scene: Record, split: Split) -> Outcome:
    """Applies an answer's steps, in their order, to the initial state of a scene line.

    A step to the value that an object has already changes nothing. Positions are compared for objects that are truly on
    stage in the end; for others it is enough that they end off stage. No image shows where an object enters from or
    leaves to: if the answer is not correct as it is, the alternatives that the images allow are tried as well, and the
    best outcome counts.
    """
    steps, invalid = _known_steps(answer.steps, split, len(scene["initial"]["objects"]))
    invalid += len(answer.faults)
    initial, final = (state_from(scene[when], split.vocabulary) for when in ("initial", "final"))
    tried = [(steps, initial)]
    outcomes = [_run(steps, initial, final, scene, split, invalid)]
    if not outcomes[0].correct:
        for alternative in _alternatives(steps, initial, final, scene, split):
            if alternative not in tried:
                tried.append(alternative)
                outcomes.append(_run(*alternative, final, scene, split, invalid))
    return min(outcomes, key=lambda o: (not o.correct, o.distance))


def _run(steps: list[Step], state: State, final: State, scene: Record, split: Split, invalid: int) -> Outcome:
    """The outcome of steps that the split knows, applied to `state`."""
    overlap = out_of_field = False
    for step in steps:
        try:
            after = split.kinds[step.kind].apply(state, step, split.vocabulary)
        except Rejected:
            continue
        except Exception:  # raised by a user's kind for a step that the sampler never makes
            invalid += 1
            continue
        moved = [
            k
            for k in replay.differing(state, after)
            if (state[k].position, state[k].size) != (after[k].position, after[k].size)
        ]
        state = after
        overlap = overlap or footprints.crowded(state, split.vocabulary, moved) is not None
        out_of_field = out_of_field or not all(split.vocabulary.grid.in_field(state[k].position) for k in moved)
    pairs = zip(state.objects, final.objects, strict=True)
    distance = sum(_distance(found, true, split.vocabulary.grid) for found, true in pairs)
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


def _known_steps(predicted: Sequence[Step], split: Split, objects: int) -> tuple[list[Step], int]:
    """The predicted steps with the split's spelling of kinds and values, and the number of steps that it lacks."""
    names = _names(split)
    steps = []
    for step in predicted:
        lowered = step.kind.lower()
        name = names.get((lowered, normal(lowered, step.value)))
        if name is not None and step.object < objects:
            kind, value = name
            steps.append(Step(objects=(step.object,), kind=kind, value=value))
    return steps, len(predicted) - len(steps)


def _alternatives(
    steps: list[Step], initial: State, final: State, scene: Record, split: Split
) -> Iterator[tuple[list[Step], State]]:
    """Steps and initial states that the images cannot distinguish from the predicted steps and the initial state.

    First, accepted moves onto and off the stage are replaced by the true ones. Then, only those off the stage are, and
    entering objects start where their predicted moves imply.
    """
    yield _with_true_moves(steps, scene, ("before", "after")), initial
    yield _with_true_moves(steps, scene, ("after",)), _with_implied_starts(steps, initial, final, split)


def _with_true_moves(steps: list[Step], scene: Record, unseen: tuple[str, ...]) -> list[Step]:
    """The steps with each accepted value of an object unseen before or after its true step replaced by the true one."""
    moves = {
        (s["object"], s["kind"]): s
        for s in upgraded(scene, "scene")["steps"]
        if "object" in s and any(s["roles"][0][when] == "unseen" for when in unseen)
    }
    replaced = []
    for step in steps:
        true = moves.get((step.object, step.kind))
        if true and step.value in true["accepted"]:
            del moves[step.object, step.kind]
            step = Step(objects=(step.object,), kind=step.kind, value=true["value"])
        replaced.append(step)
    return replaced


def _with_implied_starts(steps: list[Step], initial: State, final: State, split: Split) -> State:
    """The initial state with each entering object at the start that its predicted steps imply, if that is off stage."""
    grid, state = split.vocabulary.grid, initial
    for k, (before, after) in enumerate(zip(initial.objects, final.objects, strict=True)):
        if grid.on_stage(before.position) or not grid.on_stage(after.position):
            continue
        ends = [_end(initial, step, k, split) for step in steps if k in step.objects]
        dx, dy = (sum(end[axis] - before.position[axis] for end in ends) for axis in (0, 1))
        start = (after.position[0] - dx, after.position[1] - dy)
        if grid.in_field(start) and not grid.on_stage(start):
            state = state.replace(k, position=start)
    return state


def _end(initial: State, step: Step, k: int, split: Split) -> tuple[int, int]:
    """Where object k is after a predicted step that is applied to the initial state."""
    try:
        position: tuple[int, int] = split.kinds[step.kind].apply(initial, step, split.vocabulary)[k].position
        return position
    except Exception:  # the step does not apply, or a user's kind fails for a step that the sampler never makes
        return initial[k].position


@lru_cache(maxsize=64)
def _names(split: Split) -> dict[tuple[str, str], tuple[str, str]]:
    """(kind in lower case, normal form of a value) -> (kind, value) in the split's spelling."""
    return {
        (name.lower(), normal(name.lower(), value)): (name, value)
        for name, kind in split.kinds.items()
        for value in kind.values(split.vocabulary)
    }


def _distance(predicted: Object, true: Object, grid: Grid) -> int:
    """The number of attributes in which two objects differ, with position as one of them."""
    count = sum(bool(getattr(predicted, name) != getattr(true, name)) for name in (*true.attributes, "rotation"))
    if grid.on_stage(true.position):
        return count + (predicted.position != true.position)
    return count + grid.on_stage(predicted.position)
