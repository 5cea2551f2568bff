"""Kinds of change that move objects, as a user writes them without `fields`, and hand-made problems with them."""

import dataclasses

from tests.tiny import handmade
from tvrgen.config.settings import Config, Split
from tvrgen.sampling import sampler
from tvrgen.sampling.problem import Planned
from tvrgen.transformations import replay
from tvrgen.transformations.base import ObjectTransformation, Role, Step, Transformation

OVERRIDES = (
    "sampling.kinds=[color, material, 'tests.swapping:Exchange']",
    "sampling.on_stage=3",
    "sampling.steps=[1, 2]",
)


class Exchange(Transformation):
    """Two objects change places."""

    name = "exchange"
    roles = (Role(), Role())

    def apply(self, state, step, vocabulary):
        a, b = step.objects
        return state.replace(a, position=state[b].position).replace(b, position=state[a].position)


class Slide(ObjectTransformation):
    """An object moves to the left or the right, as far as a move of distance 2 does."""

    name = "slide"

    def values(self, vocabulary):
        return ("left", "right")

    def change(self, obj, value, vocabulary):
        dx, dy = vocabulary.displacement(value, 2)
        return dataclasses.replace(obj, position=(obj.position[0] + dx, obj.position[1] + dy))


class Mirror(ObjectTransformation):
    """An object moves to the other side of a line near the middle of the stage."""

    name = "mirror"
    fields = frozenset({"position"})

    def change(self, obj, value, vocabulary):
        return dataclasses.replace(obj, position=(2 - obj.position[0], obj.position[1]))


class Rotate(Transformation):
    """Each of three objects takes the place of the next."""

    name = "rotate"
    roles = (Role(), Role(), Role())
    ordered = True

    def apply(self, state, step, vocabulary):
        a, b, c = step.objects
        after = state.replace(a, position=state[b].position).replace(b, position=state[c].position)
        return after.replace(c, position=state[a].position)


def swapped(config: Config, split: Split, index: int) -> Planned:
    """A problem that needs no rays: two of the hand-made objects change places, and one has another colour."""
    made = handmade(config, split, index)
    steps = (Step(objects=(1, 0), kind="exchange"), made.problem.steps[0])
    problem = dataclasses.replace(made.problem, steps=steps)
    states = replay.replay(problem.initial, steps, split.kinds, split.vocabulary)
    shots = problem.shots(states, split.render.width, split.render.height)
    shots = tuple(dataclasses.replace(s, sights=None if s.intermediate else made.initial.sights) for s in shots)
    return sampler.completed(problem, states, shots, split)
