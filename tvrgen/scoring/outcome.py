"""TRANCE's outcome (CVPR 2021): predicted steps are applied to the initial state, and final states are compared."""

import contextlib
import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Split
from tvrgen.dataset.records import state_from
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
    correct       besides, no step makes objects overlap, takes one out of the field, or is itself out of sight
    distance      the number of attributes, over all objects, in which the predicted and the true final state differ
    normalised    `distance` over the number of true steps (over 1 if there are none)
    overlap       a step makes objects overlap
    out_of_field  a step takes an object out of the field
    out_of_sight  a step changes only what is out of sight before and after it
    invalid       the number of unreadable parts, and of steps with an object, kind or value that the problem lacks
    """

    correct: bool
    loose: bool
    distance: int
    normalised: float
    overlap: bool
    out_of_field: bool
    out_of_sight: bool
    invalid: int


def outcome_score(answer: Answer, scene: Record, split: Split) -> Outcome:
    """Applies an answer's steps, in their order, to the initial state of a scene line.

    A step to the value that an object has already changes nothing. Positions are compared for objects that are truly on
    stage in the end; for others it is enough that they end off stage, in the field. No image shows where objects out of
    sight are: if the answer is not correct as it is, entering objects may start elsewhere, and others are in no one's
    way.
    """
    initial, final = (state_from(scene[when], split.vocabulary) for when in ("initial", "final"))
    steps, invalid = _known_steps(answer.steps, split, initial, final)
    return outcome_of(steps, initial, final, len(scene["steps"]), split, invalid + len(answer.faults))


def outcome_of(
    steps: Sequence[Step], initial: State, final: State, true_steps: int, split: Split, invalid: int = 0
) -> Outcome:
    """The outcome of steps that the split knows, besides `invalid` parts, where `true_steps` lead to a final state."""

    def run(start: State, as_seen: bool) -> Outcome:
        return _run(steps, start, final, true_steps, split, invalid, as_seen)

    found = run(initial, as_seen=False)
    if found.correct:
        return found
    other = run(_with_implied_starts(steps, initial, final, split), as_seen=True)
    return min(found, other, key=lambda o: (not o.correct, o.distance))


def _run(
    steps: Sequence[Step], state: State, final: State, true_steps: int, split: Split, invalid: int, as_seen: bool
) -> Outcome:
    """The outcome of steps that the split knows, applied to `state`.

    With `as_seen`, objects out of sight are in no one's way, unless the steps name them.
    """
    words, grid = split.vocabulary, split.vocabulary.grid
    named = {k for step in steps for k in step.objects}

    def crowded(moved: Iterable[int]) -> bool:
        if not as_seen:
            return footprints.crowded(state, words, [*moved]) is not None
        return any(
            footprints.crowds(
                state[k],
                (
                    other
                    for i, other in enumerate(state.objects)
                    if i != k and (grid.shows(other) or (i in named and grid.shows(state[k])))
                ),
                words,
            )
            for k in moved
        )

    overlap = as_seen and crowded(k for k in named if not grid.shows(state[k]))
    out_of_field = out_of_sight = False
    for step in steps:
        before = state
        try:
            state = split.kinds[step.kind].apply(before, step, words)
        except Rejected:
            continue
        except Exception:  # raised by a user's kind for a step that the sampler never makes
            invalid += 1
            continue
        changed = replay.differing(before, state)
        if not changed:
            continue
        moved = [k for k in changed if (before[k].position, before[k].size) != (state[k].position, state[k].size)]
        overlap = overlap or crowded(moved)
        out_of_field = out_of_field or not all(grid.in_field(state[k].position) for k in moved)
        out_of_sight = out_of_sight or not any(grid.shows(s[k]) for k in changed for s in (before, state))
    pairs = zip(state.objects, final.objects, strict=True)
    distance = sum(_distance(found, true, grid) for found, true in pairs)
    loose = not distance and not invalid
    return Outcome(
        correct=loose and not overlap and not out_of_field and not out_of_sight,
        loose=loose,
        distance=distance,
        normalised=distance / max(1, true_steps),
        overlap=overlap,
        out_of_field=out_of_field,
        out_of_sight=out_of_sight,
        invalid=invalid,
    )


def _known_steps(predicted: Sequence[Step], split: Split, initial: State, final: State) -> tuple[list[Step], int]:
    """The predicted steps with the split's spelling of kinds and values, and the number of steps that it lacks.

    A step of an object that the initial state lacks is given one of those that truly appear.
    """
    names = _names(split)
    absent = [k for k, obj in enumerate(initial.objects) if not obj.present]
    steps = []
    for step in predicted:
        lowered = step.kind.lower()
        name = names.get((lowered, normal(lowered, step.value)))
        if name is None or not all(k < len(initial.objects) and initial[k].present for k in step.objects):
            continue
        kind, value = name
        named, new = split.kinds[kind].named, len(split.kinds[kind].roles) - split.kinds[kind].named
        if len(step.objects) != named or len(absent) < new:
            continue
        known = dataclasses.replace(step, kind=kind, value=value)
        if new:
            known = _with_new(known, absent, new, initial, final, split)
            absent = [k for k in absent if k not in known.objects]
        steps.append(known)
    return steps, len(predicted) - len(steps)


def _with_new(step: Step, absent: Sequence[int], new: int, initial: State, final: State, split: Split) -> Step:
    """The step with those of the `absent` objects that it makes what they truly become, or else the first ones."""
    choices = [
        dataclasses.replace(step, objects=(*step.objects, *chosen)) for chosen in itertools.permutations(absent, new)
    ]
    for choice in choices:
        with contextlib.suppress(Exception):  # the step does not apply, or a user's kind fails for it
            after = split.kinds[step.kind].apply(initial, choice, split.vocabulary)
            if all(after[k].looks == final[k].looks for k in choice.objects if k in absent):
                return choice
    return choices[0]


_FAR = 10**6
"""Grid units to where objects out of sight are put to see where steps lead them; no kind moves an object as far."""


def _with_implied_starts(steps: Sequence[Step], initial: State, final: State, split: Split) -> State:
    """The initial state with each entering object at the start from which the steps lead to the true final state.

    What was reckoned from its start may end in the place of another object, as after a swap. An object whose start
    would not be out of sight, in the field, stays where it is.
    """
    grid, found, start = split.vocabulary.grid, initial, initial
    hidden = {k for k, obj in enumerate(initial.objects) if replay.sighting(obj, grid) == "unseen"}
    for k in hidden:
        found = found.replace(k, position=(_FAR * (k + 1), 0))
    for step in steps:
        with contextlib.suppress(Exception):  # the step does not apply, or a user's kind fails for it
            found = split.kinds[step.kind].apply(found, step, split.vocabulary)
    for end, true in zip(found.objects, final.objects, strict=True):
        k = round(end.position[0] / _FAR) - 1
        if k in hidden and replay.sighting(true, grid) == "seen":
            x, y = (t - e + far for t, e, far in zip(true.position, end.position, (_FAR * (k + 1), 0), strict=True))
            if grid.in_field((x, y)) and not grid.on_stage((x, y)):
                start = start.replace(k, position=(x, y))
    return start


@lru_cache(maxsize=64)
def _names(split: Split) -> dict[tuple[str, str], tuple[str, str]]:
    """(kind in lower case, normal form of a value) -> (kind, value) in the split's spelling."""
    return {
        (name.lower(), normal(name.lower(), value)): (name, value)
        for name, kind in split.kinds.items()
        for value in kind.values(split.vocabulary)
    }


def _distance(predicted: Object, true: Object, grid: Grid) -> int:
    """The number of fields in which two objects differ; out of sight, all positions in the field are one,
    and none at all is the same.

    As in TRANCE, a position out of the field is like no other.
    """
    count = sum(bool(getattr(predicted, name) != getattr(true, name)) for name in (*true.attributes, "rotation"))
    found, due = (replay.sighting(obj, grid) for obj in (predicted, true))
    if due == "seen":
        return count + (found != due or predicted.position != true.position)
    return count + (found == "seen" or (found == "unseen" and not grid.in_field(predicted.position)))
