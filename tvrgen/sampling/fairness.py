"""Checks of the rules of a fair problem. Each raises `Rejected` with the first rule that is broken."""

import itertools
from collections.abc import Collection, Iterable, Sequence

from tvrgen.config.settings import SamplingSettings
from tvrgen.imaging.shots import Shot
from tvrgen.sampling import rules
from tvrgen.sampling.looks import turns_unseen, undone
from tvrgen.scene import footprints
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Grid, Vocabulary
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Step


def check_states(
    states: Sequence[State], steps: Sequence[Step], sampling: SamplingSettings, vocabulary: Vocabulary
) -> None:
    """Checks the rules on states and steps; `states` are those before, between and after the steps."""
    check_steps(states, steps, sampling, vocabulary)
    changing = {k for before, after in itertools.pairwise(states) for k in replay.differing(before, after)}
    changing |= {k for step in steps for k in step.objects}
    if not sampling.twins:
        _check_alike_in_the_end(states[0], states[-1], vocabulary.grid)
    _check_initial(states[0], changing, sampling, vocabulary)


def check_steps(
    states: Sequence[State], steps: Sequence[Step], sampling: SamplingSettings, vocabulary: Vocabulary
) -> None:
    """Checks the rules on what steps do, but none on the first and the last state."""
    touched: set[tuple[int, str]] = set()
    for before, after, step in zip(states, states[1:], steps, strict=False):
        changed = replay.differing(before, after)
        for k in changed:
            _check_change(before[k], after[k], sampling, vocabulary)
        if not all(vocabulary.grid.shows(after[k]) for k in step.objects if k not in changed):
            raise Rejected(rules.ENTERS_FIRST)
        leaving = [k for k in changed if not vocabulary.grid.shows(after[k])]
        if any(k in leaving for k, _ in touched):
            raise Rejected(rules.LEAVES_UNCHANGED)
        if not sampling.repeat and any((k, step.kind) in touched for k in step.objects):
            raise Rejected(rules.ONCE_A_KIND)
        if footprints.crowded(after, vocabulary, changed):
            raise Rejected(rules.GAP)
        touched |= {(k, step.kind) for k in (*step.objects, *changed)}
    for k in {k for k, _ in touched}:
        history = [state.objects[k] for state in states]
        if undone(history):
            raise Rejected(rules.NOTHING_UNDONE)
        if turns_unseen(history):
            raise Rejected(rules.TURN_SHOWS)


def _check_change(was: Object, is_: Object, sampling: SamplingSettings, vocabulary: Vocabulary) -> None:
    """Checks the rules on one object before and after a step that changes it."""
    grid = vocabulary.grid
    if not grid.shows(was) and not grid.shows(is_):
        raise Rejected(rules.ENTERS_FIRST if was.position == is_.position else rules.MOVE_OFF_STAGE)
    if not sampling.constraints.allow(is_):
        raise Rejected(rules.CONSTRAINTS)
    if not grid.in_field(is_.position):
        raise Rejected(rules.IN_FIELD)


def _check_initial(state: State, changing: Collection[int], sampling: SamplingSettings, vocabulary: Vocabulary) -> None:
    grid = vocabulary.grid
    if not all(grid.in_field(o.position) for o in state.objects):
        raise Rejected(rules.IN_FIELD)
    if footprints.crowded(state, vocabulary):
        raise Rejected(rules.GAP)
    if not all(map(sampling.constraints.allow, state.objects)):
        raise Rejected(rules.CONSTRAINTS)
    there = [o for o in state.objects if o.present]
    if len({o.looks for o in there}) < len(there):
        if not sampling.twins:
            raise Rejected(rules.NO_TWINS)
        off_stage = [(k, o.looks) for k, o in enumerate(state.objects) if not grid.shows(o)]
        if any(k in changing and sum(looks == other for _, other in off_stage) > 1 for k, looks in off_stage):
            raise Rejected(rules.NO_TWIN_ENTERS)


def _check_alike_in_the_end(initial: State, final: State, grid: Grid) -> None:
    """Checks that objects that come to look alike have not moved, so that their positions identify them."""
    first, last = initial.objects, final.objects
    seen = [k for k, o in enumerate(last) if grid.shows(o)]
    if len({last[k].looks for k in seen}) == len(seen):
        return
    for k in seen:
        alike = sum(last[k].looks == last[other].looks for other in seen)
        if alike > 1 and first[k].position != last[k].position:
            raise Rejected(rules.ALIKE_IN_PLACE)


def least_pixels(min_visible_pixels: int, width: int) -> float:
    """Returns the least number of visible pixels of an object in sight, in an image `width` pixels wide.

    `min_visible_pixels` is for 320 pixels; at one field of view an object's pixels grow with the square of the width.
    """
    return min_visible_pixels * (width / 320) ** 2


def check_sight(shot: Shot, changed: Iterable[int], least: float, grid: Grid) -> None:
    """Checks that each changed object that is on stage has at least `least` visible pixels in the shot."""
    for k in changed:
        if grid.shows(shot.state.objects[k]) and shot.seen[k].pixels < least:
            raise Rejected(rules.IN_SIGHT.at(f"{shot.when} image, camera {shot.camera.name}"))
