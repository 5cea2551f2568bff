"""All right answers of a problem: the ways to say each of its steps, and other answers that are right as a whole.

An answer is right if it leads from the first image to what the second one shows, if its steps keep the roles of their
kinds, the gap and the field, and if each step puts something right and undoes nothing: every field of an object that
it changes gets its final value. Which object is which stays as it is, with one exception, as images show no index: what
comes into sight may be said to be new, and what changes by several steps may be said to be gone, and another one to be
new, if that takes no more steps than the problem has.

So an answer divides what differs between the images into parts, each of which one step puts right. The steps that put
the same right are ways to say one change; another division is another answer. Nothing here knows a kind of change: what
a step puts right is read off the states before and after it.
"""

import dataclasses
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from tvrgen.config.settings import Split
from tvrgen.sampling import rules
from tvrgen.sampling.touching import SIGHT, fewest_steps, overlap, touched
from tvrgen.scene import footprints
from tvrgen.scene.model import Object, State
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Role, Sighting, Step

MOST_ALTERNATIVES = 16
"""A problem with more other answers than these is drawn again."""

_FAR = 10**6
"""Grid units to where objects of unknown starts are put; no kind moves an object as far."""

_MOST_ORDERS = 24
"""Orders of one division that are looked at, at most."""

Ways = tuple[Step, ...]
"""The steps with which one change can be said."""

_Difference = tuple[int, str]
"""The index of an object and the name of a field, or SIGHT, in which the two images differ."""
_Differences = frozenset[_Difference]


class RightAnswers(NamedTuple):
    """The ways to say each step of a problem, itself first; and other answers, with the ways to say each of theirs."""

    accepted: tuple[Ways, ...]
    alternatives: tuple[tuple[Ways, ...], ...] = ()


class _Part(NamedTuple):
    """What one step puts right; if `renewed`, two steps: an object goes, and a new one comes in its place."""

    differences: _Differences
    renewed: bool = False

    @property
    def steps(self) -> int:
        return 2 if self.renewed else 1


_Division = frozenset[_Part]


def right_answers(states: Sequence[State], steps: Sequence[Step], split: Split) -> RightAnswers:
    """Returns all right answers of a problem; `states` are those before, between and after its steps.

    Raises Rejected if there are more than MOST_ALTERNATIVES besides its own.
    """
    own = tuple(_own_ways(states, at, step, split) for at, step in enumerate(steps))
    if not steps or not overlap(split):
        return RightAnswers(own)
    return _Search(states, steps, split).answers(own)


@lru_cache(maxsize=64)
def _kinds(split: Split) -> list[tuple[str, frozenset[str] | None, tuple[tuple[Role, ...], ...]]]:
    """The name of each kind, what it can touch, and the roles of its objects in each way to take them."""
    return [
        (name, touched(kind, split), tuple(kind.variants(split.sampling).values()))
        for name, kind in split.kinds.items()
    ]


def leads_to(initial: State, final: State, most_steps: int, split: Split) -> bool:
    """Whether up to so many steps, each of which puts something right, lead from one state to another."""
    return _Search((initial, final), (), split).is_within(most_steps)


def _own_ways(states: Sequence[State], at: int, step: Step, split: Split) -> Ways:
    """The ways to say a step by the other values that its kind accepts."""
    values = split.kinds[step.kind].accepted(states, at, step, split.vocabulary)
    return tuple(dataclasses.replace(step, value=value) for value in values)


class _Search:
    """A search for the right answers of one problem."""

    def __init__(self, states: Sequence[State], steps: Sequence[Step], split: Split) -> None:
        self._split, self._words, self._grid = split, split.vocabulary, split.vocabulary.grid
        self._steps, self._first, self._last = steps, states[0], states[-1]
        self._fields = (*split.vocabulary.attributes, "rotation")
        self._seen_first, self._seen_last = (
            [self._grid.shows(obj) for obj in state.objects] for state in (self._first, self._last)
        )
        self._due = frozenset(
            (k, name) for k in range(len(self._first.objects)) for name in self._differing(k, self._first[k])
        )
        self._kinds = _kinds(split)
        self._fewest = fewest_steps(split)
        self._states: dict[_Differences, State] = {}
        self._room: dict[_Differences, bool] = {}
        self._put: dict[tuple[_Differences, Step], _Differences | None] = {}
        self._pool: dict[_Part, list[list[Step]]] = {}
        """Part -> the steps that may put it right; of one that is renewed, those by which it goes, and comes."""

    def answers(self, own: tuple[Ways, ...]) -> RightAnswers:
        """The right answers, where `own` are the ways to say the problem's steps that their kinds know."""
        path = self._path()
        contexts = self._contexts()
        self._collect(contexts)
        for left in contexts:
            for k in sorted({k for k, _ in left}):
                self._collect_new(k, left)
        accepted, alternatives = own, []
        for division in self._divisions():
            for number, order in enumerate(self._orders(division, path)):
                if path and division == {*path} and number == 0:
                    accepted = self._said_by_others(own, order)
                else:
                    alternatives.append(tuple(ways for _, said in order for ways in said))
                if len(alternatives) > MOST_ALTERNATIVES:
                    raise Rejected(rules.MANY_ANSWERS)
        return RightAnswers(accepted, tuple(alternatives))

    def is_within(self, most_steps: int) -> bool:
        """Whether up to so many steps put all right."""
        if self._least(self._due) > most_steps:
            return False
        self._collect(self._contexts())
        return any(self._has_order(division) for division in self._divided(self._due, most_steps))

    def _has_order(self, division: tuple[_Part, ...]) -> bool:
        return next(self._ordered(self._due, division), None) is not None

    def _least(self, left: _Differences) -> float:
        """The fewest steps that may put all right that is left."""
        fields: dict[int, set[str]] = {}
        for k, field in left:
            fields.setdefault(k, set()).add(field)
        return sum(self._fewest(frozenset(own)) for own in fields.values())

    def _said_by_others(self, own: tuple[Ways, ...], order: "_Order") -> tuple[Ways, ...]:
        """The ways to say the problem's steps: those that their kinds know, and those by others."""
        return tuple(
            (*known, *(way for way in said[0] if self._named(way) != self._named(step)))
            for step, known, (_, said) in zip(self._steps, own, order, strict=True)
        )

    def _named(self, step: Step) -> tuple[Collection[int], str]:
        """The objects and the kind of a step, equal for steps that name the same."""
        return step.objects if self._split.kinds[step.kind].ordered else frozenset(step.objects), step.kind

    def _differing(self, k: int, obj: Object) -> Iterator[str]:
        """The fields in which object k has to change on, where it is as in the first image."""
        last, seen_first, seen_last = self._last[k], self._seen_first[k], self._seen_last[k]
        if seen_first != seen_last:
            yield SIGHT
        if seen_last and obj.present:
            yield from (name for name in self._fields if getattr(obj, name) != getattr(last, name))
            if seen_first and obj.position != last.position:
                yield "position"

    def _path(self) -> list[_Part]:
        """What each of the problem's own steps puts right, which the pool has then; empty if one of them does not."""
        left, path = self._due, []
        for step in self._steps:
            put = self._put_right(left, step)
            if not put:
                return []
            self._pool[_Part(put)] = [[step]]
            path.append(_Part(put))
            left -= put
        return [] if left else path

    def _contexts(self) -> list[_Differences]:
        """What may be left to put right: all, and that of each object alone, where all else is right."""
        return [*dict.fromkeys((self._due, *(self._whole(k) for k in sorted({k for k, _ in self._due}))))]

    def _whole(self, k: int) -> _Differences:
        """All that has to be put right of object k."""
        return frozenset(difference for difference in self._due if difference[0] == k)

    def _collect(self, contexts: Iterable[_Differences]) -> None:
        """Fills the pool with the steps that put something right where so much is left."""
        for left in contexts:
            for step in self._candidates(left):
                if put := self._put_right(left, step):
                    self._add(put, step)

    def _collect_new(self, k: int, left: _Differences) -> None:
        """Adds to the pool what says that an object is new which comes into sight, or changes by several steps."""
        whole = self._whole(k)
        if not whole <= left or not self._seen_last[k]:
            return
        if not self._seen_first[k]:
            for step in self._comes(left, k) if self._first[k].present else ():
                self._add(whole, step)
            return
        several = sum(k in step.objects for step in self._steps) > 1
        if several and (goes := self._goes(left, k)) and (comes := self._comes(left - whole, k)):
            self._pool.setdefault(_Part(whole, renewed=True), [goes, comes])

    def _add(self, put: _Differences, step: Step) -> None:
        (known,) = self._pool.setdefault(_Part(put), [[]])
        if all((self._named(step), step.value) != (self._named(other), other.value) for other in known):
            known.append(step)

    def _candidates(self, left: _Differences) -> Iterator[Step]:
        """Yields the steps that may put something of `left` right."""
        state = self._state(left)
        sightings = [self._sighting(obj) for obj in state.objects]
        for name, own, variants in self._kinds:
            kind = self._split.kinds[name]
            relevant = {k for k, field in left if own is None or field in own}
            if not relevant:
                continue
            asked = [{role.before for role in roles} for roles in zip(*variants, strict=True)]
            pools = [[k for k, seen in enumerate(sightings) if seen in before or "any" in before] for before in asked]
            done = set()
            for objects in itertools.product(*pools):
                if relevant.isdisjoint(objects) or len({*objects}) < len(objects):
                    continue
                if not kind.ordered and len(objects) > 1:
                    same = frozenset(objects)
                    if same in done:
                        continue
                    done.add(same)
                values = kind.leading(state, self._last, objects, self._split.values[name], self._words)
                yield from (Step(objects=objects, kind=name, value=value) for value in values)

    def _put_right(self, left: _Differences, step: Step) -> _Differences | None:
        """What a step puts right where so much is left; None if it does not apply, or does anything else."""
        key = (left, step)
        if key not in self._put:
            self._put[key] = self._found_right(left, step)
        return self._put[key]

    def _found_right(self, left: _Differences, step: Step) -> _Differences | None:
        before = self._state(left)
        after = self._applied(before, step)
        if after is None:
            return None
        found: set[_Difference] = set()
        for k in replay.differing(before, after):
            own = self._put_right_of(k, before, after[k], left)
            if own is None:
                return None
            found |= own
        if not found or not self._plays(step, before, after, left):
            return None
        return frozenset(found)

    def _applied(self, state: State, step: Step) -> State | None:
        try:
            return self._split.kinds[step.kind].apply(state, step, self._words)
        except Rejected:
            return None

    def _put_right_of(self, k: int, before: State, is_: Object, left: _Differences) -> set[_Difference] | None:
        """What a change of object k puts right; None if it does anything else."""
        was, last = before[k], self._last[k]
        if not self._seen_last[k]:
            goes = (k, SIGHT) in left and not self._is_shown(is_)
            return {(k, SIGHT)} if goes and self._may_be_gone(k, was, is_, (before, self._last)) else None
        if not self._is_shown(is_):
            return None
        found = set()
        if (k, SIGHT) in left:
            found.add((k, SIGHT))
            if not was.present:
                same = all(getattr(is_, name) == getattr(last, name) for name in self._fields)
                return found if same and is_.position == last.position else None
            if _is_far(is_):
                (x, y), (from_x, from_y), (to_x, to_y) = is_.position, was.position, last.position
                start = was.replace(position=(to_x - x + from_x, to_y - y + from_y))
                if not self._may_be_hidden(k, start, (self._first, before)):
                    return None
            elif is_.position != last.position:
                return None
        elif is_.position != was.position:
            if is_.position != last.position:
                return None
            found.add((k, "position"))
        for name in self._fields:
            if getattr(was, name) != (value := getattr(is_, name)):
                if value != getattr(last, name):
                    return None
                found.add((k, name))
        return found if found <= left else None

    def _may_be_gone(self, k: int, was: Object, is_: Object, states: Sequence[State]) -> bool:
        """Whether object k may go out of sight like this, while others are as in these states."""
        if not is_.present:
            return True
        same = all(getattr(was, name) == getattr(is_, name) for name in self._fields)
        return same and self._may_be_hidden(k, is_, states)

    def _may_be_hidden(self, k: int, obj: Object, states: Sequence[State]) -> bool:
        """Whether object k may be like this, out of sight: in the field, and apart from all others that are seen."""
        if self._grid.on_stage(obj.position) or not self._grid.in_field(obj.position):
            return False
        return not any(
            footprints.crowds(
                obj, (o for i, o in enumerate(state.objects) if i != k and self._grid.shows(o)), self._words
            )
            for state in states
        )

    def _plays(self, step: Step, before: State, after: State, left: _Differences) -> bool:
        """Whether the objects of a step are in roles of its kind, where those that are `alone` have all to change."""
        sightings = [(self._sighting(before[k]), self._sighting_after(before[k], after[k])) for k in step.objects]
        untouched = [all(part in left for part in self._due if part[0] == k) for k in step.objects]
        ways = next(variants for name, _, variants in self._kinds if name == step.kind)
        return any(all(itertools.starmap(_fits, zip(roles, sightings, untouched, strict=True))) for roles in ways)

    def _goes(self, left: _Differences, k: int) -> list[Step]:
        """The steps by which object k, which ends in sight, may go instead."""
        before, found = self._state(left), []
        for name, _, variants in self._kinds:
            if len(variants[0]) != 1 or all(roles[0].after in ("seen", "any") for roles in variants):
                continue
            for value in self._split.values[name]:
                step = Step(objects=(k,), kind=name, value=value)
                after = self._applied(before, step)
                if after is None or self._is_shown(after[k]) or replay.differing(before, after) != (k,):
                    continue
                if self._may_be_gone(k, before[k], after[k], (before,)) and self._plays(step, before, after, left):
                    found.append(step)
        return found

    def _comes(self, left: _Differences, k: int) -> list[Step]:
        """The steps by which a new object may come that looks as object k does in the end; k itself is out of sight."""
        due, new = self._last[k], len(self._first.objects)
        state = self._state(left)
        if self._is_shown(state[k]):
            state = state.replace(k, present=False)
        state = State(objects=(*state.objects, due.replace(present=False)))
        end, found = State(objects=(*self._last.objects, due)), []
        for name, _, variants in self._kinds:
            kind = self._split.kinds[name]
            if not any(len(roles) == 1 and roles[0].is_new for roles in variants):
                continue
            for value in kind.leading(state, end, (new,), self._split.values[name], self._words):
                step = Step(objects=(new,), kind=name, value=value)
                after = self._applied(state, step)
                if after is not None and after[new] == due and replay.differing(state, after) == (new,):
                    found.append(step)
        return found

    def _divisions(self) -> Iterator[_Division]:
        """Yields the divisions of what differs into parts of the pool."""
        most = len(self._steps)
        for number, chosen in enumerate(self._divided(self._due, len(self._due))):
            if number > 4 * MOST_ALTERNATIVES:
                raise Rejected(rules.MANY_ANSWERS)
            if not any(part.renewed for part in chosen) or sum(part.steps for part in chosen) <= most:
                yield frozenset(chosen)

    def _divided(self, left: _Differences, most: int) -> Iterator[tuple[_Part, ...]]:
        """Yields the ways to divide what is left into parts of the pool, at most so many."""
        if not left:
            yield ()
            return
        if not most or self._least(left) > most:
            return
        first = min(left)
        for part in sorted(self._pool, key=_key):
            if first in part.differences and part.differences <= left:
                for rest in self._divided(left - part.differences, most - 1):
                    yield (part, *rest)

    def _orders(self, division: _Division, path: Sequence[_Part]) -> Iterator["_Order"]:
        """Yields an order of a division's parts, and others as long as these allow ways that none before them did."""
        open_ways = {(part, way) for part in division for own in self._pool[part] for way in own}
        first = path if path and division == {*path} else sorted(division, key=_key)
        for order in itertools.islice(self._ordered(self._due, first), _MOST_ORDERS):
            new = {(part, way) for part, said in order for ways in said for way in ways} & open_ways
            if new:
                yield order
                open_ways -= new
            if not open_ways:
                return

    def _ordered(self, left: _Differences, parts: Sequence[_Part]) -> Iterator["_Order"]:
        """Yields the orders of parts in which each can be put right, that in which they are given first."""
        if not parts:
            yield ()
            return
        for place, part in enumerate(parts):
            if said := self._said(left, part):
                for rest in self._ordered(left - part.differences, [*parts[:place], *parts[place + 1 :]]):
                    yield ((part, said), *rest)

    def _said(self, left: _Differences, part: _Part) -> tuple[Ways, ...]:
        """The ways to put a part right where so much is left: of each step; empty if there is none."""
        pool, room = self._pool[part], self._has_room(left - part.differences)
        if part.renewed:
            return tuple(map(tuple, pool)) if room else ()
        new = len(self._first.objects)
        ways = (way for way in pool[0] if new in way.objects or self._put_right(left, way) == part.differences)
        said = tuple(ways) if room else ()
        return (said,) if said else ()

    def _state(self, left: _Differences) -> State:
        """The state in which so much is left to put right; objects of unknown starts stand far away."""
        if left not in self._states:
            names: dict[int, set[str]] = {}
            for k, name in left:
                names.setdefault(k, set()).add(name)
            self._states[left] = State(
                objects=tuple(self._object(k, names.get(k, set())) for k in range(len(self._first.objects)))
            )
        return self._states[left]

    def _object(self, k: int, left: set[str]) -> Object:
        first, last = self._first[k], self._last[k]
        if not self._seen_last[k]:
            return first if SIGHT in left or not self._seen_first[k] else last
        if SIGHT in left and first.present:
            return first.replace(position=(_FAR * (k + 1), 0))
        if SIGHT in left or not left:
            return first if left else last
        return last.replace(**{name: getattr(first, name) for name in left})

    def _has_room(self, left: _Differences) -> bool:
        """Whether all that is seen keeps the gap where so much is left."""
        if left not in self._room:
            shown = tuple(filter(self._grid.shows, self._state(left).objects))
            self._room[left] = footprints.crowded(State(objects=shown), self._words) is None
        return self._room[left]

    def _is_shown(self, obj: Object) -> bool:
        return self._grid.shows(obj) or (obj.present and _is_far(obj))

    def _sighting(self, obj: Object) -> Sighting:
        return replay.sighting(obj, self._grid)

    def _sighting_after(self, was: Object, is_: Object) -> Sighting:
        """Whether an object is seen after a step; one that leaves a start far away has come into sight."""
        return "seen" if is_ != was and self._is_shown(is_) else self._sighting(is_)


_Order = tuple[tuple[_Part, tuple[Ways, ...]], ...]
"""The parts of a division in an order, each with the ways to say its steps."""


def _fits(role: Role, found: tuple[Sighting, Sighting], untouched: bool) -> bool:
    return role.allows(Role(*found)) and (untouched or not role.alone)


def _is_far(obj: Object) -> bool:
    return max(map(abs, obj.position)) > _FAR // 2


def _key(part: _Part) -> tuple[list[_Difference], bool]:
    return sorted(part.differences), part.renewed
