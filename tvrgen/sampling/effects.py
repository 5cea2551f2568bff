"""Effects of steps on the way from one state to another: what a step puts right, if it does nothing else."""

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tvrgen.config.settings import Split
from tvrgen.sampling.comparison import NOTHING, Comparison, Difference, Differences, is_far
from tvrgen.sampling.touching import SIGHT, touched
from tvrgen.scene.model import Object, State
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Role, Sighting, Step


class Reach(NamedTuple):
    """What a kind, given by its name, can do: the fields that it can touch, None being any, and the ways to take
    objects, each with their roles."""

    kind: str
    fields: frozenset[str] | None
    ways: tuple[tuple[Role, ...], ...]


@lru_cache(maxsize=64)
def reaches(split: Split) -> list[Reach]:
    """Returns what each kind of a split can do."""
    return [
        Reach(name, touched(kind, split), tuple(kind.variants(split.sampling).values()))
        for name, kind in split.kinds.items()
    ]


class Effects:
    """The effects of steps between two states, each found once."""

    def __init__(self, comparison: Comparison, split: Split) -> None:
        self._between, self._split, self._words = comparison, split, split.vocabulary
        self._ways = {reach.kind: reach.ways for reach in reaches(split)}
        self._put: dict[tuple[Differences, Step], Differences | None] = {}

    def put_right(self, left: Differences, step: Step) -> Differences | None:
        """What a step puts right where so much is left; None if it does not apply, or does anything else."""
        key = (left, step)
        if key not in self._put:
            self._put[key] = self._found(left, step)
        return self._put[key]

    def _found(self, left: Differences, step: Step) -> Differences | None:
        before = self._between.state(left)
        after = self.applied(before, step)
        if after is None:
            return None
        found: set[Difference] = set()
        for k in replay.differing(before, after):
            own = self._put_right_of(k, before, after[k], left)
            if own is None:
                return None
            found |= own
        if not found or not self.plays(step, before, after, left):
            return None
        return frozenset(found)

    def applied(self, state: State, step: Step) -> State | None:
        """The state after a step; None if its kind rejects it."""
        try:
            return self._split.kinds[step.kind].apply(state, step, self._words)
        except Rejected:
            return None

    def _put_right_of(self, k: int, before: State, is_: Object, left: Differences) -> set[Difference] | None:
        """What a change of object k puts right; None if it does anything else."""
        between = self._between
        was, last = before[k], between.last[k]
        if not between.seen_last[k]:
            goes = (k, SIGHT) in left and not between.is_shown(is_)
            return {(k, SIGHT)} if goes and self.may_be_gone(k, was, is_, (left, NOTHING)) else None
        if not between.is_shown(is_):
            return None
        found = set()
        if (k, SIGHT) in left:
            found.add((k, SIGHT))
            if not was.present:
                same = all(getattr(is_, name) == getattr(last, name) for name in between.fields)
                return found if same and is_.position == last.position else None
            if is_far(is_):
                (x, y), (from_x, from_y), (to_x, to_y) = is_.position, was.position, last.position
                start = was.replace(position=(to_x - x + from_x, to_y - y + from_y))
                if not self._may_be_hidden(k, start, (between.due, left)):
                    return None
            elif is_.position != last.position:
                return None
        elif is_.position != was.position:
            if is_.position != last.position:
                return None
            found.add((k, "position"))
        for name in between.fields:
            if getattr(was, name) != (value := getattr(is_, name)):
                if value != getattr(last, name):
                    return None
                found.add((k, name))
        return found if found <= left else None

    def may_be_gone(self, k: int, was: Object, is_: Object, moments: Sequence[Differences]) -> bool:
        """Whether object k may go out of sight like this; `moments` has what is left of others meanwhile."""
        if not is_.present:
            return True
        same = all(getattr(was, name) == getattr(is_, name) for name in self._between.fields)
        return same and self._may_be_hidden(k, is_, moments)

    def _may_be_hidden(self, k: int, obj: Object, moments: Sequence[Differences]) -> bool:
        """Whether object k may be like this, out of sight: in the field, and apart from all others that are seen."""
        grid = self._words.grid
        if grid.on_stage(obj.position) or not grid.in_field(obj.position):
            return False
        return all(self._between.is_apart(k, obj, left) for left in moments)

    def plays(self, step: Step, before: State, after: State, left: Differences) -> bool:
        """Whether the objects of a step are in roles of its kind, where those that are `alone` have all to change."""
        between = self._between
        sightings = [(between.sighting(before[k]), between.sighting_after(before[k], after[k])) for k in step.objects]
        untouched = [between.whole(k) <= left for k in step.objects]
        ways = self._ways[step.kind]
        return any(all(itertools.starmap(_fits, zip(roles, sightings, untouched, strict=True))) for roles in ways)


def _fits(role: Role, found: tuple[Sighting, Sighting], untouched: bool) -> bool:
    return role.allows(Role(*found)) and (untouched or not role.alone)
