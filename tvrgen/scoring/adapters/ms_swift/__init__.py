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

    def __call__(self, completions: list[Any], solution: list[Any], **columns: Any) -> list[float | None]:
        """Returns the total for each completion; `solution` holds the right answers.

        It is None, which ms-swift ignores, for a row of another task.
        """
        rows = common.rows_of({"solution": solution, **columns}, len(completions))
        return [None if r is None else r.total for r in common.rewards(completions, rows, mixed=True)]


orms["tvr"] = Tvr
