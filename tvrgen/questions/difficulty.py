"""The difficulty of a question: a score in [0, 1], the weighted mean of seven parts.

The parts and their weights are chosen, not fitted to any model: they order questions for a curriculum and explain the
order. Each part is 0 for the easiest and 1 for the hardest question that datasets of this kind have.

objects       objects on stage in the first image: 0 for one, 1 for ten or more
steps         changes: 0 for none or one, 1 for four or more
kinds         different kinds among the changes: 0 for none or one, 1 for four or more
hidden        the share of a changed object that other objects cover, in the image that shows least of it; the largest
              of all changed objects
angle         the angle between the two cameras' viewing directions: 0 for none, 1 for 90 degrees or more
look_alikes   the share of a changed object's attributes that it has in common with the object on stage most like it;
              the mean over changed objects
crowding      the gap between the footprints of a changed object and its nearest neighbour, in the state where it is
              smallest: 1 for none, 0 for half the stage's side or more; the mean over changed objects

Where nothing changes, the last two are means over all objects on stage: any of them might have changed.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tvrgen.sampling.problem import Planned
from tvrgen.scene.model import Camera, Object
from tvrgen.scene.vocabulary import Grid, Vocabulary

WEIGHTS = {
    "objects": 0.20,
    "steps": 0.25,
    "kinds": 0.10,
    "hidden": 0.10,
    "angle": 0.20,
    "look_alikes": 0.10,
    "crowding": 0.05,
}


@dataclass(frozen=True, slots=True)
class Difficulty:
    """`parts` by name and `score`, their weighted mean: all in [0, 1], rounded to four decimals."""

    score: float
    parts: dict[str, float]


def difficulty(planned: Planned, view: str, vocabulary: Vocabulary) -> Difficulty:
    """Returns the difficulty of the question what changed, which shows the final state in `view`."""
    problem = planned.problem
    changed = sorted({k for step in problem.steps for k in step.objects})
    own = {
        "steps": (len(problem.steps) - 1) / 3,
        "kinds": (len({step.kind for step in problem.steps}) - 1) / 3,
        "angle": _angle(planned, view) / 90,
    }
    return _difficulty(planned, view, vocabulary, changed, own)


def of_objects(
    planned: Planned, view: str, vocabulary: Vocabulary, objects: Sequence[int], several: bool
) -> Difficulty:
    """Returns the difficulty of a question of another family, which is about some objects, or about all if none.

    `several` is whether it shows the initial image and the final one. Its parts `steps` and `kinds` are 0.
    """
    own = {"steps": 0.0, "kinds": 0.0, "angle": _angle(planned, view) / 90 if several else 0.0}
    return _difficulty(planned, view, vocabulary, objects, own)


def _difficulty(
    planned: Planned, view: str, vocabulary: Vocabulary, about: Sequence[int], own: Mapping[str, float]
) -> Difficulty:
    grid, first = vocabulary.grid, planned.states[0].objects
    on_stage = [k for k, o in enumerate(first) if grid.shows(o)]
    candidates = about or on_stage
    parts = {
        "objects": (len(on_stage) - 1) / 9,
        "hidden": max((_hidden(planned, k, view, grid) for k in about), default=0.0),
        "look_alikes": _mean(_alike(k, on_stage, first) for k in candidates),
        "crowding": _mean(1 - _nearest(k, planned, vocabulary) / (grid.stage * grid.unit) for k in candidates),
        **own,
    }
    parts = {name: parts[name] for name in WEIGHTS}
    parts = {name: round(min(1.0, max(0.0, part)), 4) for name, part in parts.items()}
    return Difficulty(round(sum(WEIGHTS[name] * part for name, part in parts.items()), 4), parts)


def _hidden(planned: Planned, k: int, view: str, grid: Grid) -> float:
    """The covered share of an object in the image that shows least of it, of those images in which it is on stage."""
    shots = (planned.initial, planned.final(view))
    shown = [shot.seen[k].fraction for shot in shots if grid.shows(shot.state.objects[k])]
    return 1 - min(shown, default=1.0)


def _angle(planned: Planned, view: str) -> float:
    """The angle between the two cameras' viewing directions, in degrees."""
    a, b = _direction(planned.initial.camera), _direction(planned.final(view).camera)
    return math.degrees(math.acos(min(1.0, max(-1.0, sum(x * y for x, y in zip(a, b, strict=True))))))


def _direction(camera: Camera) -> list[float]:
    offset = [a - b for a, b in zip(camera.location, camera.look_at, strict=True)]
    length = math.sqrt(sum(c * c for c in offset))
    return [c / length for c in offset]


def _alike(k: int, on_stage: list[int], objects: tuple[Object, ...]) -> float:
    """The share of attributes that object k has in common with the object on stage most like it; 0 if it is alone."""
    return max((_common(objects[k], objects[other]) for other in on_stage if other != k), default=0.0)


def _common(a: Object, b: Object) -> float:
    """The share of attributes in which two objects are equal."""
    return sum(x == y for x, y in zip(a.looks, b.looks, strict=True)) / len(a.looks)


def _nearest(k: int, planned: Planned, words: Vocabulary) -> float:
    """The gap between the footprints of object k and of its nearest neighbour on stage, in metres; infinite if none.

    It is the smaller gap of those in the initial and in the final state; 0 at least. A state in which object k is off
    stage does not count.
    """
    gaps = [math.inf]
    for objects in (planned.states[0].objects, planned.states[-1].objects):
        own, on_stage = objects[k], [o for o in objects if words.grid.shows(o)]
        for other in on_stage if own in on_stage else ():
            if other is not own:
                apart = math.dist(own.position, other.position) * words.grid.unit
                gaps.append(apart - words.sizes[own.size] - words.sizes[other.size])
    return max(0.0, min(gaps))


def _mean(values: Iterable[float]) -> float:
    """The mean of values, each at least 0; 0 for none."""
    values = [max(0.0, value) for value in values]
    return sum(values) / len(values) if values else 0.0
