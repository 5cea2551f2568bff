"""Scores of responses: STAR-R1's reward, TRANCE's outcome, metrics over a whole dataset.

    from tvrgen.scoring import star_r1_reward
    star_r1_reward("<think>...</think><answer>2.color.cyan</answer>", question).total

The reward needs the standard library alone; `outcome_score` loads numpy when it is first used. Imports `dataset` and
the layers below it. A new trainer's call of the reward is a file in `adapters`, a new figure of a test set starts in
`metrics`.
"""

import importlib
from typing import Any

from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.questions.forms.changes_text import Answer
from tvrgen.scoring.graded import Score, reward
from tvrgen.scoring.options import Options
from tvrgen.scoring.star_r1 import Reward, star_r1_reward
from tvrgen.scoring.truth import ground_truth, truth_of
from tvrgen.scoring.two_groups import two_group_rewards

__all__ = [
    "Answer", "Options", "Reward", "Score", "ground_truth", "outcome_score", "parse_answer", "reward",
    "star_r1_reward", "truth_of", "two_group_rewards",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name != "outcome_score":
        raise AttributeError(f"module 'tvrgen.scoring' has no attribute {name!r}")
    return importlib.import_module("tvrgen.scoring.outcome").outcome_score
