"""Dealing items evenly: cards of shuffled rounds, and swaps that make a deal fit.

A *round* is all items once, in an order of its own; rounds follow each other without end. Card g of a deck is known
from g alone, and the counts of any two items among the first g cards differ by one at most. In a deal, each *owner*
holds the cards at its places, its *hand*.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

import numpy as np

from tvrgen._support.rng import generator

T = TypeVar("T")

_log = logging.getLogger(__name__)

_PASSES, _SHUFFLES = 6, 4


class Deck(Generic[T]):
    """Items dealt in shuffled rounds: card g is item g % n of round g // n. The key names the deck's randomness."""

    def __init__(self, items: Sequence[T], seed: int, *key: str | int) -> None:
        self._items, self._seed, self._key = items, seed, key

    def cards(self, start: int, count: int) -> list[T]:
        """Returns the cards `start` to `start + count - 1`."""
        if not count:
            return []
        size = len(self._items)
        first, last = start // size, (start + count - 1) // size
        dealt = [item for number in range(first, last + 1) for item in self._round(number)]
        return dealt[start - first * size :][:count]

    def dealt_before(self, item: T, start: int) -> int:
        """Returns the number of times that `item` occurs in cards 0 to start - 1."""
        rounds, rest = divmod(start, len(self._items))
        return rounds + (rest > 0 and item in self._round(rounds)[:rest])

    def _round(self, number: int) -> list[T]:
        order = generator(self._seed, *self._key, "round", number).permutation(len(self._items))
        return [self._items[k] for k in order]


def shuffled(rng: np.random.Generator, items: Sequence[T]) -> list[T]:
    """Returns the items in random order."""
    return [items[k] for k in rng.permutation(len(items))]


def sharing(hands: Sequence[tuple[int, Sequence[int]]], rng: np.random.Generator, cards: list[T]) -> list[T]:
    """Arranges cards so that each hand (number, places) holds at most `number` distinct ones, in turn.

    A hand takes the cards of which most are left. Places in no hand, and those for which no card is left, hold any.
    """
    left = Counter(cards)
    found: dict[int, T] = {}
    for number, places in shuffled(rng, hands):
        most = sorted(shuffled(rng, [*left]), key=lambda item: -left[item])[:number]
        for k, place in enumerate(places):
            item = most[k % len(most)]
            if left[item]:
                found[place] = item
                left[item] -= 1
    rest = iter(shuffled(rng, [*left.elements()]))
    return [found[place] if place in found else next(rest) for place in range(len(cards))]


class TooHardError(Exception):
    """A deal that was not found within its trials."""


class Trials:
    """Counter of the cards in hands that are tried to deal a block; raises TooHardError after `most`."""

    def __init__(self, most: int) -> None:
        self._left, self._say_at = most, most * 4 // 5  # negative once it is said

    def counting(self, lack: Callable[[int, list[T]], int]) -> Callable[[int, list[T]], int]:
        """Returns a function for `deal` that counts the cards it is called with, and asks `lack` once for each hand."""
        known: dict[tuple[int, tuple[T, ...]], int] = {}

        def counted(k: int, own: list[T]) -> int:
            self._left -= max(1, len(own))
            if 0 <= self._left < self._say_at:
                self._say_at = -1
                _log.warning("the steps of a block are hard to deal; lower sampling.steps, or raise sampling.on_stage")
            if self._left < 0:
                raise TooHardError
            hand = (k, tuple(own))
            if hand not in known:
                known[hand] = lack(k, own)
            return known[hand]

        return counted


def deal(
    rng: np.random.Generator,
    owners: Sequence[Sequence[int]],
    cards: list[T],
    lack: Callable[[int, list[T]], int],
    spare: Sequence[T] = (),
    arrange: Callable[[np.random.Generator, list[T]], list[T]] = shuffled,
) -> tuple[list[T], bool]:
    """Returns the cards in an order in which they fit their owners, and whether they are still the same cards.

    `owners[k]` are the places of owner k among the cards; `lack(k, own_cards)` is by how much its hand does not fit, 0
    if it does. Cards are swapped between owners until all hands fit, and arranged anew if no swap helps any more.
    After _SHUFFLES arrangements, cards are replaced by `spare` ones, which alone changes the counts.
    """
    for _ in range(_SHUFFLES):
        items = arrange(rng, cards)
        if swap_until_they_fit(rng, owners, items, lack):
            return items, True
    _replace(owners, items, lack, spare)
    return items, False


def swap_until_they_fit(
    rng: np.random.Generator, owners: Sequence[Sequence[int]], items: list[T], lack: Callable[[int, list[T]], int]
) -> bool:
    """Swaps items between owners in place, as `deal` does. Returns whether all fit in the end."""

    def lacking(k: int) -> int:
        return lack(k, [items[place] for place in owners[k]])

    def swap(one: int, other: int) -> None:
        items[one], items[other] = items[other], items[one]

    owned = [(k, place) for k, places in enumerate(owners) for place in places]
    for number in range(_PASSES):
        faulty = [(k, place) for k, place in owned if lacking(k)]
        if not faulty:
            return True
        tolerated = int(number > 0)  # later passes also take swaps that improve nothing
        for k, place in faulty:
            if not (before := lacking(k)):
                continue
            for other, there in (owned[j] for j in rng.permutation(len(owned))):
                if other == k or items[place] == items[there]:
                    continue
                theirs = lacking(other)
                swap(place, there)
                if lacking(k) + lacking(other) < before + theirs + tolerated:
                    break
                swap(place, there)
    return not any(lacking(k) for k in range(len(owners)))


def _replace(
    owners: Sequence[Sequence[int]], items: list[T], lack: Callable[[int, list[T]], int], spare: Sequence[T]
) -> None:
    """Puts spare items where that makes hands fit better, in place."""
    for k, places in enumerate(owners):
        for place, item in _pairs(places, spare):
            before = lack(k, [items[p] for p in places])
            if not before:
                break
            kept, items[place] = items[place], item
            if lack(k, [items[p] for p in places]) >= before:
                items[place] = kept


def _pairs(places: Sequence[int], spare: Sequence[T]) -> Iterator[tuple[int, T]]:
    return ((place, item) for place in places for item in spare)
