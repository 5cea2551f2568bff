"""Search for all short answers that explain two images, whatever the kinds of change.

An answer explains them if its steps lead from what the first image shows to what the second one shows, which is looks
at places and no indices, and keep the rules on the way. Objects out of sight may stand anywhere out of sight: the
search puts each far away, where the offset from its start is known, and once it must stand where the last image shows
an object of its looks, its start follows. An answer with a step that could be left out counts as none.
"""

import itertools
import operator
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tvrgen.config.settings import Split
from tvrgen.sampling.tracing import GridPosition, each_alone
from tvrgen.scene import footprints
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Role, Sighting, Step

_FAR = 10**6
"""Grid units to where objects of unknown starts are put; no kind moves an object as far."""


def explanations(initial: State, final: State, split: Split, most_steps: int) -> Iterator[tuple[Step, ...]]:
    """Yields the answers of up to `most_steps` steps that explain images of these two states.

    Of the orders of the same steps, one that keeps the rules is yielded. Objects that appear have indices of those that
    `initial` has absent, or else beyond its own. The time grows with the number of objects
    times that of values to the power of `most_steps` less the number of objects that look different in the end.
    """
    found = set()
    for steps in _Search(initial, final, split, most_steps).found(most_steps):
        if (same := tuple(sorted(steps, key=_key))) not in found:
            found.add(same)
            yield steps


class _Thing(NamedTuple):
    """What an image shows of an object: its attributes, how far it is turned from before, and its position."""

    attributes: tuple[Any, ...]
    turned: float
    position: GridPosition


class _Search:
    """A search with what it starts from: `_due` is what the last image shows."""

    def __init__(self, initial: State, final: State, split: Split, most_steps: int) -> None:
        if any(role.before == "absent" for kind in split.kinds.values() for role in kind.roles):
            initial = _with_absent(initial, most_steps, split.vocabulary)
        self._split, self._grid, self._initial = split, split.vocabulary.grid, initial
        self._absent = [k for k, obj in enumerate(initial.objects) if not obj.present]
        self._hidden = {k for k, obj in enumerate(initial.objects) if not self._is_seen(obj)}
        self._attributes = operator.attrgetter(*split.vocabulary.attributes)
        self._due = self._shown(final)
        self._due_anywhere = {thing[:-1] for thing in self._due}
        self._start = initial
        for k in self._hidden:
            self._start = self._start.replace(k, position=(_FAR * (k + 1), 0))
        self._at_once = max(len(kind.roles) or len(initial.objects) for kind in split.kinds.values())

    def found(self, most_steps: int) -> Iterator[tuple[Step, ...]]:
        """Yields the answers of up to so many steps."""
        yield from self._continued((), self._start, most_steps, self._start)

    def _continued(
        self, steps: tuple[Step, ...], state: State, left: int, earlier: State
    ) -> Iterator[tuple[Step, ...]]:
        """Yields the answers that begin with these steps and have up to `left` more; `earlier` is the state before the
        last of them."""
        right = [self._is_right(k, obj) for k, obj in enumerate(state.objects)]
        wrong = max(right.count(False), sum(self._due.values()) - right.count(True))
        if not wrong:
            yield from self._kept(steps, state)
            return
        if wrong > left * self._at_once:
            return
        for step in self._steps(state):
            if wrong == left * self._at_once and any(right[k] for k in step.objects):
                continue  # each step must put all that it can right
            after = self._applied(state, step, steps)
            if after is None or (steps and self._is_found_before(step, steps, earlier, after)):
                continue
            yield from self._continued((*steps, step), after, left - 1, state)

    def _is_found_before(self, step: Step, steps: tuple[Step, ...], earlier: State, after: State) -> bool:
        """Whether a step could also come before the last of those before it, and is to be found so.

        `earlier` is the state before that one. A kind that looks at objects that it does not name may need it first.
        """
        last = steps[-1]
        if {*step.objects} & {*last.objects} or _key(step) >= _key(last):
            return False
        if each_alone((step, last), self._split.kinds):
            return True
        between = self._applied(earlier, step, steps[:-1])
        return between is not None and self._applied(between, last, (*steps[:-1], step)) == after

    def _steps(self, state: State) -> Iterator[Step]:
        """Yields all steps that name objects that are there; what appears is the first that is absent."""
        there = [k for k, obj in enumerate(state.objects) if obj.present]
        absent = [k for k in self._absent if not state[k].present]
        for name, kind in self._split.kinds.items():
            choose = itertools.permutations if kind.ordered else itertools.combinations
            for named in choose(there, kind.named) if len(kind.roles) - kind.named <= len(absent) else ():
                given, new = iter(named), iter(absent)
                objects = tuple(next(new if role.is_new else given) for role in kind.roles)
                for value in self._split.values[name]:
                    yield Step(objects=objects, kind=name, value=value)

    def _applied(self, state: State, step: Step, before: Sequence[Step]) -> State | None:
        """The state after a step; None where it does not apply, or takes objects in a way that its kind does not."""
        try:
            after = replay.apply(state, step, self._split.kinds, self._split.vocabulary)
        except Rejected:
            return None
        named = {k for other in before for k in other.objects}
        found = [Role(self._sighting(k, state), self._sighting(k, after), k not in named) for k in step.objects]
        ways = self._split.kinds[step.kind].variants(self._split.sampling).values()
        return after if any(all(map(_fits, way, found)) for way in ways) else None

    def _is_seen(self, obj: Object) -> bool:
        return self._grid.shows(obj)

    def _is_somewhere(self, k: int, obj: Object) -> bool:
        """Whether an object has come into sight from an unknown start, as it does by its first change."""
        return k in self._hidden and obj.present and obj != self._start[k] and max(map(abs, obj.position)) > _FAR // 2

    def _sighting(self, k: int, state: State) -> Sighting:
        return "seen" if self._is_somewhere(k, state[k]) else replay.sighting(state[k], self._grid)

    def _is_right(self, k: int, obj: Object) -> bool | None:
        """Whether the last image shows an object as it is; None if it is out of sight."""
        thing = self._thing(k, obj)
        if self._is_somewhere(k, obj):
            return thing[:-1] in self._due_anywhere
        return thing in self._due if self._is_seen(obj) else None

    def _thing(self, k: int, obj: Object) -> _Thing:
        return _Thing(self._attributes(obj), (obj.rotation - self._initial[k].rotation) % 360, obj.position)

    def _shown(self, state: State) -> Counter[_Thing]:
        """What an image of a state shows."""
        return Counter(self._thing(k, obj) for k, obj in enumerate(state.objects) if self._is_seen(obj))

    def _kept(self, steps: tuple[Step, ...], end: State) -> Iterator[tuple[Step, ...]]:
        """Yields the steps, in an order that keeps the rules from some starts, unless one of them could be left out."""
        for start in self._starts(end):
            for order in itertools.permutations(steps):
                if self._keeps_rules(start, order) and not self._is_more_than_needed(start, order):
                    yield order
                    return

    def _starts(self, end: State) -> Iterator[State]:
        """Yields states from which steps that lead from far starts to `end` may end as the last image shows."""
        entered = [k for k in self._hidden if self._is_somewhere(k, end[k])]
        left = self._due - self._shown(end)
        for order in itertools.permutations(left.elements(), len(entered)):
            state = self._initial
            for k, thing in zip(entered, order, strict=True):
                (x, y), (far_x, far_y), (to_x, to_y) = end[k].position, self._start[k].position, thing.position
                state = state.replace(k, position=(to_x - x + far_x, to_y - y + far_y))
            yield state

    def _keeps_rules(self, state: State, steps: Sequence[Step]) -> bool:
        """Whether the steps explain the images from this state on, and keep the rules."""
        named = {k for step in steps for k in step.objects}
        if not self._has_room(state, named) or any(self._is_seen(state[k]) for k in self._hidden):
            return False
        for number, step in enumerate(steps):
            after = self._applied(state, step, steps[:number])
            if after is None or not self._has_room(after, named):
                return False
            state = after
        return self._shown(state) == self._due

    def _has_room(self, state: State, named: set[int]) -> bool:
        """Whether objects are in the field and keep the gap, those aside that may be elsewhere out of sight."""
        seen = [k for k, obj in enumerate(state.objects) if self._is_seen(obj)]
        there = [state[k] for k in named if k not in seen and state[k].present]
        if not all(self._grid.in_field(obj.position) for obj in there):
            return False
        on_stage, words = State(objects=tuple(state[k] for k in seen)), self._split.vocabulary
        if footprints.crowded(on_stage, words):
            return False
        return not any(footprints.crowds(obj, on_stage.objects, words) for obj in there)

    def _is_more_than_needed(self, state: State, steps: Sequence[Step]) -> bool:
        """Whether some of the steps explain the images from this state on without the others."""
        for count in range(len(steps)):
            for some in itertools.combinations(steps, count):
                try:
                    end = replay.replay(state, some, self._split.kinds, self._split.vocabulary)[-1]
                except Rejected:
                    continue
                if self._shown(end) == self._due:
                    return True
        return False


def _with_absent(state: State, count: int, words: Vocabulary) -> State:
    """The state with so many more objects that are absent."""
    values = {attribute: words.values(attribute)[0] for attribute in words.attributes}
    return State(objects=(*state.objects, *[words.object(values, present=False)] * count))


def _fits(role: Role, found: Role) -> bool:
    """Whether an object that was `found` so takes this role; `found.alone`: no earlier step named it."""
    return role.allows(found) and (found.alone or not role.alone)


def _key(step: Step) -> tuple[tuple[int, ...], str, str]:
    return step.objects, step.kind, step.value
