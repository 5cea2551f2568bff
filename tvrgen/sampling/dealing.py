"""The deal of a block: which kind, value, variant and objects each step of its problems has.

Kinds, values, variants (such as leaving the stage) and the objects of steps are dealt in rounds that run on over block
boundaries (see `decks`), so that at every boundary the counts of any two of them differ by one at most. A problem swaps
steps that it cannot take (two of one kind for its only object) with others of its block, which leaves all counts
unchanged. Pairs of objects are dealt as single objects are, from a deck of all pairs.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from tvrgen._support import limits
from tvrgen._support.rng import generator
from tvrgen.config.settings import Split
from tvrgen.sampling import conflicts
from tvrgen.sampling.block_decks import BlockDecks
from tvrgen.sampling.combinations import on_stage_numbers
from tvrgen.sampling.decks import Trials, deal, sharing, shuffled, swap_until_they_fit
from tvrgen.sampling.levels import IntendedStep, Levels
from tvrgen.sampling.slots import Form, Objects, Sample, Slots, place
from tvrgen.transformations.base import Role

T = TypeVar("T")


class Deal:
    """A block as it is dealt: for each slot, a step of a problem, its kind, value, variant and objects.

    All deals of a block have the same cards, in other orders. `faults` is the number of problems whose steps no
    objects can take; `exact` is whether no card was replaced to avoid them; `uniform` is whether all steps take one
    object.
    """

    def __init__(self, seed: int, split: Split, block: int, attempt: int, trials: Trials | None = None) -> None:
        self._split, self._sampling, self.exact = split, split.sampling, True
        self._trials = trials or Trials(limits.TRIALS.value)
        self._decks = BlockDecks(seed, split, block)
        self._rng = generator(*self._decks.key, "block", block, attempt)
        self.uniform = self._decks.uniform
        self.samples = self._decks.samples(self._rng)
        self._slots = Slots(split, self.samples[-1].slots.stop)
        self._deal_kinds_and_values()
        for name, ways in self._slots.ways.items():
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
        """Whether all problems can take their steps, and no card was replaced for that."""
        return self.exact and not self.faults

    def _complete(self, sample: Sample) -> Iterable[IntendedStep]:
        """The steps of a problem; objects that appear get the indices behind those that the first image has."""
        absent = itertools.count(sample.objects)
        for slot in sample.slots:
            dealt = iter(self._slots.objects[slot])
            objects = tuple(next(absent if role.is_new else dealt) for role in self._slots.roles(slot))
            yield self._slots.step(slot, objects)

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

    def _deal_kinds_and_values(self) -> None:
        together = self._sampling.balance == "value"
        for group in self._decks.groups:
            owners, slots = _places(group.samples), group.slots
            if together:
                dealt = self._fitted(owners, self._decks.pairs(group), partial(self._pairs_too_often, group.samples))
                place(self._slots.kinds, slots, [kind for kind, _ in dealt])
                place(self._slots.values, slots, [value for _, value in dealt])
            else:
                kinds = self._fitted(owners, self._decks.kinds(group), partial(self._too_often, group.samples))
                place(self._slots.kinds, slots, kinds)
        for name in () if together else self._split.values:
            own = self._slots.of_kinds((name,))
            place(self._slots.values, own, shuffled(self._rng, self._decks.values(name, len(own))))

    def _deal_variants(self, name: str) -> None:
        own, variants = self._slots.of_kinds((name,)), self._possible_variants(name)
        at = {slot: k for k, slot in enumerate(own)}
        takers = [[at[slot] for slot in s.slots if slot in at] for s in self.samples]
        others = [[self._slots.kinds[slot] for slot in s.slots if slot not in at] for s in self.samples]
        lack = partial(self._no_room, self._slots.ways[name], others)
        cards = self._decks.variants(name, variants, len(own))
        place(self._slots.variants, own, self._fitted(takers, cards, lack, variants))

    def _possible_variants(self, name: str) -> tuple[str, ...]:
        sampling = self._sampling
        hidden = sampling.on_stage is not None and max(sampling.objects) > min(sampling.on_stage)
        return tuple(
            way for way, roles in self._slots.ways[name].items() if hidden or not any(role.enters for role in roles)
        )

    def _deal_objects(self) -> None:
        """Deals objects among the problems with equally many: to steps, or to whole problems."""
        for objects in sorted({s.objects for s in self.samples}):
            group = [s for s in self.samples if s.objects == objects]
            if self._one_object_takes_all():
                for s, taken in zip(group, self._decks.only_objects(objects, len(group)), strict=True):
                    place(self._slots.objects, s.slots, [taken] * len(s.slots))
                continue
            for form in sorted({form for form in self._slots.forms.values() if form.number}, reverse=True):
                self._deal_form(form, objects, group)

    def _deal_form(self, form: Form, objects: int, group: list[Sample]) -> None:
        """Deals the objects of all steps of a form, in problems with this number of objects."""
        takers = {*self._slots.of_kinds(name for name, own in self._slots.forms.items() if own == form)}
        taking = [[slot for slot in s.slots if slot in takers] for s in group]
        own = [slot for slots in taking for slot in slots]
        at = {slot: k for k, slot in enumerate(own)}
        choose = itertools.permutations if form.ordered else itertools.combinations
        tuples: list[Objects] = list(choose(range(objects), form.number))
        cards = self._decks.objects(form, objects, tuples, len(own))
        owners = [[at[slot] for slot in slots] for slots in taking]
        lack, hands = partial(self._unfit_in, group, taking), [self._hand(s, at) for s in group]
        arrange = partial(sharing, [(room, places) for room, places in hands if 0 < room < len(places)])
        alone = form.number == 1
        place(self._slots.objects, own, self._fitted(owners, cards, lack, tuples, arrange if alone else shuffled))

    def _one_object_takes_all(self) -> bool:
        """Whether every problem has one object that takes all its steps."""
        if on_stage_numbers(self._sampling) != (1,) or not self.uniform:
            return False
        return not any(self._slots.enters(slot) or self._slots.leaves(slot) for slot in range(len(self._slots.kinds)))

    def _hand(self, sample: Sample, at: dict[int, int]) -> tuple[int, list[int]]:
        """The number of objects that share steps, and the places of these, sorted by kind: equal ones get different
        objects."""
        room, shared = self._slots.shared(sample)
        return room, [at[slot] for slot in sorted(shared, key=lambda slot: self._slots.kinds[slot]) if slot in at]

    def _too_often(self, samples: Sequence[Sample], k: int, kinds: list[str]) -> int:
        """Excess steps of a problem: each object on stage takes each kind as often as that allows."""
        on_stage, excess = samples[k].on_stage, 0
        for kind, n in Counter(kinds).items():
            if number := self._slots.forms[kind].number:
                excess += max(0, n - on_stage * conflicts.most_often(kind, self._split) // number)
        return excess + conflicts.shortage(kinds, on_stage, self._split)

    def _pairs_too_often(self, samples: Sequence[Sample], k: int, pairs: list[tuple[str, str]]) -> int:
        return self._too_often(samples, k, [kind for kind, _ in pairs])

    def _mend_values(self, lack: Callable[[Sample], int]) -> None:
        """Swaps values, within a kind and a variant, between problems until all problems can take theirs."""
        kinds, variants, values = self._slots.kinds, self._slots.variants, self._slots.values
        for alike in sorted({*zip(kinds, variants, strict=True)}):
            if not any(map(lack, self.samples)):
                return
            own = [slot for slot, dealt in enumerate(zip(kinds, variants, strict=True)) if dealt == alike]
            at = {slot: k for k, slot in enumerate(own)}
            owners = [[at[slot] for slot in s.slots if slot in at] for s in self.samples]
            cards = [values[slot] for slot in own]

            def lack_with(k: int, mine: list[str], own: list[int] = own, owners: list[list[int]] = owners) -> int:
                slots = [own[card] for card in owners[k]]
                kept = [values[slot] for slot in slots]
                place(values, slots, mine)
                faults = lack(self.samples[k])
                place(values, slots, kept)
                return faults

            swap_until_they_fit(self._rng, owners, cards, self._trials.counting(lack_with))
            place(values, own, cards)

    def _clashes(self, sample: Sample) -> int:
        room, slots = self._slots.shared(sample)
        return conflicts.clashing([self._slots.step(slot) for slot in slots], room, self._split)

    def _no_room(self, ways: Mapping[str, tuple[Role, ...]], others: list[list[str]], k: int, own: list[str]) -> int:
        """Missing objects of a problem if its steps of the kind with these `ways` have the variants `own`.

        `others[k]` are the kinds of its other steps.
        """
        sample, roles = self.samples[k], [role for variant in own for role in ways[variant] if not role.is_new]
        needed = [n * self._slots.forms[kind].number for kind, n in Counter(others[k]).items()]
        return conflicts.missing(roles, needed, sample.objects, sample.on_stage, self._sampling.repeat)

    def _unfit_in(self, group: list[Sample], taking: list[list[int]], k: int, objects: list[Objects]) -> int:
        """`_unfit` of the k-th problem of a group if its slots `taking[k]` have these objects."""
        kept = [self._slots.objects[slot] for slot in taking[k]]
        place(self._slots.objects, taking[k], objects)
        faults = self._unfit(group[k])
        place(self._slots.objects, taking[k], kept)
        return faults

    def _unfit(self, sample: Sample) -> int:
        steps = [self._slots.step(slot) for slot in sample.slots]
        return conflicts.conflicting(steps, sample.objects, sample.on_stage, self._split)


def _places(samples: Sequence[Sample]) -> list[range]:
    """The positions of each sample's slots among those of all samples."""
    ends = list(itertools.accumulate(len(s.slots) for s in samples))
    return [range(end - len(s.slots), end) for end, s in zip(ends, samples, strict=True)]
