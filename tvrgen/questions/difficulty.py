"""How hard a question is, from what its problem holds: a number in [0, 1] and the parts it is made of.

The parts and their weights are chosen, not fitted to any model: they order questions for a curriculum, and say why one
stands where it does. Each part is 0 for the easiest and 1 for the hardest that datasets of this kind have.

objects       visible objects in the first image: 0 for one, 1 for ten or more
steps         changes: 0 for one or none, 1 for four or more
kinds         different kinds among them: 0 for one, 1 for four or more
hidden        the part of a changed object that others cover, in the image that shows least of it
angle         between the directions in which the two cameras look: 1 for 90 degrees or more
look_alikes   attributes that a changed object shares with the visible object most like it, of four
crowding      how near another object stands to a changed one, in the image where one is nearest: 0 for half the stage's
              side between their footprints, 1 for nothing
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tvrgen.sampling.problem import Planned
from tvrgen.scene.model import Camera, Object
from tvrgen.settings import Split

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
    """`parts` by name, each in [0, 1]; `score` is their weighted mean."""

    score: float
    parts: dict[str, float]


def difficulty(planned: Planned, view: str, split: Split) -> Difficulty:
    """Of the question with the final view `view`."""
    grid, problem, first = split.vocabulary.grid, planned.problem, planned.states[0].objects
    seen = [k for k, o in enumerate(first) if grid.on_stage(o.position)]
    changed = sorted({step.object for step in problem.steps})
    # where nothing changes, every object might have
    looked_at = changed or seen
    parts = {
        "objects": (len(seen) - 1) / 9,
        "steps": (len(problem.steps) - 1) / 3,
        "kinds": (len({step.kind for step in problem.steps}) - 1) / 3,
        "hidden": max((_hidden(planned, k, view, split) for k in changed), default=0.0),
        "angle": _angle(planned, view) / 90,
        "look_alikes": _mean(_alike(k, seen, first) for k in looked_at),
        "crowding": _mean(1 - _nearest(k, planned, split) / (grid.stage * grid.unit) for k in looked_at),
    }
    parts = {name: round(min(1.0, max(0.0, part)), 4) for name, part in parts.items()}
    return Difficulty(round(sum(WEIGHTS[name] * part for name, part in parts.items()), 4), parts)


def _hidden(planned: Planned, k: int, view: str, split: Split) -> float:
    """The covered part of an object, in the image that shows least of it; images that it is not in say nothing."""
    on_stage = split.vocabulary.grid.on_stage
    first, last = planned.states[0].objects[k], planned.states[-1].objects[k]
    shown = [planned.initial[split.cameras.initial][k].fraction] if on_stage(first.position) else []
    shown += [planned.final[view][k].fraction] if on_stage(last.position) else []
    return 1 - min(shown, default=1.0)


def _angle(planned: Planned, view: str) -> float:
    """Degrees between the directions in which the two cameras look."""
    shots = planned.problem.shots()
    (_, first, _), last = shots[0], next(camera for _, camera, _ in shots[1:] if camera.name == view)
    a, b = _direction(first), _direction(last)
    return math.degrees(math.acos(min(1.0, max(-1.0, sum(x * y for x, y in zip(a, b, strict=True))))))


def _direction(camera: Camera) -> list[float]:
    offset = [a - b for a, b in zip(camera.location, camera.look_at, strict=True)]
    length = math.sqrt(sum(c * c for c in offset))
    return [c / length for c in offset]


def _alike(k: int, seen: list[int], objects: tuple[Object, ...]) -> float:
    """The share of its looks that an object has in common with the one most like it."""
    return max(
        (sum(a == b for a, b in zip(objects[k].looks, objects[o].looks, strict=True)) / 4 for o in seen if o != k),
        default=0.0,
    )


def _nearest(k: int, planned: Planned, split: Split) -> float:
    """Metres between an object's footprint and the nearest other one, in the first state or the last; far, if none."""
    words, gaps = split.vocabulary, [math.inf]
    for objects in (planned.states[0].objects, planned.states[-1].objects):
        own, seen = objects[k], [o for o in objects if words.grid.on_stage(o.position)]
        for other in seen if own in seen else ():
            if other is not own:
                apart = math.dist(own.position, other.position) * words.grid.unit
                gaps.append(apart - words.sizes[own.size] - words.sizes[other.size])
    return max(0.0, min(gaps))


def _mean(values: Iterable[float]) -> float:
    values = [max(0.0, value) for value in values]
    return sum(values) / len(values) if values else 0.0
