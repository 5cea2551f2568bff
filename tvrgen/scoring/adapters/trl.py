"""TRL's GRPOTrainer: `GRPOTrainer(reward_funcs=tvrgen.adapters.trl.reward, ...)`, from TRL 0.24 on.

On its command line: `--reward_funcs tvrgen.adapters.trl.reward`.
"""

from typing import Any

from tvrgen.scoring.adapters import common


def reward(completions: list, **columns: Any) -> list[float | None]:
    """STAR-R1's total for each completion; None, which TRL leaves out of the sum, where a row has no right answer.

    `columns` are the dataset's, a list each, of which calls.TRUTHS hold the right answer, and what else TRL passes.
    """
    truths = common.truth_in(columns)
    return [
        None if truth is None else common.reward(completion, truth).total
        for completion, truth in zip(completions, truths, strict=True)
    ]
