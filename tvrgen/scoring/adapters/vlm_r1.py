"""VLM-R1: add `reward` to `reward_funcs_registry` in its grpo_jsonl.py; its own methods compare texts."""

from typing import Any

from tvrgen.scoring.adapters import common

_TAGS = ("<answer>", "</answer>")  # which its loader puts around every solution


def reward(completions: list[Any], solution: list[Any], **columns: Any) -> list[float]:
    """Returns STAR-R1's total for each completion. A column of common.TRUTHS that says more replaces `solution`.

    It is 0 for a row whose right answer cannot be read, as VLM-R1 has no rewards that do not count. Raises UserError if
    this is so for all rows of the first batch.
    """
    rows = common.rows_of({"solution": solution, **columns}, len(completions))
    rewards = common.rewards(completions, [list(map(_bare, row)) for row in rows], mixed=False)
    return [0.0 if reward is None else reward.total for reward in rewards]


def _bare(truth: Any) -> Any:
    """A right answer without the tags around it."""
    if not isinstance(truth, str):
        return truth
    for tag in _TAGS:
        truth = truth.replace(tag, "")
    return truth.strip()
