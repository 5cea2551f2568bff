"""A block of problems: every combination of levels equally often, and steps dealt evenly over all blocks.

In each block, every combination of (objects on stage, number of steps) occurs equally often, in shuffled order. Kinds,
values, variants (such as leaving the stage) and object indices of steps are dealt in rounds that run on over block
boundaries (see `decks`), so that at every boundary the counts of any two of them differ by one at most. Nothing is
counted while running: where a block begins in each deck follows from its number. A problem swaps steps that it cannot
take (two of one kind for its only object) with others of its block, which leaves all counts unchanged.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeVar

import numpy as np

from tvrgen._support import limits
from tvrgen._support.rng import generator
from tvrgen.config.settings import SamplingSettings, Split
from tvrgen.sampling.decks import Deck, Trials, deal, sharing, shuffled, swap_until_they_fit
from tvrgen.sampling.levels import IntendedStep, Levels
from tvrgen.sampling.looks import possible
from tvrgen.transformations.base import Role

T = TypeVar("T")

MIN_BLOCK = 64
"""Least number of problems in a block: enough for swaps within the block to repair a deal."""

_DEALS = 6  # orders tried for a block before one with replaced cards is taken
_MOST_DEALS = 30  # orders tried before one is taken in which a problem has steps that no objects can take


def levels(seed: int, split: Split, block: int) -> tuple[Levels, ...]:
    """Returns the levels of a block's problems, in order, without views.

    Raises TooHardError if it takes too many trials to deal them, as `faults` does.
    """
    return _dealt(seed, split, block)[0]


def faults(seed: int, split: Split, block: int) -> int:
    """The number of problems in a block whose steps no objects can take: 0, unless the config demands too much."""
    return _dealt(seed, split, block)[1]


@lru_cache(maxsize=16)
def _dealt(seed: int, split: Split, block: int) -> tuple[tuple[Levels, ...], int]:
    deals: list[_Deal] = []
    trials = Trials(limits.TRIALS.value)
    for attempt in range(_MOST_DEALS):
        deals.append(_Deal(seed, split, block, attempt, trials))
        if deals[-1].sound or (attempt + 1 >= _DEALS and not all(deal.faults for deal in deals)):
            break
    best = min(deals, key=lambda deal: (deal.faults, not deal.exact))
    return best.levels, best.faults


def block_size(sampling: SamplingSettings) -> int:
    """The number of problems in a block, without those in which nothing changes."""
    return len(_combinations(sampling)) * _times(sampling)


def steps_in_block(sampling: SamplingSettings) -> int:
    """The number of steps in a block."""
    return _times(sampling) * sum(steps for _, steps in _combinations(sampling))


def on_stage_numbers(sampling: SamplingSettings) -> tuple[int, ...]:
    """The numbers of objects on stage that occur."""
    return sampling.on_stage or sampling.objects


def object_numbers(sampling: SamplingSettings, on_stage: int) -> tuple[int, ...]:
    """The numbers of objects that occur together with a number of objects on stage."""
    if sampling.on_stage is None:
        return (on_stage,)
    return tuple(n for n in sampling.objects if n >= on_stage)


def _combinations(sampling: SamplingSettings) -> list[tuple[int, int]]:
    """All pairs (objects on stage, steps)."""
    return list(itertools.product(on_stage_numbers(sampling), sampling.steps))


def _times(sampling: SamplingSettings) -> int:
    """The number of times that each combination occurs in a block."""
    return -(-MIN_BLOCK // len(_combinations(sampling)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """A problem before its steps are dealt; `slots` are the positions of its steps among all steps of the block."""

    objects: int
    on_stage: int
    slots: range


class _Deal:
    """A block while it is dealt: for each slot, a step of a problem, its kind, value, variant and index of the object.

    All deals of a block have the same cards, in other orders. `faults` is the number of problems whose steps no
    objects can take; `exact` is whether no card was replaced to avoid them.
    """

    def __init__(self, seed: int, split: Split, block: int, attempt: int, trials: Trials | None = None) -> None:
        self._split, self._sampling, self._block, self.exact = split, split.sampling, block, True
        self._trials = trials or Trials(limits.TRIALS.value)
        self._key = (seed, "design", split.name)
        self._rng = generator(*self._key, "block", block, attempt)
        self.samples = self._draw_samples()
        self._owners = [s.slots for s in self.samples]
        slots = self.samples[-1].slots.stop
        self.kinds, self.values = [""] * slots, [""] * slots
        self.variants = [""] * slots
        self._ways = {name: dict(kind.variants(self._sampling)) for name, kind in split.kinds.items()}
        self.indices = [0] * slots
        self._deal_kinds_and_values(slots)
        for name, ways in self._ways.items():
            if "" not in ways:
                self._deal_variants(name, slots)
        self._mend_values(self._clashes)
        self._deal_indices()
        self._mend_values(self._unfit)
        self.faults = sum(self._unfit(sample) > 0 for sample in self.samples)

    @property
    def levels(self) -> tuple[Levels, ...]:
        """The levels of the problems, in order."""
        return tuple(
            Levels(objects=s.objects, on_stage=s.on_stage, steps=tuple(self._step(slot) for slot in s.slots))
            for s in self.samples
        )

    def _step(self, slot: int, index: int | None = None) -> IntendedStep:
        """Returns the step dealt to a slot; `index` replaces the dealt index of its object."""
        return IntendedStep(
            kind=self.kinds[slot],
            value=self.values[slot],
            variant=self.variants[slot],
            roles=self._roles(slot),
            objects=(self.indices[slot] if index is None else index,),
        )

    def _roles(self, slot: int) -> tuple[Role, ...]:
        roles: tuple[Role, ...] = self._ways[self.kinds[slot]][self.variants[slot]]
        return roles

    def _enters(self, slot: int) -> bool:
        return self._roles(slot)[0].before == "unseen"

    def _leaves(self, slot: int) -> bool:
        return self._roles(slot)[0].alone

    @property
    def sound(self) -> bool:
        return self.exact and not self.faults

    def _fitted(
        self,
        owners: Sequence[Sequence[int]],
        cards: list[T],
        lack: Callable[[int, list[T]], int],
        spare: Sequence[T] = (),
        arrange: Callable[[np.random.Generator, list[T]], list[T]] = shuffled,
    ) -> list[T]:
        """The cards as dealt to their owners."""
        dealt, exact = deal(self._rng, owners, cards, self._trials.counting(lack), spare, arrange)
        self.exact &= exact
        return dealt

    def _draw_samples(self) -> list[_Sample]:
        """Draws samples in which every combination occurs equally often, in shuffled order."""
        times, samples, start = _times(self._sampling), [], 0
        drawn = []
        for on_stage, steps in _combinations(self._sampling):
            numbers = self._objects_deck(on_stage, steps).cards(self._block * times, times)
            drawn += [(objects, on_stage, steps) for objects in numbers]
        for objects, on_stage, steps in shuffled(self._rng, drawn):
            samples.append(_Sample(objects=objects, on_stage=on_stage, slots=range(start, start + steps)))
            start += steps
        return samples

    def _objects_deck(self, on_stage: int, steps: int) -> Deck[int]:
        return Deck(object_numbers(self._sampling, on_stage), *self._key, "objects", on_stage, steps)

    def _deal_kinds_and_values(self, slots: int) -> None:
        split, start = self._split, self._block * slots
        if split.sampling.balance == "value":
            pairs = self._pair_deck().cards(start, slots)
            dealt = self._fitted(self._owners, pairs, lambda k, own: self._too_often(k, [kind for kind, _ in own]))
            self.kinds, self.values = [kind for kind, _ in dealt], [value for _, value in dealt]
            return
        deck = self._kind_deck()
        self.kinds = self._fitted(self._owners, deck.cards(start, slots), self._too_often)
        for name, values in split.values.items():
            own = self._slots_of(name)
            cards = Deck(values, *self._key, "value", name).cards(deck.dealt_before(name, start), len(own))
            _place(self.values, own, shuffled(self._rng, cards))

    def _kind_deck(self) -> Deck[str]:
        return Deck(tuple(self._split.kinds), *self._key, "kind")

    def _pair_deck(self) -> Deck[tuple[str, str]]:
        return Deck([(n, v) for n, values in self._split.values.items() for v in values], *self._key, "pair")

    def _slots_of(self, kind: str) -> list[int]:
        return [slot for slot, k in enumerate(self.kinds) if k == kind]

    def _deal_variants(self, name: str, slots: int) -> None:
        own, variants, start = self._slots_of(name), self._possible_variants(name), self._block * slots
        if self._split.sampling.balance == "value":
            before = sum(self._pair_deck().dealt_before((name, v), start) for v in self._split.values[name])
        else:
            before = self._kind_deck().dealt_before(name, start)
        cards = Deck(variants, *self._key, "move").cards(before, len(own))
        place = {slot: k for k, slot in enumerate(own)}
        takers = [[place[slot] for slot in s.slots if slot in place] for s in self.samples]
        others = [[self.kinds[slot] for slot in s.slots if slot not in place] for s in self.samples]
        lack = partial(self._no_room, self._ways[name], others)
        _place(self.variants, own, self._fitted(takers, cards, lack, variants))

    def _possible_variants(self, name: str) -> tuple[str, ...]:
        sampling = self._sampling
        hidden = sampling.on_stage is not None and max(sampling.objects) > min(sampling.on_stage)
        ways = self._ways[name].items()
        return tuple(way for way, roles in ways if hidden or roles[0].before != "unseen")

    def _deal_indices(self) -> None:
        """Deals indices among the problems with equally many objects: to steps, or to whole problems."""
        before, one_each = self._block * _times(self._sampling), self._one_object_takes_all()
        for objects in sorted({s.objects for s in self.samples}):
            group = [s for s in self.samples if s.objects == objects]
            start = sum(
                (1 if one_each else steps) * self._objects_deck(on_stage, steps).dealt_before(objects, before)
                for on_stage, steps in _combinations(self._sampling)
                if objects in object_numbers(self._sampling, on_stage)
            )
            own = [slot for s in group for slot in s.slots]
            deck = Deck(range(objects), *self._key, "target", objects)
            if one_each:
                dealt = zip(group, deck.cards(start, len(group)), strict=True)
                _place(self.indices, own, [index for s, index in dealt for _ in s.slots])
                continue
            place = {slot: k for k, slot in enumerate(own)}
            owners = [[place[slot] for slot in s.slots] for s in group]
            lack, hands = partial(self._unfit_in, group), [self._hand(s, place) for s in group]
            arrange = partial(sharing, [(room, places) for room, places in hands if 0 < room < len(places)])
            _place(self.indices, own, self._fitted(owners, deck.cards(start, len(own)), lack, range(objects), arrange))

    def _one_object_takes_all(self) -> bool:
        """Whether every problem has one object that takes all its steps."""
        if on_stage_numbers(self._sampling) != (1,):
            return False
        return not any(self._enters(slot) or self._leaves(slot) for slot in range(len(self.kinds)))

    def _shared(self, sample: _Sample) -> tuple[int, list[int]]:
        """The number of objects on stage that do not leave, and the slots of steps that they can share."""
        leaving = sum(map(self._leaves, sample.slots))
        shared = [slot for slot in sample.slots if not self._enters(slot) and not self._leaves(slot)]
        return sample.on_stage - leaving, shared

    def _hand(self, sample: _Sample, place: dict[int, int]) -> tuple[int, list[int]]:
        """As `_shared`, but as positions of slots, sorted by kind, so that equal kinds get different objects."""
        room, shared = self._shared(sample)
        return room, [place[slot] for slot in sorted(shared, key=lambda slot: self.kinds[slot])]

    def _too_often(self, k: int, kinds: list[str]) -> int:
        """Excess steps of a problem: each object on stage changes once in each kind, or once to each other value."""
        on_stage = self.samples[k].on_stage
        if not self._sampling.repeat:
            return sum(max(0, n - on_stage) for n in Counter(kinds).values())
        return sum(max(0, n - on_stage * (len(self._split.values[kind]) - 1)) for kind, n in Counter(kinds).items())

    def _mend_values(self, lack: Callable[[_Sample], int]) -> None:
        """Swaps values, within a kind and a variant, between problems until all problems can take theirs."""
        for kind, variant in sorted({*zip(self.kinds, self.variants, strict=True)}):
            if not any(map(lack, self.samples)):
                return
            own = [slot for slot, k in enumerate(self.kinds) if k == kind and self.variants[slot] == variant]
            place = {slot: k for k, slot in enumerate(own)}
            owners = [[place[slot] for slot in s.slots if slot in place] for s in self.samples]
            values = [self.values[slot] for slot in own]

            def lack_with(k: int, mine: list[str], own: list[int] = own, owners: list[list[int]] = owners) -> int:
                slots = [own[place] for place in owners[k]]
                kept = [self.values[slot] for slot in slots]
                _place(self.values, slots, mine)
                faults = lack(self.samples[k])
                _place(self.values, slots, kept)
                return faults

            swap_until_they_fit(self._rng, owners, values, self._trials.counting(lack_with))
            _place(self.values, own, values)

    def _clashes(self, sample: _Sample) -> int:
        """Excess steps of one kind and value, each of which needs its own object; 1 if one object cannot take all."""
        room, slots = self._shared(sample)
        shared = [self._step(slot) for slot in slots]
        alike = Counter((step.kind, step.value) for step in shared)
        faults = sum(max(0, n - room) for n in alike.values())
        return faults or int(room == 1 and not possible(shared, self._split))

    def _no_room(self, ways: dict[str, tuple[Role, ...]], others: list[list[str]], k: int, variants: list[str]) -> int:
        """Missing objects: one that enters starts off stage, and one that leaves cannot take any of the `others`.

        `ways` are the roles of the kind's variants; `others[k]` are the kinds of the problem's other steps.
        """
        sample, roles = self.samples[k], [ways[variant][0] for variant in variants]
        entering, leaving = sum(r.before == "unseen" for r in roles), sum(r.alone for r in roles)
        staying = [len(roles) - entering - leaving, *Counter(others[k]).values()]
        most = min(1, sum(staying)) if self._sampling.repeat else max(staying)
        return max(0, entering - (sample.objects - sample.on_stage)) + max(0, leaving + most - sample.on_stage)

    def _unfit_in(self, group: list[_Sample], k: int, indices: list[int]) -> int:
        return self._unfit(group[k], indices)

    def _unfit(self, sample: _Sample, indices: list[int] | None = None) -> int:
        """The number of conflicting steps of a problem; `indices` replace the dealt indices."""
        by_index: dict[int, list[IntendedStep]] = {}
        for slot, index in zip(sample.slots, indices or itertools.repeat(None), strict=False):
            step = self._step(slot, index)
            by_index.setdefault(step.objects[0], []).append(step)
        faults, entering, staying = 0, 0, []
        for own in by_index.values():
            roles = [step.roles[0] for step in own]
            entries = [role.before == "unseen" for role in roles]
            faults += not possible(own, self._split)
            if not self._sampling.repeat:
                faults += len(own) - len({step.kind for step in own})
            if any(role.alone for role in roles):
                faults += len(own) - 1
            if any(entries):
                faults += (not entries[0]) + sum(entries) - 1
                entering += 1
            else:
                staying.append(len(own))
        faults += sum(sorted(staying)[: max(0, len(staying) - sample.on_stage)])
        return faults + max(0, entering - (sample.objects - sample.on_stage))


def _place(target: list[T], slots: Iterable[int], items: Sequence[T]) -> None:
    for slot, item in zip(slots, items, strict=True):
        target[slot] = item
