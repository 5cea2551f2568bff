"""verl: `custom_reward_function.path` is the path of this file, `.name` compute_score, `.reward_kwargs` options.

Rows of other data sources, in training on several tasks, go to verl's own reward.
"""

import inspect
from collections.abc import Mapping
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen.scoring.adapters import common

SOURCE = "tvr"
"""The data source of an export's rows."""


def compute_score(
    data_source: str, solution_str: str, ground_truth: Any, extra_info: Any = None, **kwargs: Any
) -> dict[str, float]:
    """Returns STAR-R1's reward: verl trains on `score` and validates by `acc`, which is 1 if all changes are right.

    `format` and `accuracy` are the parts of the score, `share` is the score scaled to [0, 1]. Keywords that are no
    options of the reward are ignored: verl passes its own.

    For a row of another data source, `score` is that of verl's own function, and so are `acc`, `accuracy` and `share`,
    as verl wants the same keys for all rows of a batch. Raises UserError if verl has none for it, and if the first
    right answer of the process cannot be read; later, such a row gets 0.
    """
    if data_source != SOURCE and not _is_ours(ground_truth):
        return _by_verl(data_source, solution_str, ground_truth, extra_info, kwargs)
    (reward,) = common.rewards([solution_str], [[ground_truth]], common.known(kwargs), mixed=False)
    if reward is None:
        return dict.fromkeys(("score", "acc", "format", "accuracy", "share"), 0.0)
    return {
        "score": reward.total,
        "acc": float(reward.correct),
        "format": reward.format,
        "accuracy": reward.accuracy,
        "share": reward.share,
    }


def _is_ours(ground_truth: Any) -> bool:
    """Whether a right answer is one of an export, whose rows were given another data source."""
    text = ground_truth.lstrip() if isinstance(ground_truth, str) else ""
    return (text.startswith("{") or isinstance(ground_truth, Mapping)) and common.read_truth(ground_truth) is not None


def _by_verl(source: str, response: str, truth: Any, extra_info: Any, kwargs: Mapping[str, Any]) -> dict[str, float]:
    """The scores of a row of another data source. Raises UserError if verl has none for it."""
    try:
        from verl.utils.reward_score import default_compute_score
    except ImportError as error:
        raise UserError(
            f"data source {source!r} is not {SOURCE!r}, and there is no verl to score it: {error}"
        ) from error
    parameters = inspect.signature(default_compute_score).parameters
    own = {name: value for name, value in kwargs.items() if name in parameters}
    try:
        found = default_compute_score(source, response, truth, extra_info=extra_info, **own)
    except NotImplementedError as error:
        raise UserError(f"data source {source!r} is neither {SOURCE!r} nor one that verl scores") from error
    parts = found if isinstance(found, Mapping) else {"score": found}
    score = float(parts["score"])
    acc = float(parts.get("acc", score))
    return {"score": score, "acc": acc, "format": 0.0, "accuracy": score, "share": score}
