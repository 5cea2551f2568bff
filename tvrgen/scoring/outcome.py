"""TRANCE's outcome (CVPR 2021): predicted steps are applied to the initial state, and final states are compared."""

import contextlib
import dataclasses
import logging
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
from tvrgen.scoring.new_objects import Placed, count_new, placed, without
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Role, Step
from tvrgen.transformations.own import KindError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of predicted steps.

    loose         they lead to the true final state, and none is invalid
    correct       besides, no step makes objects overlap, takes one out of the field, or is out of sight or of role
    distance      the number of attributes, over all objects, in which the predicted and the true final state differ
    normalised    `distance` over the number of true steps (over 1 if there are none)
    overlap       a step makes objects overlap
    out_of_field  a step takes an object out of the field
    out_of_sight  a step changes only what is out of sight before and after it
    out_of_role   a step leads an object into sight, or out of it, where its kind never does
    invalid       the number of unreadable parts, and of steps with an object, kind or value that the problem lacks
    """

    correct: bool
    loose: bool
    distance: int
    normalised: float
    overlap: bool
    out_of_field: bool
    out_of_sight: bool
    out_of_role: bool
    invalid: int


def outcome_score(answer: Answer, scene: Record, split: Split) -> Outcome:
    """Applies an answer's steps, in their order, to the initial state of a scene line.

    A step to the value that an object has already changes nothing. Positions are compared for objects that are truly on
    stage in the end; for others it is enough that they end off stage, in the field. No image shows where objects out of
    sight are: if the answer is not correct as it is, entering objects may start elsewhere, and others are in no one's
    way; what it says is new may be what came into sight, or what it says is gone. A new object that the last image does
    not show counts as one attribute.
    """
    initial, final = (state_from(scene[when], split.vocabulary) for when in ("initial", "final"))
    steps, invalid = _known_steps(answer.steps, split, initial)
    invalid += len(answer.faults)
    count = len(scene["steps"])
    found = _of_placed(placed(steps, initial, final, split), initial, final, count, split, invalid)
    if found.correct or len(steps) > count or not any(count_new(step, split) for step in steps):
        return found
    renewed = placed(steps, initial, final, split, renews=True)
    return _better(found, _of_placed(renewed, initial, final, count, split, invalid))


def outcome_of(steps: Sequence[Step], initial: State, final: State, true_steps: int, split: Split) -> Outcome:
    """The outcome of steps that the split knows, with an index for each object; `true_steps` lead to `final`."""
    return _of_placed(Placed(tuple(steps)), initial, final, true_steps, split)


def _of_placed(own: Placed, initial: State, final: State, true_steps: int, split: Split, invalid: int = 0) -> Outcome:
    """The outcome of steps, besides `invalid` parts, from the initial state, or else from one that looks like it."""

    anew = [k for number in own.renewed for k in own.steps[number].objects]
    initial = without(initial, (k for k in anew if not split.vocabulary.grid.shows(initial[k])), final)

    def run(start: State, as_seen: bool) -> Outcome:
        return _run(own, start, final, true_steps, split, invalid, as_seen)

    found = run(initial, as_seen=False)
    if found.correct:
        return found
    return _better(found, run(_with_implied_starts(own.steps, initial, final, split), as_seen=True))


def _better(one: Outcome, other: Outcome) -> Outcome:
    """The outcome that is correct, or else nearer; the first of equal ones."""
    return min(one, other, key=lambda o: (not o.correct, o.distance))


def _run(
    own: Placed, state: State, final: State, true_steps: int, split: Split, invalid: int, as_seen: bool
) -> Outcome:
    """The outcome of steps that the split knows, applied to `state`.

    With `as_seen`, objects out of sight are in no one's way, unless the steps name them.
    """
    words, grid = split.vocabulary, split.vocabulary.grid
    named = {k for step in own.steps for k in step.objects}

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
    out_of_field = out_of_sight = out_of_role = False
    surplus = own.surplus
    for number, step in enumerate(own.steps):
        before = state = without(state, step.objects, final) if number in own.renewed else state
        try:
            state = split.kinds[step.kind].apply(before, step, words)
        except Rejected:
            surplus += count_new(step, split)
            continue
        except KindError as error:  # for a step that the sampler never makes, or for all
            _warn(error.kind, error.member, error.text)
            invalid += 1
            continue
        changed = replay.differing(before, state)
        if not changed:
            continue
        moved = [k for k in changed if (before[k].position, before[k].size) != (state[k].position, state[k].size)]
        overlap = overlap or crowded(moved)
        out_of_field = out_of_field or not all(grid.in_field(state[k].position) for k in moved)
        out_of_sight = out_of_sight or not any(grid.shows(s[k]) for k in changed for s in (before, state))
        out_of_role = out_of_role or not _plays(step, before, state, split)
    pairs = zip(state.objects, final.objects, strict=True)
    distance = sum(_distance(found, true, grid) for found, true in pairs) + surplus
    loose = not distance and not invalid
    return Outcome(
        correct=loose and not overlap and not out_of_field and not out_of_sight and not out_of_role,
        loose=loose,
        distance=distance,
        normalised=distance / max(1, true_steps),
        overlap=overlap,
        out_of_field=out_of_field,
        out_of_sight=out_of_sight,
        out_of_role=out_of_role,
        invalid=invalid,
    )


def _plays(step: Step, before: State, after: State, split: Split) -> bool:
    """Whether the objects of a step are where its kind wants them; of a kind with several ways, anywhere will do.

    So an object may be moved out and in again, on the way, where a config has moves of one of these types alone.
    """
    kind = split.kinds[step.kind]
    if kind.variants(split.sampling).keys() != {""}:
        return True
    found = replay.roles(before, after, step, split.vocabulary.grid)
    return all(map(Role.allows, kind.roles, found))


def _known_steps(predicted: Sequence[Step], split: Split, initial: State) -> tuple[list[Step], int]:
    """The predicted steps with the split's spelling of kinds and values, and the number of steps that it lacks."""
    names = _names(split)
    steps = []
    for step in predicted:
        lowered = step.kind.lower()
        name = names.get((lowered, normal(lowered, step.value)))
        if name is None or not all(k < len(initial.objects) and initial[k].present for k in step.objects):
            continue
        kind, value = name
        if len(step.objects) == split.kinds[kind].named:
            steps.append(dataclasses.replace(step, kind=kind, value=value))
    return steps, len(predicted) - len(steps)


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
        with contextlib.suppress(Rejected, KindError):  # the step does not apply, or a user's kind fails for it
            found = split.kinds[step.kind].apply(found, step, split.vocabulary)
    for end, true in zip(found.objects, final.objects, strict=True):
        k = round(end.position[0] / _FAR) - 1
        if k in hidden and replay.sighting(true, grid) == "seen":
            x, y = (t - e + far for t, e, far in zip(true.position, end.position, (_FAR * (k + 1), 0), strict=True))
            if grid.in_field((x, y)) and not grid.on_stage((x, y)):
                start = start.replace(k, position=(x, y))
    return start


@lru_cache(maxsize=64)
def _warn(kind: str, member: str, text: str) -> None:
    """Warns once of a user's kind that fails for predicted steps."""
    _log.warning("%s; steps for which it does count as invalid", KindError(kind, member, text))


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
