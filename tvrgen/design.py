"""The block design: which factor levels problem i of a split has, known from i alone.

Problems in which nothing changes stand at even distances. All others are cut into blocks. In each block, every
combination of (visible objects, number of steps) occurs equally often, in shuffled order; what the steps do is dealt
in rounds that run on over block boundaries (see `dealing`), so that at every boundary the counts of any two kinds,
values, types of move or target indices differ by one at most. Nothing is counted while running: where a block begins
in each deck follows from its number. What a problem cannot take (two steps of one kind for its only object) it swaps
with others of its block, which leaves all counts as they are.
"""

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

from tvrgen.dealing import Deck, deal, shuffled
from tvrgen.seeding import generator
from tvrgen.settings import Config, Split
from tvrgen.transform import Position

MIN_BLOCK = 64
"""Smallest block, so that swaps within it can mend what a deal breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLevel:
    """What one step must be. `move` is inner, out or in for a move, else None; `target` is the object's index."""

    kind: str
    value: str
    move: str | None
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What a problem must have: objects in all and on stage at first, its steps in order, its final views."""

    objects: int
    visible: int
    steps: tuple[StepLevel, ...]
    views: tuple[str, ...]

    def __str__(self) -> str:
        steps = ", ".join(f"{s.target}.{s.kind}.{s.value}" + (f" ({s.move})" if s.move else "") for s in self.steps)
        return (
            f"{self.visible} of {self.objects} objects visible; steps {steps or 'none'}; views {', '.join(self.views)}"
        )


def levels(config: Config, split: Split, index: int) -> Levels:
    """The levels of problem `index` of a split."""
    key, share = (config.seed, "design", split.name), split.sampling.no_change
    views = split.cameras.final
    if split.cameras.views == "one":
        views = tuple(Deck(views, *key, "view").cards(index, 1))
    still = int(index * share)  # problems without change before this one
    if int((index + 1) * share) > still:
        visible = Deck(visible_numbers(split), *key, "still").cards(still, 1)[0]
        objects = Deck(_object_numbers(split, visible), *key, "still", visible).cards(still, 1)[0]
        return Levels(objects=objects, visible=visible, steps=(), views=views)
    size = block_size(split)
    return _with_views(_block(config, split, (index - still) // size)[(index - still) % size], views)


def _with_views(sample: "_Sample", views: tuple[str, ...]) -> Levels:
    return Levels(objects=sample.objects, visible=sample.visible, steps=sample.steps, views=views)


def block_size(split: Split) -> int:
    """Problems in a block, not counting those without change."""
    combinations = len(_combinations(split))
    return combinations * _times(split)


def visible_numbers(split: Split) -> tuple[int, ...]:
    """The numbers of visible objects that occur."""
    return split.sampling.visible or split.sampling.objects


def _object_numbers(split: Split, visible: int) -> tuple[int, ...]:
    """The numbers of objects that may go with so many visible ones."""
    if split.sampling.visible is None:
        return (visible,)
    return tuple(n for n in split.sampling.objects if n >= visible)


def _combinations(split: Split) -> list[tuple[int, int]]:
    return list(itertools.product(visible_numbers(split), split.sampling.steps))


def _times(split: Split) -> int:
    return -(-MIN_BLOCK // len(_combinations(split)))


@dataclass(frozen=True, slots=True)
class _Sample:
    """One problem of a block; `slots` are the places of its steps among all steps of the block."""

    objects: int
    visible: int
    slots: range
    steps: tuple[StepLevel, ...] = ()


@lru_cache(maxsize=16)
def _block(config: Config, split: Split, block: int) -> tuple[_Sample, ...]:
    dealt = _Deal(config, split, block)
    return tuple(
        _Sample(
            s.objects,
            s.visible,
            s.slots,
            tuple(
                StepLevel(kind=dealt.kinds[k], value=dealt.values[k], move=dealt.moves[k], target=dealt.targets[k])
                for k in s.slots
            ),
        )
        for s in dealt.samples
    )


class _Deal:
    """One block while it is dealt: for each of its steps a kind, a value, a type of move and a target."""

    def __init__(self, config: Config, split: Split, block: int) -> None:
        self._split, self._block_number = split, block
        self._key = (config.seed, "design", split.name)
        self._rng = generator(*self._key, "block", block)
        self.samples = self._draw_samples()
        self._owners = [s.slots for s in self.samples]
        slots = self.samples[-1].slots.stop
        self.kinds, self.values = [""] * slots, [""] * slots
        self.moves: list[str | None] = [None] * slots
        self.targets = [0] * slots
        self._deal_kinds_and_values(slots)
        for name, kind in split.kinds.items():
            if isinstance(kind, Position):
                self._deal_moves(name, slots)
        self._deal_targets()

    def _draw_samples(self) -> list[_Sample]:
        """Every combination equally often, in shuffled order."""
        times, samples, start = _times(self._split), [], 0
        drawn = []
        for visible, steps in _combinations(self._split):
            numbers = self._objects_deck(visible, steps).cards(self._block_number * times, times)
            drawn += [(objects, visible, steps) for objects in numbers]
        for objects, visible, steps in shuffled(self._rng, drawn):
            samples.append(_Sample(objects, visible, range(start, start + steps)))
            start += steps
        return samples

    def _objects_deck(self, visible: int, steps: int) -> Deck:
        return Deck(_object_numbers(self._split, visible), *self._key, "objects", visible, steps)

    def _deal_kinds_and_values(self, slots: int) -> None:
        split, start = self._split, self._block_number * slots
        if split.sampling.balance == "value":
            cards = self._pair_deck().cards(start, slots)
            dealt = deal(self._rng, self._owners, cards, lambda k, own: self._too_often(k, [kind for kind, _ in own]))
            self.kinds, self.values = [kind for kind, _ in dealt], [value for _, value in dealt]
            return
        deck = self._kind_deck()
        self.kinds = deal(self._rng, self._owners, deck.cards(start, slots), self._too_often)
        for name, values in split.values.items():
            own = self._slots_of(name)
            cards = Deck(values, *self._key, "value", name).cards(deck.dealt_before(name, start), len(own))
            _place(self.values, own, shuffled(self._rng, cards))

    def _kind_deck(self) -> Deck:
        return Deck(tuple(self._split.kinds), *self._key, "kind")

    def _pair_deck(self) -> Deck:
        return Deck([(n, v) for n, values in self._split.values.items() for v in values], *self._key, "pair")

    def _slots_of(self, kind: str) -> list[int]:
        return [slot for slot, k in enumerate(self.kinds) if k == kind]

    def _deal_moves(self, name: str, slots: int) -> None:
        own, possible, start = self._slots_of(name), self._possible_moves(), self._block_number * slots
        if self._split.sampling.balance == "value":
            before = sum(self._pair_deck().dealt_before((name, v), start) for v in self._split.values[name])
        else:
            before = self._kind_deck().dealt_before(name, start)
        cards = Deck(possible, *self._key, "move").cards(before, len(own))
        place = {slot: k for k, slot in enumerate(own)}
        movers = [[place[slot] for slot in s.slots if slot in place] for s in self.samples]
        others = [[self.kinds[slot] for slot in s.slots if slot not in place] for s in self.samples]
        _place(self.moves, own, deal(self._rng, movers, cards, partial(self._no_room, others), possible))

    def _possible_moves(self) -> tuple[str, ...]:
        sampling = self._split.sampling
        hidden = sampling.visible is not None and max(sampling.objects) > min(sampling.visible)
        return tuple(m for m in sampling.moves if m != "in" or hidden)

    def _deal_targets(self) -> None:
        """Indices are dealt among the problems with equally many objects."""
        times = _times(self._split)
        for objects in sorted({s.objects for s in self.samples}):
            group = [s for s in self.samples if s.objects == objects]
            start = sum(
                steps * self._objects_deck(visible, steps).dealt_before(objects, self._block_number * times)
                for visible, steps in _combinations(self._split)
                if objects in _object_numbers(self._split, visible)
            )
            own = [slot for s in group for slot in s.slots]
            place = {slot: k for k, slot in enumerate(own)}
            owners = [[place[slot] for slot in s.slots] for s in group]
            cards = Deck(range(objects), *self._key, "target", objects).cards(start, len(own))
            _place(self.targets, own, deal(self._rng, owners, cards, partial(self._unfit, group), range(objects)))

    def _too_often(self, k: int, kinds: list[str]) -> int:
        """Steps too many where each visible object can change once in each kind."""
        if self._split.sampling.repeat:
            return 0
        return sum(max(0, n - self.samples[k].visible) for n in Counter(kinds).values())

    def _no_room(self, others: list[list[str]], k: int, moves: list[str]) -> int:
        """Objects lacking for the moves: entering ones must be hidden, and one that leaves changes in no other way."""
        sample, entering, leaving = self.samples[k], moves.count("in"), moves.count("out")
        staying = [moves.count("inner"), *Counter(others[k]).values()]
        most = min(1, sum(staying)) if self._split.sampling.repeat else max(staying)
        return max(0, entering - (sample.objects - sample.visible)) + max(0, leaving + most - sample.visible)

    def _unfit(self, group: list[_Sample], k: int, targets: list[int]) -> int:
        """How many steps stand against each other if they have these targets."""
        sample = group[k]
        kinds, moves = [self.kinds[k] for k in sample.slots], [self.moves[k] for k in sample.slots]
        faults, by_target = 0, {}
        for target, kind, move in zip(targets, kinds, moves, strict=True):
            by_target.setdefault(target, []).append((kind, move))
        entering, staying = 0, []
        for own in by_target.values():
            names, types = [kind for kind, _ in own], [move for _, move in own]
            if not self._split.sampling.repeat:
                faults += len(names) - len(set(names))
            if "out" in types:
                faults += len(own) - 1
            if "in" in types:
                faults += (types[0] != "in") + types.count("in") - 1
                entering += 1
            else:
                staying.append(len(own))
        faults += sum(sorted(staying)[: max(0, len(staying) - sample.visible)])
        return faults + max(0, entering - (sample.objects - sample.visible))


def _place(target: list, slots: Iterable[int], items: list) -> None:
    for slot, item in zip(slots, items, strict=True):
        target[slot] = item
