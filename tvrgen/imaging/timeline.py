"""Timeline of a clip: which state, or which part of a change, each of its frames shows.

`holds` has the number of frames of each state, and `frames` is that of each change between two of them.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple


class Moment(NamedTuple):
    """What a frame shows: the state after `step` steps; with a progress in (0, 1), the change from it to the next."""

    step: int
    progress: float = 0.0


class Span(NamedTuple):
    """The frames in which a change happens: `start` is the first that differs from the state before it, `end` the first
    that shows the state after it."""

    start: int
    end: int


def spans(holds: Sequence[int], frames: int) -> tuple[Span, ...]:
    """The spans of all changes, in order."""
    starts = (held + step * frames for step, held in enumerate(accumulate(holds[:-1])))
    return tuple(Span(start, start + frames) for start in starts)


def moments(holds: Sequence[int], frames: int) -> tuple[Moment, ...]:
    """What each frame shows."""
    found = [Moment(0)] * holds[0]
    for step, hold in enumerate(holds[1:]):
        found += [Moment(step, (k + 1) / (frames + 1)) for k in range(frames)]
        found += [Moment(step + 1)] * hold
    return tuple(found)
