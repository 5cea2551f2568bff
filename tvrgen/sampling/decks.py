"""Dealing items evenly: cards of shuffled rounds, and swaps that make a deal fit.

A *round* is all items once, in an order of its own; rounds follow each other without end. Card g of a deck is known
from g alone, and the counts of any two items among the first g cards differ by one at most.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from tvrgen._support.rng import generator

T = TypeVar("T")

_PASSES, _SHUFFLES = 6, 4


class Deck:
    """Items dealt in shuffled rounds: card g is item g % n of round g // n."""

    def __init__(self, items: Sequence[T], *key: str | int) -> None:
        self._items, self._key = items, key

    def cards(self, start: int, count: int) -> list[T]:
        """Cards `start` to `start + count - 1`."""
        if not count:
            return []
        size = len(self._items)
        first, last = start // size, (start + count - 1) // size
        dealt = [item for number in range(first, last + 1) for item in self._round(number)]
        return dealt[start - first * size :][:count]

    def dealt_before(self, item: T, start: int) -> int:
        """How often `item` occurs in cards 0 to start - 1."""
        rounds, rest = divmod(start, len(self._items))
        return rounds + (rest > 0 and item in self._round(rounds)[:rest])

    def _round(self, number: int) -> list[T]:
        order = generator(*self._key, "round", number).permutation(len(self._items))
        return [self._items[k] for k in order]


def shuffled(rng: np.random.Generator, items: list[T]) -> list[T]:
    return [items[k] for k in rng.permutation(len(items))]


def sharing(hands: list[tuple[int, Sequence[int]]], rng: np.random.Generator, cards: list[T]) -> list[T]:
    """The cards in an order in which each hand (number, places) holds only so many different ones, in turn.

    They are those of which most cards are left. Places in no hand, and those for which no card is left, hold any.
    """
    left, items = Counter(cards), [None] * len(cards)
    for number, places in shuffled(rng, hands):
        most = sorted(shuffled(rng, [*left]), key=lambda item: -left[item])[:number]
        for k, place in enumerate(places):
            if left[most[k % len(most)]]:
                items[place] = most[k % len(most)]
                left[items[place]] -= 1
    rest = iter(shuffled(rng, [*left.elements()]))
    return [next(rest) if item is None else item for item in items]


def deal(
    rng: np.random.Generator,
    owners: list[Sequence[int]],
    cards: list[T],
    lack: Callable[[int, list[T]], int],
    spare: Sequence[T] = (),
    arrange: Callable[[np.random.Generator, list[T]], list[T]] = shuffled,
) -> tuple[list[T], bool]:
    """The cards, in an order in which they fit their owners, and whether they are still the same cards.

    `owners[k]` are the places of owner k among the cards, `lack(k, own_cards)` says by how much they do not fit. Cards
    are swapped between owners until none lacks anything, and arranged anew where swaps come to a dead end. Only after
    _SHUFFLES of these are cards replaced by `spare` ones, if there are any; all else leaves the counts as they are.
    """
    for _ in range(_SHUFFLES):
        items = arrange(rng, cards)
        if swap_until_they_fit(rng, owners, items, lack):
            return items, True
    _replace(owners, items, lack, spare)
    return items, False


def swap_until_they_fit(rng: np.random.Generator, owners: list[Sequence[int]], items: list, lack: Callable) -> bool:
    """Swaps items between owners in place, as `deal` does; whether all fit in the end."""

    def lacking(k: int) -> int:
        return lack(k, [items[place] for place in owners[k]])

    def swap(one: int, other: int) -> None:
        items[one], items[other] = items[other], items[one]

    owned = [(k, place) for k, places in enumerate(owners) for place in places]
    for number in range(_PASSES):
        faulty = [(k, place) for k, place in owned if lacking(k)]
        if not faulty:
            return True
        tolerated = int(number > 0)  # later passes also take swaps that help nobody
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


def _replace(owners: list[Sequence[int]], items: list, lack: Callable, spare: Sequence) -> None:
    """Puts spare items where that lessens what is lacking, in place."""
    for k, places in enumerate(owners):
        for place, item in ((p, i) for p in places for i in spare):
            before = lack(k, [items[p] for p in places])
            if not before:
                break
            kept, items[place] = items[place], item
            if lack(k, [items[p] for p in places]) >= before:
                items[place] = kept
