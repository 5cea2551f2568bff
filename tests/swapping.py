"""A kind of change on two objects, as a user writes it, and hand-made problems with it."""

import dataclasses

from tests.tiny import handmade
from tvrgen.config.settings import Config, Split
from tvrgen.sampling import sampler
from tvrgen.sampling.problem import Planned
from tvrgen.transformations import replay
from tvrgen.transformations.base import Role, Step, Transformation

OVERRIDES = ("sampling.kinds=[color, material, 'tests.swapping:Swap']", "sampling.on_stage=3", "sampling.steps=[1, 2]")


class Swap(Transformation):
    """Two objects change places."""

    name = "exchange"
    roles = (Role(), Role())

    def apply(self, state, step, vocabulary):
        a, b = step.objects
        return state.replace(a, position=state[b].position).replace(b, position=state[a].position)


def swapped(config: Config, split: Split, index: int) -> Planned:
    """A problem that needs no rays: two of the hand-made objects change places, and one has another colour."""
    made = handmade(config, split, index)
    steps = (Step(objects=(1, 0), kind="exchange"), made.problem.steps[0])
    problem = dataclasses.replace(made.problem, steps=steps)
    states = replay.replay(problem.initial, steps, split.kinds, split.vocabulary)
    shots = problem.shots(states, split.render.width, split.render.height)
    shots = tuple(dataclasses.replace(s, sights=None if s.intermediate else made.initial.sights) for s in shots)
    return sampler.completed(problem, states, shots, split)
