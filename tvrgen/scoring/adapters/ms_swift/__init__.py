"""ms-swift: `--external_plugins` is this file's path, `--reward_funcs tvr`.

A folder of its own: ms-swift looks for modules in its plugins' folders first, and there must be no other trl.py.
"""

from typing import Any

try:
    from swift.rewards import ORM, orms
except ImportError:  # before 4.0
    from swift.plugin.orm import ORM, orms

from tvrgen.scoring.adapters import common


class Tvr(ORM):
    """STAR-R1's reward."""

    def __call__(self, completions: list, solution: list, **columns: Any) -> list[float]:
        """The total for each completion; `solution` is the right answer."""
        return [common.reward(completion, truth).total for completion, truth in zip(completions, solution, strict=True)]


orms["tvr"] = Tvr
