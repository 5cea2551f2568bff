"""verl: `custom_reward_function.path` is the path of this file, `.name` compute_score, `.reward_kwargs` options."""

from typing import Any

from tvrgen.scoring.adapters import common


def compute_score(
    data_source: str, solution_str: str, ground_truth: Any, extra_info: Any = None, **kwargs: Any
) -> dict[str, float]:
    """Returns STAR-R1's reward: verl trains on `score` and validates by `acc`, which is 1 if all changes are right.

    `format` and `accuracy` are the parts of the score, `share` is the score scaled to [0, 1]. Keywords that are no
    options of the reward are ignored: verl passes its own.
    """
    reward = common.reward(solution_str, ground_truth, common.known(kwargs))
    return {
        "score": reward.total,
        "acc": float(reward.correct),
        "format": reward.format,
        "accuracy": reward.accuracy,
        "share": reward.share,
    }
