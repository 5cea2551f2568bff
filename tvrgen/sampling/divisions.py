"""Divisions of what differs between two states into parts that one step each puts right, and orders of the parts."""

import itertools
from collections.abc import Iterator, Sequence

from tvrgen.config.settings import Split
from tvrgen.sampling.comparison import Comparison, Difference, Differences
from tvrgen.sampling.effects import Effects
from tvrgen.sampling.pool import Part, Pool
from tvrgen.sampling.touching import fewest_steps, whole
from tvrgen.transformations.base import Step

_MOST_ORDERS = 24
"""Orders of one division that are looked at, at most."""

Ways = tuple[Step, ...]
"""The steps with which one change can be said."""

Order = tuple[tuple[Part, tuple[Ways, ...]], ...]
"""The parts of a division in an order, each with the ways to say its steps."""


class Divisions:
    """The divisions of what differs among the parts of a pool."""

    def __init__(self, comparison: Comparison, effects: Effects, pool: Pool, split: Split) -> None:
        self._between, self._effects, self._pool = comparison, effects, pool
        self._fewest, self._whole = fewest_steps(split), whole(split)

    def may_be_within(self, left: Differences, steps: int) -> bool:
        """Whether so many steps may put all right that is left, as far as kinds say what they touch."""
        fields: dict[int, set[str]] = {}
        for k, field in left:
            fields.setdefault(k, set()).add(field)
        return sum(self._fewest(frozenset(own)) for own in fields.values()) <= steps * self._whole

    def of(self, left: Differences, most: int) -> Iterator[tuple[Part, ...]]:
        """Yields the ways to divide what is left into parts of the pool, at most so many."""
        if not left:
            yield ()
            return
        if not most or not self.may_be_within(left, most):
            return
        first = min(left)
        for part in sorted(self._pool.steps, key=_key):
            if first in part.differences and part.differences <= left:
                for rest in self.of(left - part.differences, most - 1):
                    yield (part, *rest)

    def orders(self, division: frozenset[Part], path: Sequence[Part]) -> Iterator[Order]:
        """Yields an order of a division's parts, and others as long as these allow ways that none before them did.

        The first one is `path`, if that has these parts.
        """
        open_ways = {(part, way) for part in division for own in self._pool.steps[part] for way in own}
        first = path if path and division == {*path} else sorted(division, key=_key)
        orders = itertools.islice(self._ordered(self._between.due, first), _MOST_ORDERS)
        for order in filter(None, map(self._without_gone, orders)):
            new = {(part, way) for part, said in order for ways in said for way in ways} & open_ways
            if new:
                yield order
                open_ways -= new
            if not open_ways:
                return

    def has_order(self, division: Sequence[Part]) -> bool:
        """Whether there is an order in which the parts of a division can be put right."""
        return next(self._ordered(self._between.due, division), None) is not None

    def _ordered(self, left: Differences, parts: Sequence[Part]) -> Iterator[Order]:
        """Yields the orders of parts in which each can be put right, that in which they are given first."""
        if not parts:
            yield ()
            return
        for place, part in enumerate(parts):
            if said := self._said(left, part):
                for rest in self._ordered(left - part.differences, [*parts[:place], *parts[place + 1 :]]):
                    yield ((part, said), *rest)

    def _without_gone(self, order: Order) -> Order | None:
        """The order without ways that name an object in whose place a new one has come; None if a part has no other."""
        new = len(self._between.first.objects)
        gone, found = set[int](), list[tuple[Part, tuple[Ways, ...]]]()
        for part, said in order:
            left = tuple(tuple(way for way in ways if gone.isdisjoint(way.objects)) for ways in said)
            if not all(left):
                return None
            found.append((part, left))
            if all(new in way.objects for way in left[-1]):
                gone.update(k for k, _ in part.differences)
        return tuple(found)

    def _said(self, left: Differences, part: Part) -> tuple[Ways, ...]:
        """The ways to put a part right where so much is left: of each step; empty if there is none."""
        steps, room = self._pool.steps[part], self._between.has_room(left - part.differences)
        if part.renewed:
            return tuple(map(tuple, steps)) if room else ()
        new = len(self._between.first.objects)
        ways = (way for way in steps[0] if new in way.objects or self._effects.put_right(left, way) == part.differences)
        said = tuple(ways) if room else ()
        return (said,) if said else ()


def _key(part: Part) -> tuple[list[Difference], bool]:
    return sorted(part.differences), part.renewed
