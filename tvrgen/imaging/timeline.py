"""Timeline of a clip: which state, or which part of a change, each of its frames shows."""

from typing import NamedTuple

from tvrgen.config.settings import ClipSettings


class Moment(NamedTuple):
    """What a frame shows: the state after `step` steps; with a progress in (0, 1), the change from it to the next."""

    step: int
    progress: float = 0.0


class Span(NamedTuple):
    """The frames in which a change happens: `start` is the first that differs from the state before it, `end` the first
    that shows the state after it."""

    start: int
    end: int


def spans(steps: int, settings: ClipSettings) -> tuple[Span, ...]:
    """The spans of all changes, in order."""
    period = settings.frames + settings.hold
    starts = (settings.hold + step * period for step in range(steps))
    return tuple(Span(start, start + settings.frames) for start in starts)


def moments(steps: int, settings: ClipSettings) -> tuple[Moment, ...]:
    """What each frame shows: every state for `hold` frames, and `frames` frames of each change between them."""
    found = [Moment(0)] * settings.hold
    for step in range(steps):
        found += [Moment(step, (k + 1) / (settings.frames + 1)) for k in range(settings.frames)]
        found += [Moment(step + 1)] * settings.hold
    return tuple(found)
