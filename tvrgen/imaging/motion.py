"""Motion: where objects are while one state becomes the next, and the shots that show it.

Places, angles and sizes go from their values to the next ones at a steady pace. All else, such as a colour, a shape or
being there, has no values in between: a shot of the looks before is faded into one of the looks after, in equal poses.
It follows from the states alone, so it is the same for every kind of change.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tvrgen.imaging.shots import Pose, Shot
from tvrgen.scene import mesh
from tvrgen.scene.footprints import are_apart
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary

_SAMPLES = 96
"""Moments of a change at which footprints are compared: every few centimetres of a move."""

_CLEARANCE = 0.05
"""Metres between an object in the air and what it passes over, at least."""


@dataclass(frozen=True, slots=True)
class Motion:
    """The ways of all objects from one state to the next. `arcs` has the height in metres of each one's arc, or 0."""

    starts: tuple[Pose, ...]
    ends: tuple[Pose, ...]
    arcs: tuple[float, ...]

    def poses(self, progress: float) -> tuple[Pose, ...]:
        """The poses of all objects at a progress from 0 to 1."""
        ways = zip(self.starts, self.ends, self.arcs, strict=True)
        return tuple(_between(start, end, arc, progress) for start, end, arc in ways)


@dataclass(frozen=True, slots=True)
class Change:
    """A change from one state to the next, from one view.

    `still` are the shots of which it consists if nothing moves: both, or one where the two look alike.
    """

    still: tuple[Shot, ...]
    motion: Motion | None

    def shots(self, progress: float) -> tuple[Shot, ...]:
        """The shots of which the frame at a progress from 0 to 1 consists: one, or two that are faded."""
        if self.motion is None:
            return self.still
        poses = self.motion.poses(progress)
        return tuple(dataclasses.replace(shot, when="clip", poses=poses, sights=None) for shot in self.still)


def change(before: Shot, after: Shot, vocabulary: Vocabulary) -> Change:
    """Returns the change between two states, given by their shots from one view."""
    looks = [[_looks(obj, vocabulary) for obj in shot.state.objects] for shot in (before, after)]
    way = motion(before.state, after.state, vocabulary)
    moves = any(way.starts[k] != way.ends[k] for k in _shown(before.state, after.state, vocabulary))
    return Change((before,) if looks[0] == looks[1] else (before, after), way if moves else None)


def motion(before: State, after: State, vocabulary: Vocabulary) -> Motion:
    """Returns the motion between two states: objects that would run into another one go over it in an arc.

    Of two that would meet on their ways, the smaller one goes over the other; of equal ones, that of the lower index.
    """
    # what appears or disappears does so where it is
    was = [own if own.present else other for own, other in zip(before.objects, after.objects, strict=True)]
    is_ = [own if own.present else other for own, other in zip(after.objects, before.objects, strict=True)]
    starts, ends = (tuple(at_rest(obj, vocabulary) for obj in objects) for objects in (was, is_))
    shown = _shown(before, after, vocabulary)
    heights = {k: max(_height(obj, vocabulary) for obj in (was[k], is_[k])) for k in shown}
    arcs = [0.0] * len(starts)
    moved = [k for k in shown if starts[k].place != ends[k].place]
    below = [k for k in shown if k not in moved]
    for k in sorted(moved, key=lambda k: (-max(starts[k].size, ends[k].size), -k)):
        arcs[k] = _arc(k, below, Motion(starts, ends, tuple(arcs)), heights)
        below.append(k)  # smaller ones go over it, however high it goes itself
    return Motion(starts, ends, tuple(arcs))


def at_rest(obj: Object, vocabulary: Vocabulary) -> Pose:
    """The pose of an object in its state."""
    unit = vocabulary.grid.unit
    return Pose(obj.position[0] * unit, obj.position[1] * unit, 0.0, obj.rotation, vocabulary.sizes[obj.size])


def _shown(before: State, after: State, vocabulary: Vocabulary) -> list[int]:
    """The objects that are there and on stage in one of two states, or in both."""
    shows = vocabulary.grid.shows
    return [k for k, own in enumerate(zip(before.objects, after.objects, strict=True)) if any(map(shows, own))]


def _looks(obj: Object, vocabulary: Vocabulary) -> dict[str, str] | None:
    """What an image shows of an object besides its pose: its attributes but the size; None if it shows nothing."""
    return {**obj.attributes, "size": ""} if vocabulary.grid.shows(obj) else None


def _height(obj: Object, vocabulary: Vocabulary) -> float:
    """The height of an object as a multiple of its size."""
    return float(mesh.load(vocabulary.shapes[obj.shape]).bounds[1][2])


def _between(start: Pose, end: Pose, arc: float, progress: float) -> Pose:
    turn = (end.rotation - start.rotation + 180) % 360 - 180  # the shorter way
    x, y, size = (a + (b - a) * progress for a, b in ((start.x, end.x), (start.y, end.y), (start.size, end.size)))
    return Pose(x, y, arc * _lift(progress), start.rotation + turn * progress, size)


def _lift(progress: float) -> float:
    """The height on an arc as a share of its greatest. Half a superellipse is steep enough to clear what is near."""
    return float((1 - abs(2 * progress - 1) ** 3) ** (1 / 3))


def _arc(k: int, below: Sequence[int], way: Motion, heights: Mapping[int, float]) -> float:
    """The height of the arc on which object k clears those of the objects `below` that are in its way."""
    arc = 0.0
    for progress in (sample / _SAMPLES for sample in range(1, _SAMPLES)):
        poses = way.poses(progress)
        own = poses[k]
        for other in below:
            met = poses[other]
            if not are_apart(own.place, own.size, met.place, met.size):
                arc = max(arc, (met.z + heights[other] * met.size + _CLEARANCE) / _lift(progress))
    return arc
