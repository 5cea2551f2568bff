"""TRL's GRPOTrainer: `GRPOTrainer(reward_funcs=tvrgen.adapters.trl.reward, ...)`, from TRL 0.24 on.

On its command line: `--reward_funcs tvrgen.adapters.trl.reward`.
"""

from typing import Any

from tvrgen.scoring.adapters import common


def reward(completions: list[Any], **columns: Any) -> list[float | None]:
    """Returns STAR-R1's total for each completion, or None, which TRL ignores, for a row without a right answer.

    `columns` are those of the dataset, a list each, of which one is in common.TRUTHS, and further keywords of TRL. Rows
    of other tasks, in a dataset of several, have other answers in these columns, or none.
    """
    rewards = common.rewards(completions, common.rows_of(columns, len(completions)), mixed=True)
    return [None if reward is None else reward.total for reward in rewards]
