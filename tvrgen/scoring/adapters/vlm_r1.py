"""VLM-R1: add `reward` to `reward_funcs_registry` in its grpo_jsonl.py; its own methods compare texts."""

from typing import Any

from tvrgen.scoring.adapters import common

_TAGS = ("<answer>", "</answer>")  # which its loader puts around every solution


def reward(completions: list[Any], solution: list[Any], **columns: Any) -> list[float]:
    """Returns STAR-R1's total for each completion. A column of common.TRUTHS that says more replaces `solution`."""
    truths = map(_bare, common.truth_in({"solution": solution, **columns}))
    return [common.reward(completion, truth).total for completion, truth in zip(completions, truths, strict=True)]


def _bare(truth: Any) -> Any:
    """A right answer without the tags around it."""
    if not isinstance(truth, str):
        return truth
    for tag in _TAGS:
        truth = truth.replace(tag, "")
    return truth.strip()
