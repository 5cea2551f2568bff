"""Thresholds of pass rates, which part the questions for reinforcement learning into hard ones and medium ones."""

from dataclasses import dataclass

from tvrgen._support.errors import ArgumentError

HARD, MEDIUM = 0.4, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """A question is hard below `hard`, and medium from there to below `medium`.

    One that no sample answers right is neither, unless `unsolved`, which makes it hard: no sample of a group then earns
    more than another, so that there is nothing to learn from, and the fault may be the question's.
    """

    hard: float
    medium: float
    unsolved: bool

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """The filters of each folder, as `tvrgen export` takes them."""
        solved = () if self.unsolved else ("pass_rate>0",)
        return {
            "rl-medium": (f"pass_rate>={self.hard}", f"pass_rate<{self.medium}"),
            "rl-hard": (*solved, f"pass_rate<{self.hard}"),
        }


def thresholds(hard: float, medium: float, unsolved: bool) -> Thresholds:
    """Returns thresholds. Raises UserError unless 0 < hard <= medium <= 1."""
    if not 0 < hard <= 1:
        raise ArgumentError("hard", hard, "write a pass rate above 0, up to 1")
    if not hard <= medium <= 1:
        raise ArgumentError("medium", medium, f"write a pass rate from {hard}, below which is hard, to 1")
    return Thresholds(hard=hard, medium=medium, unsolved=unsolved)
