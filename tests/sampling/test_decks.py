"""Decks: even counts in every stretch of rounds, and deals that fit their owners without changing the cards."""

from collections import Counter

import pytest

from tvrgen._support.rng import generator
from tvrgen.sampling import decks
from tvrgen.sampling.decks import Deck


@pytest.mark.parametrize("size", [1, 2, 5, 7])
def test_counts_differ_by_one_at_most_and_cards_follow_from_their_number(size):
    deck = Deck(range(size), 3, "test")
    cards = deck.cards(0, 4 * size + 1)
    for count in range(1, len(cards) + 1):
        counts = Counter(cards[:count])
        assert max(counts.values()) - min(counts[item] for item in range(size)) <= 1
        assert all(deck.dealt_before(item, count) == counts[item] for item in range(size))
    for start in range(len(cards)):
        assert deck.cards(start, len(cards) - start) == cards[start:]
    assert deck.cards(5, 0) == []


def test_decks_with_other_keys_are_in_other_orders():
    orders = {tuple(Deck(range(20), seed, *key).cards(0, 20)) for seed in (1, 2) for key in (("a",), ("b",), ("a", 1))}
    assert len(orders) == 6


def test_a_hand_that_shares_holds_few_distinct_cards():
    cards = [card for card in range(6) for _ in range(4)]
    hands = [(1, [0, 1, 2]), (2, [10, 11, 12, 13])]
    for k in range(20):
        items = decks.sharing(hands, generator(k), cards)
        assert Counter(items) == Counter(cards)
        assert all(len({items[place] for place in places}) <= number for number, places in hands)
        assert items[10] == items[12] != items[11] == items[13]  # in turn


def test_a_deal_fits_its_owners_with_the_same_cards():
    """Twelve owners of three places, none of which takes two equal cards."""
    owners = [range(k, k + 3) for k in range(0, 36, 3)]
    cards = [k % 6 for k in range(36)]
    for k in range(10):
        items, exact = decks.deal(generator(k), owners, cards, lambda _, own: len(own) - len(set(own)))
        assert exact
        assert Counter(items) == Counter(cards)
        assert all(len({items[place] for place in places}) == 3 for places in owners)


def test_cards_are_replaced_only_where_nothing_else_helps():
    """Two owners, one card of another sort: the owner that needs one is given it, and who needs two gets spare ones."""

    def lack(owner: int, own: list[str]) -> int:
        return own.count("x") if owner == 0 else 0

    owners, cards = [[0, 1], [2, 3]], ["x", "x", "y", "y"]
    assert decks.deal(generator(1), owners, cards, lack, ("z",)) == (["y", "y", "x", "x"], True)
    items, exact = decks.deal(generator(1), owners, ["x"] * 3 + ["y"], lack, ("z",))
    assert not exact
    assert "x" not in items[:2]
    assert items.count("z") == 1
