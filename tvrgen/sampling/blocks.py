"""A block of problems: every combination of levels equally often, and steps dealt evenly over all blocks.

In each block, every combination of (visible objects, number of steps) occurs equally often, in shuffled order. What
the steps do is dealt in rounds that run on over block boundaries (see `dealing`), so that at every boundary the counts
of any two kinds, values, types of move or target indices differ by one at most. Nothing is counted while running:
where a block begins in each deck follows from its number. What a problem cannot take (two steps of one kind for its
only object) it swaps with others of its block, which leaves all counts as they are.
"""

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from tvrgen._support.rng import generator
from tvrgen.sampling.decks import Deck, deal, sharing, shuffled, swap_until_they_fit
from tvrgen.sampling.looks import possible
from tvrgen.settings import Config, Split
from tvrgen.transformations.position import Position

MIN_BLOCK = 64
"""Smallest block, so that swaps within it can mend what a deal breaks."""

_DEALS = 6  # orders tried for a block before one with replaced cards is taken
_MOST_DEALS = 30  # orders tried before one is taken that some problem cannot meet


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLevel:
    """What one step must be. `move` is inner, out or in for a move, else None; `target` is the object's index."""

    kind: str
    value: str
    move: str | None
    target: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One problem of a block; `slots` are the places of its steps among all steps of the block."""

    objects: int
    visible: int
    slots: range
    steps: tuple[StepLevel, ...] = ()


def samples(config: Config, split: Split, block: int) -> tuple[Sample, ...]:
    """The problems of a block, in order."""
    return _dealt(config, split, block)[0]


def faults(config: Config, split: Split, block: int) -> int:
    """How many problems of a block nothing could meet: 0, unless the config demands too much of too few objects."""
    return _dealt(config, split, block)[1]


@lru_cache(maxsize=16)
def _dealt(config: Config, split: Split, block: int) -> tuple[tuple[Sample, ...], int]:
    deals: list[_Deal] = []
    for attempt in range(_MOST_DEALS):
        deals.append(_Deal(config, split, block, attempt))
        if deals[-1].sound or (attempt + 1 >= _DEALS and not all(deal.faults for deal in deals)):
            break
    best = min(deals, key=lambda deal: (deal.faults, not deal.exact))
    return tuple(dataclasses.replace(s, steps=tuple(map(best.level, s.slots))) for s in best.samples), best.faults


def block_size(split: Split) -> int:
    """Problems in a block, not counting those without change."""
    combinations = len(_combinations(split))
    return combinations * _times(split)


def visible_numbers(split: Split) -> tuple[int, ...]:
    """The numbers of visible objects that occur."""
    return split.sampling.on_stage or split.sampling.objects


def object_numbers(split: Split, visible: int) -> tuple[int, ...]:
    """The numbers of objects that may go with so many visible ones."""
    if split.sampling.on_stage is None:
        return (visible,)
    return tuple(n for n in split.sampling.objects if n >= visible)


def _combinations(split: Split) -> list[tuple[int, int]]:
    return list(itertools.product(visible_numbers(split), split.sampling.steps))


def _times(split: Split) -> int:
    return -(-MIN_BLOCK // len(_combinations(split)))


class _Deal:
    """One block while it is dealt: for each of its steps a kind, a value, a type of move and a target.

    All deals of a block have the same cards, in other orders. `faults` are problems that cannot be met; `exact` says
    that no card was replaced to avoid them.
    """

    def __init__(self, config: Config, split: Split, block: int, attempt: int) -> None:
        self._split, self._block_number, self.exact = split, block, True
        self._key = (config.seed, "design", split.name)
        self._rng = generator(*self._key, "block", block, attempt)
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
        self._mend_values(self._clashes)
        self._deal_targets()
        self._mend_values(self._unfit_now)
        self.faults = sum(self._unfit_now(sample) > 0 for sample in self.samples)

    def level(self, slot: int) -> StepLevel:
        """What was dealt to a step."""
        kind, value, move, target = (of[slot] for of in (self.kinds, self.values, self.moves, self.targets))
        return StepLevel(kind=kind, value=value, move=move, target=target)

    @property
    def sound(self) -> bool:
        return self.exact and not self.faults

    def _fitted(
        self, owners: list, cards: list, lack: Callable, spare: Sequence = (), arrange: Callable = shuffled
    ) -> list:
        dealt, exact = deal(self._rng, owners, cards, lack, spare, arrange)
        self.exact &= exact
        return dealt

    def _draw_samples(self) -> list[Sample]:
        """Every combination equally often, in shuffled order."""
        times, samples, start = _times(self._split), [], 0
        drawn = []
        for visible, steps in _combinations(self._split):
            numbers = self._objects_deck(visible, steps).cards(self._block_number * times, times)
            drawn += [(objects, visible, steps) for objects in numbers]
        for objects, visible, steps in shuffled(self._rng, drawn):
            samples.append(Sample(objects, visible, range(start, start + steps)))
            start += steps
        return samples

    def _objects_deck(self, visible: int, steps: int) -> Deck:
        return Deck(object_numbers(self._split, visible), *self._key, "objects", visible, steps)

    def _deal_kinds_and_values(self, slots: int) -> None:
        split, start = self._split, self._block_number * slots
        if split.sampling.balance == "value":
            cards = self._pair_deck().cards(start, slots)
            dealt = self._fitted(self._owners, cards, lambda k, own: self._too_often(k, [kind for kind, _ in own]))
            self.kinds, self.values = [kind for kind, _ in dealt], [value for _, value in dealt]
            return
        deck = self._kind_deck()
        self.kinds = self._fitted(self._owners, deck.cards(start, slots), self._too_often)
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
        _place(self.moves, own, self._fitted(movers, cards, partial(self._no_room, others), possible))

    def _possible_moves(self) -> tuple[str, ...]:
        sampling = self._split.sampling
        hidden = sampling.on_stage is not None and max(sampling.objects) > min(sampling.on_stage)
        return tuple(m for m in sampling.moves if m != "in" or hidden)

    def _deal_targets(self) -> None:
        """Indices are dealt among the problems with equally many objects: to steps, or to problems with one for all."""
        before, lone = self._block_number * _times(self._split), self._lone()
        for objects in sorted({s.objects for s in self.samples}):
            group = [s for s in self.samples if s.objects == objects]
            start = sum(
                (1 if lone else steps) * self._objects_deck(visible, steps).dealt_before(objects, before)
                for visible, steps in _combinations(self._split)
                if objects in object_numbers(self._split, visible)
            )
            own = [slot for s in group for slot in s.slots]
            deck = Deck(range(objects), *self._key, "target", objects)
            if lone:
                dealt = zip(group, deck.cards(start, len(group)), strict=True)
                _place(self.targets, own, [target for s, target in dealt for _ in s.slots])
                continue
            place = {slot: k for k, slot in enumerate(own)}
            owners = [[place[slot] for slot in s.slots] for s in group]
            lack, hands = partial(_of, group, self._unfit), [self._hand(s, place) for s in group]
            arrange = partial(sharing, [(room, places) for room, places in hands if 0 < room < len(places)])
            _place(self.targets, own, self._fitted(owners, deck.cards(start, len(own)), lack, range(objects), arrange))

    def _lone(self) -> bool:
        """Whether every problem has one object that takes all its steps."""
        return visible_numbers(self._split) == (1,) and not {"in", "out"} & {*self.moves}

    def _shared(self, sample: Sample) -> tuple[int, list[int]]:
        """How many visible objects can take the steps that need none of their own, and these steps."""
        leaving = sum(self.moves[slot] == "out" for slot in sample.slots)
        return sample.visible - leaving, [slot for slot in sample.slots if self.moves[slot] not in ("in", "out")]

    def _hand(self, sample: Sample, place: dict[int, int]) -> tuple[int, list[int]]:
        """The same with these steps' places, those of one kind together, so that they go to different objects."""
        room, shared = self._shared(sample)
        return room, [place[slot] for slot in sorted(shared, key=lambda slot: self.kinds[slot])]

    def _too_often(self, k: int, kinds: list[str]) -> int:
        """Steps too many where each visible object can change once in each kind, or once to each other value."""
        if not self._split.sampling.repeat:
            return sum(max(0, n - self.samples[k].visible) for n in Counter(kinds).values())
        return sum(
            max(0, n - self.samples[k].visible * (len(self._split.values[kind]) - 1))
            for kind, n in Counter(kinds).items()
        )

    def _mend_values(self, lack: Callable[[Sample], int]) -> None:
        """Swaps values, within a kind and a type of move, between problems until none lacks anything."""
        for kind, move in sorted({(k, m or "") for k, m in zip(self.kinds, self.moves, strict=True)}):
            if not any(map(lack, self.samples)):
                return
            own = [slot for slot, k in enumerate(self.kinds) if k == kind and (self.moves[slot] or "") == move]
            place = {slot: k for k, slot in enumerate(own)}
            owners = [[place[slot] for slot in s.slots if slot in place] for s in self.samples]
            values = [self.values[slot] for slot in own]

            def lack_with(k: int, mine: list[str], own=own, owners=owners) -> int:
                slots = [own[place] for place in owners[k]]
                kept = [self.values[slot] for slot in slots]
                _place(self.values, slots, mine)
                faults = lack(self.samples[k])
                _place(self.values, slots, kept)
                return faults

            swap_until_they_fit(self._rng, owners, values, lack_with)
            _place(self.values, own, values)

    def _unfit_now(self, sample: Sample) -> int:
        return self._unfit(sample, [self.targets[slot] for slot in sample.slots])

    def _clashes(self, sample: Sample) -> int:
        """Steps too many that are alike, where each needs an object of its own that stays; or one object's clash."""
        room, slots = self._shared(sample)
        shared = [(self.kinds[k], self.values[k], self.moves[k]) for k in slots]
        alike = Counter((kind, value) for kind, value, _ in shared)
        faults = sum(max(0, n - room) for n in alike.values())
        return faults or (room == 1 and not possible(tuple(shared), self._split))

    def _no_room(self, others: list[list[str]], k: int, moves: list[str]) -> int:
        """Objects lacking for the moves: entering ones must be hidden, and one that leaves changes in no other way."""
        sample, entering, leaving = self.samples[k], moves.count("in"), moves.count("out")
        staying = [moves.count("inner"), *Counter(others[k]).values()]
        most = min(1, sum(staying)) if self._split.sampling.repeat else max(staying)
        return max(0, entering - (sample.objects - sample.visible)) + max(0, leaving + most - sample.visible)

    def _unfit(self, sample: Sample, targets: list[int]) -> int:
        """How many steps stand against each other if they have these targets."""
        faults, by_target = 0, {}
        for target, slot in zip(targets, sample.slots, strict=True):
            by_target.setdefault(target, []).append((self.kinds[slot], self.values[slot], self.moves[slot]))
        entering, staying = 0, []
        for own in by_target.values():
            names, types = [kind for kind, _, _ in own], [move for _, _, move in own]
            faults += not possible(tuple(own), self._split)
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


def _of(group: list[Sample], unfit: Callable, k: int, targets: list[int]) -> int:
    return unfit(group[k], targets)


def _place(target: list, slots: Iterable[int], items: list) -> None:
    for slot, item in zip(slots, items, strict=True):
        target[slot] = item
