"""Check of the design: kinds, values, ways and objects are dealt evenly, at every block boundary."""

import dataclasses
import itertools
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator

from tvrgen._support.messages import counted
from tvrgen.checking.faults import Fault
from tvrgen.config.settings import Config, Split
from tvrgen.sampling import blocks
from tvrgen.sampling.combinations import block_size
from tvrgen.sampling.levels import IntendedStep, Levels
from tvrgen.sampling.slots import Form


class Balance:
    """The first blocks of a split, about `count` problems."""

    def __init__(self, config: Config, split: Split, count: int) -> None:
        self._split, self._sampling = split, split.sampling
        self._blocks = range(max(1, math.ceil(count / block_size(split.sampling))))
        self._levels = [level for k in self._blocks for level in blocks.levels(config.seed, split, k)]
        self._takes_all = all(len({step.objects for step in level.steps}) == 1 for level in self._levels)
        self._exact = all(blocks.exact(config.seed, split, k) for k in self._blocks)

    def faults(self) -> list[Fault]:
        """What occurs more often than the design promises; it promises less where objects can take few steps."""
        return [*self._uneven()] if self._exact else []

    def summary(self) -> str:
        """What holds of the blocks."""
        where = f"{counted(len(self._levels), 'problem')} ({counted(len(self._blocks), 'block')})"
        if self._exact:
            return f"kinds, values and objects of {where} occur equally often, to within one"
        return f"kinds, values and objects of {where} occur about equally often, as single objects must take many steps"

    def _uneven(self) -> Iterator[Fault]:
        steps = _steps(self._levels)
        for objects, own in self._groups():
            among = f" among problems of {counted(objects, 'object')}" if objects else ""
            if self._sampling.balance == "kind":
                yield from _uneven((s.kind for s in own), self._split.kinds, f"kinds{among}")
            else:
                every = [(name, value) for name, values in self._split.values.items() for value in values]
                yield from _uneven(((s.kind, s.value) for s in own), every, f"values{among}")
        for name, values in self._split.values.items():
            mine = [step for step in steps if step.kind == name]
            if self._sampling.balance == "kind":
                yield from _uneven((step.value for step in mine), values, f"values of {name}")
            yield from _uneven((step.variant for step in mine), self._variants(name), f"variants of {name}")
        for objects in sorted({level.objects for level in self._levels}):
            own = _steps(map(self._counted, (level for level in self._levels if level.objects == objects)))
            for form in {Form.of(kind) for kind in self._split.kinds.values()}:
                if form.number:
                    choose = itertools.permutations if form.ordered else itertools.combinations
                    what = {1: "objects", 2: "pairs"}.get(form.number, "objects together")
                    taken = (_dealt(step, objects) for step in own if Form.of(self._split.kinds[step.kind]) == form)
                    yield from _uneven(taken, choose(range(objects), form.number), f"{what} of {objects}")

    def _counted(self, level: Levels) -> Levels:
        """A problem with the steps whose objects are counted: the first, where one object always takes all steps."""
        return dataclasses.replace(level, steps=level.steps[:1]) if self._takes_all else level

    def _variants(self, name: str) -> list[str]:
        """The variants that problems can have: none enters where no object is off stage at first."""
        sampling = self._sampling
        hidden = sampling.on_stage is not None and max(sampling.objects) > min(sampling.on_stage)
        ways = self._split.kinds[name].variants(sampling).items()
        return [way for way, roles in ways if hidden or all(role.before != "unseen" for role in roles)]

    def _groups(self) -> Iterator[tuple[int, list[IntendedStep]]]:
        """The steps among which kinds are dealt: all, or those of problems with equally many objects."""
        if len({Form.of(kind) for kind in self._split.kinds.values()}) == 1:
            yield 0, _steps(self._levels)
            return
        for objects in sorted({level.objects for level in self._levels}):
            yield objects, _steps(level for level in self._levels if level.objects == objects)


def _steps(levels: Iterable[Levels]) -> list[IntendedStep]:
    return [step for level in levels for step in level.steps]


def _dealt(step: IntendedStep, objects: int) -> tuple[int, ...]:
    """The objects of a step that the first image has."""
    return tuple(k for k in step.objects if k < objects)


def _uneven(found: Iterable[Hashable], items: Iterable[Hashable], what: str) -> Iterator[Fault]:
    counts = Counter(found)
    items = list(items)
    most, least = max(items, key=lambda i: counts[i]), min(items, key=lambda i: counts[i])
    if counts[most] - counts[least] > 1:
        yield Fault("balance", f"{what}: {most} occurs {counts[most]} times, {least} {counts[least]} times")
