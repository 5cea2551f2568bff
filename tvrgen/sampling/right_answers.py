"""All right answers of a problem: the ways to say each of its steps, and other answers that are right as a whole.

An answer is right if it leads from the first image to what the second one shows, if its steps keep the roles of their
kinds, the gap and the field, and if each step puts something right and undoes nothing: every field of an object that
it changes gets its final value. Which object is which stays as it is, with one exception, as images show no index: what
comes into sight may be said to be new, and what changes by several steps may be said to be gone, and another one to be
new, if that takes no more steps than the problem has.

So an answer divides what differs between the images (`comparison`) into parts, each of which one step puts right
(`effects`). The steps that put the same right are ways to say one change (`pool`); another division is another answer
(`divisions`). Nothing here knows a kind of change: what a step puts right is read off the states before and after it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tvrgen.config.settings import Split
from tvrgen.sampling import rules
from tvrgen.sampling.comparison import Comparison
from tvrgen.sampling.divisions import Divisions, Order, Ways
from tvrgen.sampling.effects import Effects
from tvrgen.sampling.own_ways import own_ways
from tvrgen.sampling.pool import Part, Pool
from tvrgen.sampling.touching import share_effects
from tvrgen.scene.model import State
from tvrgen.transformations.base import Rejected, Step

MOST_ALTERNATIVES = 16
"""A problem with more other answers than these is drawn again."""


class RightAnswers(NamedTuple):
    """The ways to say each step of a problem, itself first; and other answers, with the ways to say each of theirs."""

    accepted: tuple[Ways, ...]
    alternatives: tuple[tuple[Ways, ...], ...] = ()


def right_answers(states: Sequence[State], steps: Sequence[Step], split: Split) -> RightAnswers:
    """Returns all right answers of a problem; `states` are those before, between and after its steps.

    Raises Rejected if there are more than MOST_ALTERNATIVES besides its own.
    """
    own = own_ways(states, steps, split)
    if not steps or not share_effects(split):
        return RightAnswers(own)
    return _Search(states, steps, split).answers(own)


def fewest_steps_to(initial: State, final: State, most_steps: int, split: Split) -> int | None:
    """The fewest steps, each of which puts something right, that lead from one state to another; None if more than
    `most_steps`."""
    return _Search((initial, final), (), split).fewest(most_steps)


class _Search:
    """A search for the right answers of one problem."""

    def __init__(self, states: Sequence[State], steps: Sequence[Step], split: Split) -> None:
        self._steps = steps
        self._between = Comparison(states[0], states[-1], split)
        effects = Effects(self._between, split)
        self._pool = Pool(self._between, effects, split)
        self._divisions = Divisions(self._between, effects, self._pool, split)

    def answers(self, own: tuple[Ways, ...]) -> RightAnswers:
        """The right answers, where `own` are the ways to say the problem's steps that their kinds accept."""
        path = self._pool.path(self._steps)
        contexts = self._between.contexts()
        self._pool.collect()
        for left in contexts:
            for k in sorted({k for k, _ in left}):
                self._pool.collect_new(k, left, self._steps)
        accepted, alternatives = own, []
        for division in self._within_steps():
            for number, order in enumerate(self._divisions.orders(division, path)):
                if path and division == {*path} and number == 0:
                    accepted = self._said_by_others(own, order)
                else:
                    alternatives.append(tuple(ways for _, said in order for ways in said))
                if len(alternatives) > MOST_ALTERNATIVES:
                    raise Rejected(rules.MANY_ANSWERS)
        return RightAnswers(accepted, tuple(alternatives))

    def _within_steps(self) -> Iterator[frozenset[Part]]:
        """Yields the divisions of all that differs, those with renewed objects if they take no more steps."""
        most, due = len(self._steps), self._between.due
        for number, chosen in enumerate(self._divisions.of(due, len(due))):
            if number > 4 * MOST_ALTERNATIVES:
                raise Rejected(rules.MANY_ANSWERS)
            if not any(part.renewed for part in chosen) or sum(part.steps for part in chosen) <= most:
                yield frozenset(chosen)

    def fewest(self, most_steps: int) -> int | None:
        """The fewest steps that put all right; None if more than so many."""
        due = self._between.due
        numbers = [n for n in range(most_steps + 1) if self._divisions.may_be_within(due, n)]
        if numbers:
            self._pool.collect()
        return next((n for n in numbers if any(map(self._divisions.has_order, self._divisions.of(due, n)))), None)

    def _said_by_others(self, own: tuple[Ways, ...], order: Order) -> tuple[Ways, ...]:
        """The ways to say the problem's steps: those that their kinds know, and those that the search finds besides."""
        words = self._pool.words
        return tuple(
            (*known, *(way for way in said[0] if words(way) not in {*map(words, known)}))
            for known, (_, said) in zip(own, order, strict=True)
        )
