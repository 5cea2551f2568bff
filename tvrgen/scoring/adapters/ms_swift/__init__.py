"""ms-swift: `--external_plugins` is this file's path, `--reward_funcs tvr`.

This adapter has a folder of its own because ms-swift looks for modules in its plugins' folders first: a trl.py beside
it would hide TRL.
"""

from typing import Any

try:
    from swift.rewards import ORM, orms
except ImportError:  # before 4.0
    from swift.plugin.orm import ORM, orms

from tvrgen.scoring.adapters import common


class Tvr(ORM):
    """STAR-R1's reward."""

    def __call__(self, completions: list[Any], solution: list[Any], **columns: Any) -> list[float]:
        """Returns the total for each completion; `solution` holds the right answers."""
        return [common.reward(completion, truth).total for completion, truth in zip(completions, solution, strict=True)]


orms["tvr"] = Tvr
