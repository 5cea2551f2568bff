"""New objects of an answer, which it names by no index: which of the objects that the images show they are.

They are those that truly appear. Images show no index, though: what comes into sight may be said to be new, and what
is said to be gone may be said to have given its place to a new one (docs/scoring.md, "Right answers").
"""

import contextlib
import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tvrgen.config.settings import Split
from tvrgen.scene.model import State
from tvrgen.transformations.base import Rejected, Step
from tvrgen.transformations.own import KindError


class Placed(NamedTuple):
    """Steps with an index for each object.

    renewed  the positions of steps that make an object anew which is out of sight then
    surplus  the number of new objects that the last image does not show; their steps are left out
    """

    steps: tuple[Step, ...]
    renewed: frozenset[int] = frozenset()
    surplus: int = 0


def placed(steps: Sequence[Step], initial: State, final: State, split: Split, renews: bool = False) -> Placed:
    """Returns the steps with those objects for the new ones that look as these truly do, or else the first ones.

    With `renews`, a new object may be one that the last image shows, and that the other steps leave or bring out of
    sight. The steps by which one goes and another comes are last then, as no image shows when that was.
    """
    absent = [k for k, obj in enumerate(initial.objects) if not obj.present]
    hidden = [*_hidden(steps, initial, final, split)] if renews else []
    found, last, surplus = list[Step](), list[Step](), 0
    for step in steps:
        new = count_new(step, split)
        if not new:
            found.append(step)
        elif chosen := _alike(step, absent, new, initial, final, split):
            found.append(chosen)
            absent = [k for k in absent if k not in chosen.objects]
        elif chosen := _alike(step, hidden, new, without(initial, hidden, final), final, split):
            last.append(chosen)
            hidden = [k for k in hidden if k not in chosen.objects]
        elif len(absent) >= new:
            found.append(_of(step, absent[:new]))
            absent = absent[new:]
        else:
            surplus += new
    anew = {k for step in last for k in step.objects}
    found.sort(key=lambda step: anew.issuperset(step.objects))  # what goes is there for other steps before
    return Placed((*found, *last), frozenset(range(len(found), len(found) + len(last))), surplus)


def count_new(step: Step, split: Split) -> int:
    """The number of objects that a step makes."""
    kind = split.kinds[step.kind]
    return len(kind.roles) - kind.named


def without(state: State, objects: Iterable[int], final: State) -> State:
    """The state in which some objects are absent, as they are before a step that makes them as `final` has them."""
    for k in objects:
        state = state.with_object(k, final[k].replace(present=False))
    return state


def _of(step: Step, new: Sequence[int]) -> Step:
    return dataclasses.replace(step, objects=(*step.objects, *new))


def _alike(step: Step, left: Sequence[int], new: int, state: State, final: State, split: Split) -> Step | None:
    """The step with those of the objects that are `left` which it makes what they truly become."""
    for chosen in itertools.permutations(left, new):
        with contextlib.suppress(Rejected, KindError):  # the step does not apply, or a user's kind fails for it
            after = split.kinds[step.kind].apply(state, _of(step, chosen), split.vocabulary)
            if all(after[k].looks == final[k].looks for k in chosen):
                return _of(step, chosen)
    return None


def _hidden(steps: Iterable[Step], initial: State, final: State, split: Split) -> Iterator[int]:
    """Yields the objects that the last image shows, and that the steps leave or bring out of sight."""
    shows, state, named = split.vocabulary.grid.shows, initial, set[int]()
    for step in steps:
        named.update(step.objects)
        if not count_new(step, split):
            with contextlib.suppress(Rejected, KindError):  # the step does not apply, or a user's kind fails for it
                state = split.kinds[step.kind].apply(state, step, split.vocabulary)
    for k, (first, end, last) in enumerate(zip(initial.objects, state.objects, final.objects, strict=True)):
        if first.present and shows(last) and not shows(end) and (shows(first) or k not in named):
            yield k
