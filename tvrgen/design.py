"""The block design: which factor levels problem i of a split has, known from i alone.

A split is cut into blocks. In each, every combination of (visible objects, number of steps) occurs equally often, in
shuffled order. What the steps do is dealt in *rounds*: a round is all items once, in an order of its own, and the
rounds of a split follow each other over block boundaries, so that the counts of any two items never differ by more
than one at a boundary. Nothing is counted while running: the position in the rounds follows from the block's number.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from tvrgen.seeding import generator
from tvrgen.settings import Config, Split
from tvrgen.transform import Position

MIN_BLOCK = 64
"""Smallest block, so that swaps within it can mend what a deal breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLevel:
    """What one step must be. `move` is inner, out or in for a move, else None."""

    kind: str
    value: str
    move: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What a problem must have: objects in all, objects on stage at first, and its steps in order."""

    objects: int
    visible: int
    steps: tuple[StepLevel, ...]

    def __str__(self) -> str:
        steps = ", ".join(f"{s.kind}.{s.value}" + (f" ({s.move})" if s.move else "") for s in self.steps)
        return f"{self.visible} of {self.objects} objects visible; steps {steps}"


def levels(config: Config, split: Split, index: int) -> Levels:
    """The levels of problem `index` of a split."""
    size = block_size(split)
    return _block(config, split, index // size)[index % size]


def block_size(split: Split) -> int:
    combinations = len(_combinations(split))
    return combinations * -(-MIN_BLOCK // combinations)


def _combinations(split: Split) -> list[tuple[int, int]]:
    visible = split.sampling.visible or split.sampling.objects
    return list(itertools.product(_numbers(visible), _numbers(split.sampling.steps)))


def _numbers(ends: tuple[int, int]) -> range:
    return range(ends[0], ends[1] + 1)


class _Deck:
    """Items dealt in shuffled rounds: card g is item g % n of round g // n."""

    def __init__(self, items: Sequence[str], *key: str | int) -> None:
        self.items, self.key = items, key

    def round(self, number: int) -> list[str]:
        order = generator(*self.key, "round", number).permutation(len(self.items))
        return [self.items[k] for k in order]

    def cards(self, start: int, count: int) -> list[str]:
        first, last = start // len(self.items), (start + count - 1) // len(self.items)
        dealt = [item for number in range(first, last + 1) for item in self.round(number)]
        skip = start - first * len(self.items)
        return dealt[skip : skip + count]

    def dealt_before(self, item: str, start: int) -> int:
        """How often `item` occurs in cards 0 to start - 1."""
        rounds, rest = divmod(start, len(self.items))
        return rounds + (rest > 0 and item in self.round(rounds)[:rest])


@dataclass(frozen=True, slots=True)
class _Sample:
    """One problem of a block before its steps are dealt; `slots` are its places among all steps of the block."""

    objects: int
    visible: int
    slots: range


@lru_cache(maxsize=16)
def _block(config: Config, split: Split, block: int) -> tuple[Levels, ...]:
    key = (config.seed, "design", split.name)
    rng = generator(*key, "block", block)
    samples = _samples(split, rng)
    slots = samples[-1].slots.stop
    kind_deck = _Deck(tuple(split.kinds), *key, "kind")
    kinds = _shuffled(rng, kind_deck.cards(block * slots, slots))
    _mend(rng, [(s, s.slots) for s in samples], kinds, _too_often)

    values: list[str] = [""] * slots
    moves: list[str | None] = [None] * slots
    for name, kind in split.kinds.items():
        own = [slot for slot, k in enumerate(kinds) if k == name]
        before = kind_deck.dealt_before(name, block * slots)
        deck = _Deck(kind.values(split.vocabulary), *key, "value", name)
        _place(values, own, _shuffled(rng, deck.cards(before, len(own))))
        if isinstance(kind, Position):
            types = [m for m in split.sampling.moves if m != "in" or any(s.objects > s.visible for s in samples)]
            _place(moves, own, _shuffled(rng, _Deck(types, *key, "move").cards(before, len(own))))
            movers = [(s, [slot for slot in s.slots if kinds[slot] == name]) for s in samples]
            others = {s: [kinds[slot] for slot in s.slots if kinds[slot] != name] for s in samples}
            _mend(rng, movers, moves, partial(_no_room, others), types)
    return tuple(
        Levels(
            objects=s.objects,
            visible=s.visible,
            steps=tuple(StepLevel(kind=kinds[k], value=values[k], move=moves[k]) for k in s.slots),
        )
        for s in samples
    )


def _samples(split: Split, rng: np.random.Generator) -> list[_Sample]:
    """Every combination equally often, in shuffled order."""
    combinations = _combinations(split)
    low, high = split.sampling.objects
    samples, start = [], 0
    for visible, steps in _shuffled(rng, combinations * (block_size(split) // len(combinations))):
        objects = visible if split.sampling.visible is None else int(rng.integers(max(low, visible), high + 1))
        samples.append(_Sample(objects, visible, range(start, start + steps)))
        start += steps
    return samples


def _too_often(sample: _Sample, kinds: list[str]) -> int:
    """Steps too many where each visible object can change once in each kind."""
    return sum(max(0, n - sample.visible) for n in Counter(kinds).values())


def _no_room(others: dict[_Sample, list[str]], sample: _Sample, moves: list[str]) -> int:
    """Objects lacking for the moves: entering ones must be hidden, and one that leaves changes in no other way."""
    entering, leaving = moves.count("in"), moves.count("out")
    staying = max([moves.count("inner"), *Counter(others[sample]).values()])
    return max(0, entering - (sample.objects - sample.visible)) + max(0, leaving + staying - sample.visible)


def _place(target: list, slots: list[int], items: list) -> None:
    for slot, item in zip(slots, items, strict=True):
        target[slot] = item


def _shuffled(rng: np.random.Generator, items: list) -> list:
    return [items[k] for k in rng.permutation(len(items))]


Lack = Callable[[_Sample, list], int]


def _mend(
    rng: np.random.Generator, owned: list[tuple[_Sample, Sequence[int]]], items: list, lack: Lack, spare=()
) -> None:
    """Swaps items between samples, in place, until none lacks anything; replaces by `spare` what no swap mends."""

    def lacking(k: int) -> int:
        sample, slots = owned[k]
        return lack(sample, [items[s] for s in slots])

    places = [(k, slot) for k, (_, slots) in enumerate(owned) for slot in slots]
    for k, slot in places:
        if not lacking(k):
            continue
        for other, there in (places[j] for j in rng.permutation(len(places))):
            if other == k or items[slot] == items[there]:
                continue
            before = lacking(k) + lacking(other)
            items[slot], items[there] = items[there], items[slot]
            if lacking(k) + lacking(other) < before:
                break
            items[slot], items[there] = items[there], items[slot]
        for item in spare:
            was, before = items[slot], lacking(k)
            items[slot] = item
            if not before or lacking(k) >= before:
                items[slot] = was
