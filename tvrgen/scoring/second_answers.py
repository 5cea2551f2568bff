"""Second right answers of a problem: short ones that explain its images and that its question does not accept."""

from collections.abc import Iterator

from tvrgen.config.settings import Split
from tvrgen.sampling.explanations import explanations
from tvrgen.sampling.problem import Planned
from tvrgen.scoring.outcome import outcome_of
from tvrgen.transformations.base import Step


def second_answers(planned: Planned, split: Split, most_steps: int | None = None) -> Iterator[tuple[Step, ...]]:
    """Yields the answers of up to `most_steps` steps that are as right as the problem's own, and are not accepted.

    `most_steps` None: as many as the problem has. A problem drawn by the sampler has no second answer as short as its
    own; of longer ones there is no end.
    """
    initial, final, own = planned.states[0], planned.states[-1], planned.problem.steps
    for steps in explanations(initial, final, split, len(own) if most_steps is None else most_steps):
        if not outcome_of(steps, initial, final, len(own), split).correct:
            yield steps
