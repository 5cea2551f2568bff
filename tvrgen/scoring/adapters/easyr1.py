"""EasyR1: `worker.reward.reward_function` is this file's path and `:compute_score`.

`worker.reward.reward_function_kwargs` are the reward's options.
"""

from typing import Any

from tvrgen.scoring.adapters import common

REWARD_NAME = "tvr"
REWARD_TYPE = "batch"


def compute_score(reward_inputs: list[dict[str, Any]], **options: Any) -> list[dict[str, float]]:
    """STAR-R1's reward for each of {response, response_length, ground_truth}. EasyR1 trains on `overall`.

    `format` is the part for the format, `accuracy` 1 if all changes are right, `share` the total scaled to [0, 1]. All
    are 0 for a row whose right answer cannot be read. Raises UserError if this is so for all rows of the first batch,
    and for an unknown option.
    """
    responses = [given.get("response") for given in reward_inputs]
    rows = [[given.get("ground_truth")] for given in reward_inputs]
    return [
        dict.fromkeys(("overall", "format", "accuracy", "share"), 0.0)
        if r is None
        else {"overall": r.total, "format": r.format, "accuracy": float(r.correct), "share": r.share}
        for r in common.rewards(responses, rows, options, mixed=False)
    ]
