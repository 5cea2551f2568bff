"""Decks of a block: what its problems and their steps are dealt from, and where the block begins in each deck.

Nothing is counted while running: where a block begins in each deck follows from its number.

Where kinds name different numbers of objects, kinds are dealt among the problems of equally many objects, each with a
deck of its own: only so does the number of steps that name a pair follow from the block's number.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tvrgen.config.settings import Split
from tvrgen.sampling.combinations import combinations, object_numbers, times
from tvrgen.sampling.decks import Deck, shuffled
from tvrgen.sampling.slots import Form, Objects, Sample


class Group(NamedTuple):
    """Samples among which kinds are dealt from one deck: its key, and the number of its cards before this block."""

    key: tuple[str | int, ...]
    start: int
    samples: list[Sample]

    @property
    def slots(self) -> list[int]:
        """The slots of all its samples."""
        return [slot for sample in self.samples for slot in sample.slots]


class BlockDecks:
    """The decks of one block; `groups` are those among which its kinds are dealt."""

    def __init__(self, seed: int, split: Split, block: int) -> None:
        self._split, self._sampling, self._block = split, split.sampling, block
        self.key = (seed, "design", split.name)
        """What names the randomness of the split's decks."""
        self.groups: list[Group] = []

    def samples(self, rng: np.random.Generator) -> list[Sample]:
        """Draws the block's samples, in which every combination occurs equally often, in shuffled order."""
        number, samples, start = times(self._sampling), [], 0
        drawn = []
        for on_stage, steps in combinations(self._sampling):
            numbers = self._object_numbers(on_stage, steps).cards(self._block * number, number)
            drawn += [(objects, on_stage, steps) for objects in numbers]
        for objects, on_stage, steps in shuffled(rng, drawn):
            samples.append(Sample(objects=objects, on_stage=on_stage, slots=range(start, start + steps)))
            start += steps
        self.groups = self._grouped(samples)
        return samples

    def _object_numbers(self, on_stage: int, steps: int) -> Deck[int]:
        return Deck(object_numbers(self._sampling, on_stage), *self.key, "objects", on_stage, steps)

    @property
    def uniform(self) -> bool:
        """Whether all steps take one object."""
        return {Form.of(kind).number for kind in self._split.kinds.values()} == {1}

    def _grouped(self, samples: list[Sample]) -> list[Group]:
        if self.uniform:
            return [Group((), self._block * sum(len(s.slots) for s in samples), samples)]
        return [
            Group((objects,), self._before(objects), [s for s in samples if s.objects == objects])
            for objects in sorted({s.objects for s in samples})
        ]

    def _before(self, objects: int, whole: bool = False) -> int:
        """The steps, or `whole` problems, with a number of objects in the blocks before this one."""
        before = self._block * times(self._sampling)
        return sum(
            (1 if whole else steps) * self._object_numbers(on_stage, steps).dealt_before(objects, before)
            for on_stage, steps in combinations(self._sampling)
            if objects in object_numbers(self._sampling, on_stage)
        )

    def kinds(self, group: Group) -> list[str]:
        """The kinds of a group's steps."""
        return self._kind_deck(group).cards(group.start, len(group.slots))

    def pairs(self, group: Group) -> list[tuple[str, str]]:
        """The kinds and values of a group's steps, where these are dealt together."""
        return self._pair_deck(group).cards(group.start, len(group.slots))

    def values(self, kind: str, number: int) -> list[str]:
        """The values of a number of steps of a kind."""
        return Deck(self._split.values[kind], *self.key, "value", kind).cards(self._steps_before(kind), number)

    def variants(self, kind: str, possible: Sequence[str], number: int) -> list[str]:
        """The variants, of some possible ones, of a number of steps of a kind."""
        return Deck(possible, *self.key, "move").cards(self._steps_before(kind), number)

    def only_objects(self, objects: int, number: int) -> list[Objects]:
        """The objects of a number of problems of so many objects, where one object takes all steps of a problem."""
        each: list[Objects] = [(k,) for k in range(objects)]
        deck = Deck(each, *self.key, "target", objects)
        return deck.cards(self._before(objects, whole=True), number)

    def objects(self, form: Form, objects: int, tuples: list[Objects], number: int) -> list[Objects]:
        """The objects of a number of steps of a form, in problems of so many objects; `tuples` are all there are."""
        kinds = [name for name, kind in self._split.kinds.items() if Form.of(kind) == form]
        groups = [g for g in self.groups if g.key == (objects,)]
        start = sum(self._steps_before(name, groups) for name in kinds) if groups else self._before(objects)
        key: tuple[int, ...] = form if groups else ()
        return Deck(tuples, *self.key, "target", objects, *key).cards(start, number)

    def _kind_deck(self, group: Group) -> Deck[str]:
        return Deck(tuple(self._split.kinds), *self.key, "kind", *group.key)

    def _pair_deck(self, group: Group) -> Deck[tuple[str, str]]:
        pairs = [(n, v) for n, values in self._split.values.items() for v in values]
        return Deck(pairs, *self.key, "pair", *group.key)

    def _steps_before(self, kind: str, groups: Iterable[Group] | None = None) -> int:
        """The steps of a kind in the blocks before this one, in all groups or in some."""
        groups = self.groups if groups is None else groups
        if self._sampling.balance == "value":
            values = self._split.values[kind]
            return sum(self._pair_deck(g).dealt_before((kind, v), g.start) for g in groups for v in values)
        return sum(self._kind_deck(group).dealt_before(kind, group.start) for group in groups)
