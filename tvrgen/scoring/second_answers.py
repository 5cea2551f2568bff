"""Second right answers of a problem: short ones that explain its images and that its question does not accept."""

from collections.abc import Iterator

from tvrgen.config.settings import Split
from tvrgen.questions.families import changes
from tvrgen.questions.forms.changes_text import Answer
from tvrgen.sampling.explanations import explanations
from tvrgen.sampling.problem import Planned
from tvrgen.scoring.options import STAR_R1
from tvrgen.scoring.outcome import outcome_of
from tvrgen.scoring.star_r1 import reward_of
from tvrgen.scoring.truth import truth_of
from tvrgen.transformations.base import Step


def second_answers(planned: Planned, split: Split, most_steps: int | None = None) -> Iterator[tuple[Step, ...]]:
    """Yields the answers of up to `most_steps` steps that are as right as the problem's own, and are not accepted.

    An answer is accepted if the reward pays it in full. Where objects may change twice in one kind
    (`sampling.repeat`), it is enough that its outcome is correct, as the images do not show what is between.

    `most_steps` None: as many as the shortest accepted answer has. A problem drawn by the sampler has no second answer
    as short as that; of longer ones there is no end. Steps name objects as answers do, so what appears is not named.
    """
    if most_steps is None:
        most_steps = min(map(len, (planned.accepted, *planned.alternatives)))
    initial, final, own = planned.states[0], planned.states[-1], planned.problem.steps
    truth = truth_of(
        {
            "changes": changes.changes(planned, planned.accepted, split),
            "alternatives": [changes.changes(planned, other, split) for other in planned.alternatives],
        }
    )
    for steps in explanations(initial, final, split, most_steps):
        said = tuple(map(planned.as_said, steps))
        if reward_of(Answer(said), True, truth, STAR_R1).correct:
            continue
        known = all(k < len(initial.objects) for step in steps for k in step.objects)
        if not (split.sampling.repeat and known and outcome_of(steps, initial, final, len(own), split).correct):
            yield said
