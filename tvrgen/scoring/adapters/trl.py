"""TRL's GRPOTrainer: `GRPOTrainer(reward_funcs=tvrgen.adapters.trl.reward, ...)`, from TRL 0.24 on.

On its command line: `--reward_funcs tvrgen.adapters.trl.reward`.
"""

from typing import Any

from tvrgen.scoring.adapters import common


def reward(completions: list[Any], **columns: Any) -> list[float | None]:
    """Returns STAR-R1's total for each completion, or None, which TRL ignores, for a row without a right answer.

    `columns` are those of the dataset, a list each, of which one is in common.TRUTHS, and further keywords of TRL.
    """
    truths = common.truth_in(columns)
    return [
        None if truth is None else common.reward(completion, truth).total
        for completion, truth in zip(completions, truths, strict=True)
    ]
