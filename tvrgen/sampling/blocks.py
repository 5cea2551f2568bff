"""A block of problems: every combination of levels equally often, and steps dealt evenly over all blocks.

In each block, every combination of (objects on stage, number of steps) occurs equally often, in shuffled order, and its
steps are dealt as `dealing` describes. What is dealt follows from the block's number alone.
"""

from functools import lru_cache

from tvrgen._support import limits
from tvrgen.config.settings import Split
from tvrgen.sampling.dealing import Deal
from tvrgen.sampling.decks import Trials
from tvrgen.sampling.levels import Levels

_DEALS = 6  # orders tried for a block before one with replaced cards is taken, where all steps take one object
_MOST_DEALS = 30  # orders tried before one is taken in which a problem has steps that no objects can take


def levels(seed: int, split: Split, block: int) -> tuple[Levels, ...]:
    """Returns the levels of a block's problems, in order, without views.

    Raises TooHardError if it takes too many trials to deal them, as `faults` does.
    """
    return _dealt(seed, split, block)[0]


def faults(seed: int, split: Split, block: int) -> int:
    """The number of problems in a block whose steps no objects can take: 0, unless the config demands too much."""
    return _dealt(seed, split, block)[1]


def exact(seed: int, split: Split, block: int) -> bool:
    """Whether a block is as balanced as the design is: no level was replaced that its problem could not have."""
    return _dealt(seed, split, block)[2]


@lru_cache(maxsize=16)
def _dealt(seed: int, split: Split, block: int) -> tuple[tuple[Levels, ...], int, bool]:
    deals: list[Deal] = []
    trials = Trials(limits.TRIALS.value)
    for attempt in range(_MOST_DEALS):
        deals.append(Deal(seed, split, block, attempt, trials))
        enough = _DEALS if deals[-1].uniform else _MOST_DEALS
        if deals[-1].sound or (attempt + 1 >= enough and not all(deal.faults for deal in deals)):
            break
    best = min(deals, key=lambda deal: (deal.faults, not deal.exact))
    return best.levels, best.faults, best.sound
