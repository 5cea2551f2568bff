"""Grading of samples: which responses to a question are right, and which kinds of change the others got wrong."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tvrgen._support.json_lines import Record
from tvrgen.dataset.reader import Dataset
from tvrgen.export.reader import family
from tvrgen.export.selection import facts
from tvrgen.scoring.graded import read_truth, reward
from tvrgen.scoring.options import STAR_R1
from tvrgen.scoring.pass_rates import PassRate
from tvrgen.scoring.star_r1 import answer_in, reward_of, right_kinds
from tvrgen.scoring.truth import Truth

Kinds = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A question with its samples, graded.

    `steps` is the number of its changes, and None where the question is not what changed. `right` are the responses
    that are right. `wrong` counts the others by the kinds of change that each got wrong: all kinds of the question
    where an answer is wrong in another way, none where nothing changes, or where the question is not what changed.
    """

    split: str
    family: str
    view: str
    objects: int
    steps: int | None
    pass_rate: PassRate
    right: tuple[str, ...]
    wrong: Mapping[Kinds, int]


def grade(dataset: Dataset, split: str, samples: Mapping[str, Sequence[Any]]) -> Iterator[Sampled | None]:
    """Yields each question of a split with its samples, by ids, graded; None where it has none."""
    for line in dataset.questions(split):
        own = samples.get(line["id"])
        yield _graded(line, own) if own else None


def _graded(line: Record, samples: Sequence[Any]) -> Sampled:
    truth = read_truth(line)
    right: list[str] = []
    wrong: Counter[Kinds] = Counter()
    for response in samples:
        if isinstance(truth, Truth):
            well_formed, answer = answer_in(response, truth, STAR_R1)
            if reward_of(answer, well_formed, truth, STAR_R1).correct:
                right.append(response)
                continue
            kinds = right_kinds(answer, truth)
            wrong[tuple(kind for kind, is_right in kinds.items() if not is_right) or tuple(kinds)] += 1
        elif reward(response, truth).correct:
            right.append(response)
        else:
            wrong[()] += 1
    own = facts(line)
    return Sampled(
        split=line["split"],
        family=family(line),
        view=line["view"]["final"],
        objects=own["objects"][0],
        steps=own["steps"][0] if isinstance(truth, Truth) else None,
        pass_rate=PassRate(line["id"], len(samples), len(right)),
        right=tuple(right),
        wrong=wrong,
    )
