"""What OpenVLThinker's reward pays (yihedeng9/OpenVLThinker at 6997b47, train/easyr1/examples/reward_function/r1v.py).

It compares answers by `grade_answer` of mathruler (0.1.0), of which `alike` is what concerns answers of tvrgen's kinds.
"""

import contextlib
import re
from collections.abc import Callable

UNITS = re.compile(r"(?:degree|second)s?")
"""Of the units that mathruler takes away, those that answers have."""


def paid(response: str, gold: str, grade: Callable[[str, str], bool] | None = None) -> float:
    """The reward: 1 for the answer, which stands on one line, less 0.5 if no text leads from the thought to it."""
    found = re.search(r"<answer>(.*?)</answer>", response)
    said = (found[1] if found else response).strip()
    if not (grade or alike)(said, gold.strip()) and said.lower() != gold.lower():
        return 0.0
    if "</think>" not in response or "<answer>" not in response:
        return 1.0
    between = response.rsplit("</think>", 1)[-1].split("<answer>", 1)[0]
    return 1.0 if between.strip() else 0.5


def alike(said: str, gold: str) -> bool:
    """Whether two answers are the same to mathruler: but for units, blanks and case; of numbers, by their value."""
    one, other = (UNITS.sub("", text.strip().lower()).replace(" ", "") for text in (said, gold))
    with contextlib.suppress(ValueError):
        return one == other or float(one) == float(other)
    return False
