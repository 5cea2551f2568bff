"""The deal of a block: which kind, value, variant and objects each step of its problems has.

Kinds, values, variants (such as leaving the stage) and the objects of steps are dealt in rounds that run on over block
boundaries (see `decks`), so that at every boundary the counts of any two of them differ by one at most. Nothing is
counted while running: where a block begins in each deck follows from its number. A problem swaps steps that it cannot
take (two of one kind for its only object) with others of its block, which leaves all counts unchanged.

Where kinds name different numbers of objects, kinds are dealt among the problems of equally many objects, each with a
deck of its own: only so does the number of steps that name a pair follow from the block's number. Pairs are dealt as
single objects are, from a deck of all pairs.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np

from tvrgen._support import limits
from tvrgen._support.rng import generator
from tvrgen.config.settings import Split
from tvrgen.sampling import conflicts
from tvrgen.sampling.combinations import combinations, object_numbers, on_stage_numbers, times
from tvrgen.sampling.decks import Deck, Trials, deal, sharing, shuffled, swap_until_they_fit
from tvrgen.sampling.levels import IntendedStep, Levels
from tvrgen.transformations.base import Role, Transformation

T = TypeVar("T")

Objects = tuple[int, ...]
"""The indices of the objects of a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A problem before its steps are dealt; `slots` are the positions of its steps among all steps of the block."""

    objects: int
    on_stage: int
    slots: range


class Form(NamedTuple):
    """The number of objects that steps of a kind take of those in the first image, and whether their order counts."""

    number: int
    ordered: bool

    @classmethod
    def of(cls, kind: Transformation) -> "Form":
        """The form of a kind's steps."""
        return cls(kind.named, kind.ordered and kind.named > 1)


class _Group(NamedTuple):
    """Samples among which kinds are dealt from one deck: its key, and the number of its cards before this block."""

    key: tuple[str | int, ...]
    start: int
    samples: list[Sample]

    @property
    def slots(self) -> list[int]:
        return [slot for sample in self.samples for slot in sample.slots]


class Deal:
    """A block while it is dealt: for each slot, a step of a problem, its kind, value, variant and objects.

    All deals of a block have the same cards, in other orders. `faults` is the number of problems whose steps no
    objects can take; `exact` is whether no card was replaced to avoid them.
    """

    def __init__(self, seed: int, split: Split, block: int, attempt: int, trials: Trials | None = None) -> None:
        self._split, self._sampling, self._block, self.exact = split, split.sampling, block, True
        self._trials = trials or Trials(limits.TRIALS.value)
        self._key = (seed, "design", split.name)
        self._rng = generator(*self._key, "block", block, attempt)
        self._ways = {name: dict(kind.variants(self._sampling)) for name, kind in split.kinds.items()}
        self._forms = {name: Form.of(kind) for name, kind in split.kinds.items()}
        self.samples = self._draw_samples()
        slots = self.samples[-1].slots.stop
        self.kinds, self.values, self.variants = [""] * slots, [""] * slots, [""] * slots
        self.objects: list[Objects] = [()] * slots
        self._groups = self._draw_groups()
        self._deal_kinds_and_values()
        for name, ways in self._ways.items():
            if "" not in ways:
                self._deal_variants(name)
        self._mend_values(self._clashes)
        self._deal_objects()
        self._mend_values(self._unfit)
        self.faults = sum(self._unfit(sample) > 0 for sample in self.samples)

    @property
    def levels(self) -> tuple[Levels, ...]:
        """The levels of the problems, in order."""
        return tuple(
            Levels(objects=s.objects, on_stage=s.on_stage, steps=tuple(self._complete(s))) for s in self.samples
        )

    @property
    def sound(self) -> bool:
        return self.exact and not self.faults

    def _complete(self, sample: Sample) -> Iterable[IntendedStep]:
        """The steps of a problem; objects that appear get the indices behind those that the first image has."""
        absent = itertools.count(sample.objects)
        for slot in sample.slots:
            dealt = iter(self.objects[slot])
            yield self._step(slot, tuple(next(absent if r.is_new else dealt) for r in self._roles(slot)))

    def _step(self, slot: int, objects: Objects | None = None) -> IntendedStep:
        """Returns the step dealt to a slot, with the roles of the objects that are dealt; `objects` replace these."""
        roles = self._roles(slot)
        if objects is None:
            objects, roles = self.objects[slot], tuple(r for r in roles if not r.is_new)
        return IntendedStep(
            kind=self.kinds[slot], value=self.values[slot], variant=self.variants[slot], roles=roles, objects=objects
        )

    def _roles(self, slot: int) -> tuple[Role, ...]:
        roles: tuple[Role, ...] = self._ways[self.kinds[slot]][self.variants[slot]]
        return roles

    def _enters(self, slot: int) -> bool:
        return any(role.enters for role in self._roles(slot))

    def _leaves(self, slot: int) -> bool:
        return any(role.leaves for role in self._roles(slot))

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

    def _draw_samples(self) -> list[Sample]:
        """Draws samples in which every combination occurs equally often, in shuffled order."""
        number, samples, start = times(self._sampling), [], 0
        drawn = []
        for on_stage, steps in combinations(self._sampling):
            numbers = self._objects_deck(on_stage, steps).cards(self._block * number, number)
            drawn += [(objects, on_stage, steps) for objects in numbers]
        for objects, on_stage, steps in shuffled(self._rng, drawn):
            samples.append(Sample(objects=objects, on_stage=on_stage, slots=range(start, start + steps)))
            start += steps
        return samples

    def _objects_deck(self, on_stage: int, steps: int) -> Deck[int]:
        return Deck(object_numbers(self._sampling, on_stage), *self._key, "objects", on_stage, steps)

    def _dealt_before(self, objects: int, whole: bool = False) -> int:
        """The steps, or `whole` problems, with a number of objects in the blocks before this one."""
        before = self._block * times(self._sampling)
        return sum(
            (1 if whole else steps) * self._objects_deck(on_stage, steps).dealt_before(objects, before)
            for on_stage, steps in combinations(self._sampling)
            if objects in object_numbers(self._sampling, on_stage)
        )

    @property
    def uniform(self) -> bool:
        """Whether all steps take one object."""
        return {form.number for form in self._forms.values()} == {1}

    def _draw_groups(self) -> list[_Group]:
        if self.uniform:
            return [_Group((), self._block * len(self.kinds), self.samples)]
        return [
            _Group((objects,), self._dealt_before(objects), [s for s in self.samples if s.objects == objects])
            for objects in sorted({s.objects for s in self.samples})
        ]

    def _deal_kinds_and_values(self) -> None:
        for group in self._groups:
            slots, owners = group.slots, _places(group.samples)
            if self._sampling.balance == "value":
                pairs = self._pair_deck(group).cards(group.start, len(slots))
                dealt = self._fitted(owners, pairs, partial(self._pairs_too_often, group.samples))
                _place(self.kinds, slots, [kind for kind, _ in dealt])
                _place(self.values, slots, [value for _, value in dealt])
            else:
                cards = self._kind_deck(group).cards(group.start, len(slots))
                _place(self.kinds, slots, self._fitted(owners, cards, partial(self._too_often, group.samples)))
        if self._sampling.balance == "value":
            return
        for name, values in self._split.values.items():
            own = self._slots_of(name)
            cards = Deck(values, *self._key, "value", name).cards(self._steps_before(name), len(own))
            _place(self.values, own, shuffled(self._rng, cards))

    def _kind_deck(self, group: _Group) -> Deck[str]:
        return Deck(tuple(self._split.kinds), *self._key, "kind", *group.key)

    def _pair_deck(self, group: _Group) -> Deck[tuple[str, str]]:
        pairs = [(n, v) for n, values in self._split.values.items() for v in values]
        return Deck(pairs, *self._key, "pair", *group.key)

    def _steps_before(self, kind: str, groups: Iterable[_Group] | None = None) -> int:
        """The steps of a kind in the blocks before this one, in all groups or in some."""
        groups = self._groups if groups is None else groups
        if self._sampling.balance == "value":
            values = self._split.values[kind]
            return sum(self._pair_deck(g).dealt_before((kind, v), g.start) for g in groups for v in values)
        return sum(self._kind_deck(group).dealt_before(kind, group.start) for group in groups)

    def _slots_of(self, kind: str) -> list[int]:
        return [slot for slot, k in enumerate(self.kinds) if k == kind]

    def _deal_variants(self, name: str) -> None:
        own, variants = self._slots_of(name), self._possible_variants(name)
        cards = Deck(variants, *self._key, "move").cards(self._steps_before(name), len(own))
        place = {slot: k for k, slot in enumerate(own)}
        takers = [[place[slot] for slot in s.slots if slot in place] for s in self.samples]
        others = [[self.kinds[slot] for slot in s.slots if slot not in place] for s in self.samples]
        lack = partial(self._no_room, self._ways[name], others)
        _place(self.variants, own, self._fitted(takers, cards, lack, variants))

    def _possible_variants(self, name: str) -> tuple[str, ...]:
        sampling = self._sampling
        hidden = sampling.on_stage is not None and max(sampling.objects) > min(sampling.on_stage)
        ways = self._ways[name].items()
        return tuple(way for way, roles in ways if hidden or not roles[0].enters)

    def _deal_objects(self) -> None:
        """Deals objects among the problems with equally many: to steps, or to whole problems."""
        for objects in sorted({s.objects for s in self.samples}):
            group = [s for s in self.samples if s.objects == objects]
            if self._one_object_takes_all():
                deck = Deck([(k,) for k in range(objects)], *self._key, "target", objects)
                dealt = deck.cards(self._dealt_before(objects, whole=True), len(group))
                for s, taken in zip(group, dealt, strict=True):
                    _place(self.objects, s.slots, [taken] * len(s.slots))
                continue
            for form in sorted({form for form in self._forms.values() if form.number}, reverse=True):
                self._deal_form(form, objects, group)

    def _deal_form(self, form: Form, objects: int, group: list[Sample]) -> None:
        """Deals the objects of all steps of a form, in problems with this number of objects."""
        kinds = {name for name, own in self._forms.items() if own == form}
        own = [slot for s in group for slot in s.slots if self.kinds[slot] in kinds]
        groups = [g for g in self._groups if g.key == (objects,)]
        start = sum(self._steps_before(name, groups) for name in kinds) if groups else self._dealt_before(objects)
        key = form if groups else ()
        choose = itertools.permutations if form.ordered else itertools.combinations
        tuples: list[Objects] = list(choose(range(objects), form.number))
        deck = Deck(tuples, *self._key, "target", objects, *key)
        place = {slot: k for k, slot in enumerate(own)}
        owners = [[place[slot] for slot in s.slots if slot in place] for s in group]
        taking = [[slot for slot in s.slots if slot in place] for s in group]
        lack, hands = partial(self._unfit_in, group, taking), [self._hand(s, place) for s in group]
        arrange = partial(sharing, [(room, places) for room, places in hands if 0 < room < len(places)])
        alone = form.number == 1
        dealt = self._fitted(owners, deck.cards(start, len(own)), lack, tuples, arrange if alone else shuffled)
        _place(self.objects, own, dealt)

    def _one_object_takes_all(self) -> bool:
        """Whether every problem has one object that takes all its steps."""
        if on_stage_numbers(self._sampling) != (1,) or not self.uniform:
            return False
        return not any(self._enters(slot) or self._leaves(slot) for slot in range(len(self.kinds)))

    def _shared(self, sample: Sample) -> tuple[int, list[int]]:
        """The number of objects on stage that do not leave, and the slots of steps that they can share."""
        leaving = sum(map(self._leaves, sample.slots))
        shared = [slot for slot in sample.slots if not self._enters(slot) and not self._leaves(slot)]
        return sample.on_stage - leaving, shared

    def _hand(self, sample: Sample, place: dict[int, int]) -> tuple[int, list[int]]:
        """As `_shared`, but as positions of slots, sorted by kind, so that equal kinds get different objects."""
        room, shared = self._shared(sample)
        return room, [place[slot] for slot in sorted(shared, key=lambda slot: self.kinds[slot]) if slot in place]

    def _too_often(self, samples: Sequence[Sample], k: int, kinds: list[str]) -> int:
        """Excess steps of a problem: each object on stage changes once in each kind, or once to each other value."""
        on_stage, excess = samples[k].on_stage, 0
        for kind, n in Counter(kinds).items():
            if number := self._forms[kind].number:
                often = len(self._split.values[kind]) - 1 if self._sampling.repeat else 1
                excess += max(0, n - on_stage // number * often)
        return excess + conflicts.crowding(kinds, on_stage, self._split)

    def _pairs_too_often(self, samples: Sequence[Sample], k: int, pairs: list[tuple[str, str]]) -> int:
        return self._too_often(samples, k, [kind for kind, _ in pairs])

    def _mend_values(self, lack: Callable[[Sample], int]) -> None:
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

    def _clashes(self, sample: Sample) -> int:
        room, slots = self._shared(sample)
        return conflicts.clashing([self._step(slot) for slot in slots], room, self._split)

    def _no_room(self, ways: Mapping[str, tuple[Role, ...]], others: list[list[str]], k: int, own: list[str]) -> int:
        """Missing objects of a problem if its steps of the kind with these `ways` have the variants `own`.

        `others[k]` are the kinds of its other steps.
        """
        sample, roles = self.samples[k], [ways[variant][0] for variant in own]
        needed = [n * self._forms[kind].number for kind, n in Counter(others[k]).items()]
        return conflicts.missing(roles, needed, sample.objects, sample.on_stage, self._sampling.repeat)

    def _unfit_in(self, group: list[Sample], taking: list[list[int]], k: int, objects: list[Objects]) -> int:
        """`_unfit` of the k-th problem of a group if its slots `taking[k]` have these objects."""
        kept = [self.objects[slot] for slot in taking[k]]
        _place(self.objects, taking[k], objects)
        faults = self._unfit(group[k])
        _place(self.objects, taking[k], kept)
        return faults

    def _unfit(self, sample: Sample) -> int:
        steps = [self._step(slot) for slot in sample.slots]
        return conflicts.conflicting(steps, sample.objects, sample.on_stage, self._split)


def _places(samples: Sequence[Sample]) -> list[range]:
    """The positions of each sample's slots among those of all samples."""
    ends = list(itertools.accumulate(len(s.slots) for s in samples))
    return [range(end - len(s.slots), end) for end, s in zip(ends, samples, strict=True)]


def _place(target: list[T], slots: Iterable[int], items: Sequence[T]) -> None:
    for slot, item in zip(slots, items, strict=True):
        target[slot] = item
