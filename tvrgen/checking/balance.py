"""Check of the design: kinds, values, ways and objects are dealt evenly, at every block boundary."""

import dataclasses
import itertools
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence

from tvrgen._support.messages import counted
from tvrgen.checking.faults import Fault
from tvrgen.config.settings import Config, Split
from tvrgen.sampling import blocks
from tvrgen.sampling.combinations import block_size
from tvrgen.sampling.levels import IntendedStep, Levels
from tvrgen.sampling.slots import Form


class Balance:
    """The first blocks of a split, about `count` problems.

    A block is exact if all that was dealt could be had by its problems. Others are left out, and named.
    """

    def __init__(self, config: Config, split: Split, count: int) -> None:
        self._split, self._sampling = split, split.sampling
        self._blocks = range(max(1, math.ceil(count / block_size(split.sampling))))
        self._levels = [[*blocks.levels(config.seed, split, k)] for k in self._blocks]
        self._inexact = [k for k in self._blocks if not blocks.exact(config.seed, split, k)]

    def faults(self) -> list[Fault]:
        """What occurs more often than the design promises, in blocks that follow one another and are exact."""
        found = list[Fault]()
        for first, levels in self._runs():
            found += self._uneven(levels, 1 if first == 0 else 2)  # a round of cards can begin before the first block
        return found

    def summary(self) -> str:
        """What holds of the blocks."""
        exact = [levels for k, levels in enumerate(self._levels) if k not in self._inexact]
        reason = "as single objects must take many steps"
        if not exact:
            return f"kinds, values and objects of {_counted(self._levels)} occur about equally often, {reason}"
        text = f"kinds, values and objects of {_counted(exact)} occur equally often, to within one"
        if not self._inexact:
            return text
        named = ", ".join(map(str, self._inexact))
        several = len(self._inexact) > 1
        return f"{text}; block{'s' * several} {named} {'are' if several else 'is'} not exact, {reason}"

    def _runs(self) -> Iterator[tuple[int, list[Levels]]]:
        """Yields the number of the first of exact blocks that follow one another, and the levels of all of them."""
        for is_exact, run in itertools.groupby(self._blocks, lambda k: k not in self._inexact):
            if is_exact:
                first, *others = run
                yield first, [level for k in (first, *others) for level in self._levels[k]]

    def _uneven(self, levels: Sequence[Levels], most: int) -> Iterator[Fault]:
        """What of these problems occurs more than `most` times as often as something else."""
        steps = _steps(levels)
        for objects, own in self._groups(levels):
            among = f" among problems of {counted(objects, 'object')}" if objects else ""
            if self._sampling.balance == "kind":
                yield from _uneven((s.kind for s in own), self._split.kinds, f"kinds{among}", most)
            else:
                every = [(name, value) for name, values in self._split.values.items() for value in values]
                yield from _uneven(((s.kind, s.value) for s in own), every, f"values{among}", most)
        for name, values in self._split.values.items():
            mine = [step for step in steps if step.kind == name]
            if self._sampling.balance == "kind":
                yield from _uneven((step.value for step in mine), values, f"values of {name}", most)
            yield from _uneven((step.variant for step in mine), self._variants(name), f"variants of {name}", most)
        takes_all = all(len({step.objects for step in level.steps}) == 1 for level in levels)
        for objects in sorted({level.objects for level in levels}):
            # where one object always takes all steps of a problem, it is counted once
            own = _steps(
                dataclasses.replace(level, steps=level.steps[:1]) if takes_all else level
                for level in levels
                if level.objects == objects
            )
            for form in {Form.of(kind) for kind in self._split.kinds.values()}:
                if form.number:
                    choose = itertools.permutations if form.ordered else itertools.combinations
                    what = {1: "objects", 2: "pairs"}.get(form.number, "objects together")
                    taken = (_dealt(step, objects) for step in own if Form.of(self._split.kinds[step.kind]) == form)
                    yield from _uneven(taken, choose(range(objects), form.number), f"{what} of {objects}", most)

    def _variants(self, name: str) -> list[str]:
        """The variants that problems can have: none enters where no object is off stage at first."""
        sampling = self._sampling
        hidden = sampling.on_stage is not None and max(sampling.objects) > min(sampling.on_stage)
        ways = self._split.kinds[name].variants(sampling).items()
        return [way for way, roles in ways if hidden or all(role.before != "unseen" for role in roles)]

    def _groups(self, levels: Sequence[Levels]) -> Iterator[tuple[int, list[IntendedStep]]]:
        """The steps among which kinds are dealt: all, or those of problems with equally many objects."""
        if len({Form.of(kind) for kind in self._split.kinds.values()}) == 1:
            yield 0, _steps(levels)
            return
        for objects in sorted({level.objects for level in levels}):
            yield objects, _steps(level for level in levels if level.objects == objects)


def _counted(levels: Sequence[Sequence[Levels]]) -> str:
    """ "128 problems (2 blocks)"."""
    return f"{counted(sum(map(len, levels)), 'problem')} ({counted(len(levels), 'block')})"


def _steps(levels: Iterable[Levels]) -> list[IntendedStep]:
    return [step for level in levels for step in level.steps]


def _dealt(step: IntendedStep, objects: int) -> tuple[int, ...]:
    """The objects of a step that the first image has."""
    return tuple(k for k in step.objects if k < objects)


def _uneven(found: Iterable[Hashable], items: Iterable[Hashable], what: str, limit: int) -> Iterator[Fault]:
    counts = Counter(found)
    items = list(items)
    most, least = max(items, key=lambda i: counts[i]), min(items, key=lambda i: counts[i])
    if counts[most] - counts[least] > limit:
        yield Fault("balance", f"{what}: {most} occurs {counts[most]} times, {least} {counts[least]} times")
