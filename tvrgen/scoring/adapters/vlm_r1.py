"""VLM-R1: put `reward` into `reward_funcs_registry` of its grpo_jsonl.py; its own methods match too loosely."""

from typing import Any

from tvrgen.scoring.adapters import common


def reward(completions: list, solution: list, **columns: Any) -> list[float]:
    """STAR-R1's total for each completion. `solution` is the right answer, unless a column says more of it."""
    truths = common.truth_in({"solution": solution, **columns})
    return [common.reward(completion, truth).total for completion, truth in zip(completions, truths, strict=True)]
