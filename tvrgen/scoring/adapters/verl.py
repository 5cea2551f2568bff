"""verl: `custom_reward_function.path` is this file's, `.name` compute_score, `.reward_kwargs` the reward's options."""

from typing import Any

from tvrgen.scoring.adapters import common


def compute_score(
    data_source: str, solution_str: str, ground_truth: Any, extra_info: Any = None, **kwargs: Any
) -> dict[str, float]:
    """STAR-R1's reward: `score` is what verl trains on, `acc` (1 or 0: all changes are right) what it validates by.

    `format` and `accuracy` are its parts, `share` the total in [0, 1]. Other keywords of verl are let be.
    """
    reward = common.reward(solution_str, ground_truth, common.known(kwargs))
    return {
        "score": reward.total,
        "acc": float(reward.correct),
        "format": reward.format,
        "accuracy": reward.accuracy,
        "share": reward.share,
    }
