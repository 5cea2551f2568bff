"""What makes a problem fair, checked. Raises `Rejected` naming the first rule that is broken."""

from collections.abc import Iterable

from tvrgen.imaging.shots import Shot
from tvrgen.sampling.looks import undone
from tvrgen.scene import footprints
from tvrgen.scene.model import State
from tvrgen.scene.vocabulary import Grid
from tvrgen.settings import Split
from tvrgen.transformations import position
from tvrgen.transformations.base import Rejected, Step


def check_states(states: tuple[State, ...], steps: tuple[Step, ...], split: Split) -> None:
    """The rules on states and steps."""
    words, sampling = split.vocabulary, split.sampling
    seen: set[tuple[int, str]] = set()
    for before, after, step in zip(states, states[1:], steps, strict=False):
        was, is_ = before.objects[step.object], after.objects[step.object]
        move = position.move_type(was, is_, words)
        if move is None and not words.grid.on_stage(was.position):
            raise Rejected("an object out of sight only enters")
        if move == "out" and any(k == step.object for k, _ in seen):
            raise Rejected("an object that has changed does not leave")
        if (step.object, step.kind) in seen and not sampling.repeat:
            raise Rejected("an object changes once in each kind")
        if not sampling.constraints.allow(is_):
            raise Rejected("sampling.only and sampling.never hold after every step")
        if not words.grid.in_field(is_.position):
            raise Rejected("objects stay in the field")
        if footprints.crowded(after, words, (step.object,)):
            raise Rejected("objects keep a gap")
        seen.add((step.object, step.kind))
    if any(undone([state.objects[k] for state in states]) for k in {k for k, _ in seen}):
        raise Rejected("nothing is undone")
    if not sampling.twins:
        _check_alike_in_the_end(states, split)
    _check_initial(states[0], {s.object for s in steps}, split)


def _check_initial(state: State, changing: set[int], split: Split) -> None:
    words, sampling = split.vocabulary, split.sampling
    if not all(words.grid.in_field(o.position) for o in state.objects):
        raise Rejected("objects stay in the field")
    if footprints.crowded(state, words):
        raise Rejected("objects keep a gap")
    if not all(sampling.constraints.allow(o) for o in state.objects):
        raise Rejected("sampling.only and sampling.never hold after every step")
    if len({o.looks for o in state.objects}) < len(state.objects):
        if not sampling.twins:
            raise Rejected("no two objects look the same")
        hidden = [(k, o.looks) for k, o in enumerate(state.objects) if not words.grid.on_stage(o.position)]
        if any(k in changing and sum(looks == other for _, other in hidden) > 1 for k, looks in hidden):
            raise Rejected("of twins out of sight, none enters")


def _check_alike_in_the_end(states: tuple[State, ...], split: Split) -> None:
    """Objects may come to look alike, but then by their places one can tell which is which."""
    first, last = states[0].objects, states[-1].objects
    seen = [k for k, o in enumerate(last) if split.vocabulary.grid.on_stage(o.position)]
    if len({last[k].looks for k in seen}) == len(seen):
        return
    for k in seen:
        alike = sum(last[k].looks == last[other].looks for other in seen)
        if alike > 1 and first[k].position != last[k].position:
            raise Rejected("objects that look alike in the end have not moved")


def least_pixels(min_visible_pixels: int, width: int) -> float:
    """The visible pixels from which on an object counts as in sight.

    At one field of view an object's pixels grow with the square of the image's width.
    """
    return min_visible_pixels * (width / 320) ** 2


def check_sight(shot: Shot, changed: Iterable[int], least: float, grid: Grid) -> None:
    """Each changed object that is on stage has at least `least` visible pixels in the shot."""
    for k in changed:
        if grid.on_stage(shot.state.objects[k].position) and shot.seen[k].pixels < least:
            raise Rejected(f"a changed object is in sight ({shot.when} image, camera {shot.camera.name})")
