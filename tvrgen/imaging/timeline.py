"""Timeline of a clip: which state, or which part of a change, each of its frames shows."""

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
    """The spans of changes of so many `frames`, in order, between states that stand still for the frames in `holds`."""
    starts = (held + step * frames for step, held in enumerate(accumulate(holds[:-1])))
    return tuple(Span(start, start + frames) for start in starts)


def moments(changes: Sequence[Span], count: int) -> tuple[Moment, ...]:
    """What each of `count` frames shows, if changes happen in these spans: between them, states stand still."""
    found: list[Moment] = []
    for step, (start, end) in enumerate(changes):
        found += [Moment(step)] * (start - len(found))
        found += [Moment(step, (k + 1) / (end - start + 1)) for k in range(end - start)]
    found += [Moment(len(changes))] * (count - len(found))
    return tuple(found)
