"""VLM-R1: add `reward` to `reward_funcs_registry` in its grpo_jsonl.py; its own methods match texts too loosely."""

from typing import Any

from tvrgen.scoring.adapters import common


def reward(completions: list[Any], solution: list[Any], **columns: Any) -> list[float]:
    """Returns STAR-R1's total for each completion. A column of common.TRUTHS that says more replaces `solution`."""
    truths = common.truth_in({"solution": solution, **columns})
    return [common.reward(completion, truth).total for completion, truth in zip(completions, truths, strict=True)]
