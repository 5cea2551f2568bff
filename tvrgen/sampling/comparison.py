"""Comparison of two states: in what images of them differ, and the states on the way from one to the other.

A *difference* is a field of an object, or SIGHT, in which the images differ. What is left to put right is a set of
differences, and determines a state: all else is already as it is in the end. An object that has yet to come into sight
may have started anywhere out of sight, so it stands far away there, where the offset from its start is known.
"""

from collections.abc import Iterable, Iterator

from tvrgen.config.settings import Split
from tvrgen.sampling.touching import SIGHT
from tvrgen.scene import footprints
from tvrgen.scene.model import Object, State
from tvrgen.transformations import replay
from tvrgen.transformations.base import Sighting

_FAR = 10**6
"""Grid units to where objects of unknown starts are put; no kind moves an object as far."""

Difference = tuple[int, str]
"""The index of an object and the name of a field, or SIGHT, in which the two images differ."""
Differences = frozenset[Difference]

NOTHING: Differences = frozenset()
"""What is left where all is as in the last image."""


class Comparison:
    """Comparison of the first and the last state of a problem: `due` is all in which their images differ."""

    def __init__(self, first: State, last: State, split: Split) -> None:
        self.first, self.last = first, last
        self.words, self.grid = split.vocabulary, split.vocabulary.grid
        self.fields = (*split.vocabulary.attributes, "rotation")
        """The fields of an object, besides its position, that an image shows."""
        self.seen_first, self.seen_last = (
            [self.grid.shows(obj) for obj in state.objects] for state in (self.first, self.last)
        )
        self.due: Differences = frozenset(
            (k, name) for k in range(len(self.first.objects)) for name in self._differing(k, self.first[k])
        )
        self._whole = {k: frozenset(due for due in self.due if due[0] == k) for k in self.changed}
        self._states: dict[Differences, State] = {}
        self._sightings: dict[Differences, tuple[Sighting, ...]] = {}
        self._room: dict[Differences, bool] = {}
        self._others: dict[tuple[int, Differences], list[Object]] = {}

    def _differing(self, k: int, obj: Object) -> Iterator[str]:
        """The fields in which object k has to change on, where it is as in the first image."""
        last, seen_first, seen_last = self.last[k], self.seen_first[k], self.seen_last[k]
        if seen_first != seen_last:
            yield SIGHT
        if seen_last and obj.present:
            yield from (name for name in self.fields if getattr(obj, name) != getattr(last, name))
            if seen_first and obj.position != last.position:
                yield "position"

    @property
    def changed(self) -> list[int]:
        """The objects in which the images differ."""
        return sorted({k for k, _ in self.due})

    def whole(self, k: int) -> Differences:
        """All that has to be put right of object k."""
        return self._whole.get(k, frozenset())

    def contexts(self) -> list[Differences]:
        """What may be left to put right: all, and that of each object alone, where all else is right."""
        return [*dict.fromkeys((self.due, *map(self.whole, self.changed)))]

    def stages(self, k: int, puts: Iterable[Differences]) -> list[Differences]:
        """What may be left of object k: all, what is left once it has come into sight, and what one more of some steps
        leaves that put right `puts`.

        Further steps make no difference to a step that looks at two changed fields of an object at most: there are
        stages in which both are as at first, as in the end, and each of them alone.
        """
        whole, own = self.whole(k), {frozenset(part for part in put if part[0] == k) for put in puts}
        found = [whole]
        if (k, SIGHT) in whole:
            found += [whole - put for put in sorted(own, key=sorted) if (k, SIGHT) in put and put < whole]
        for left in [*found]:
            if left is not whole or (k, SIGHT) not in whole:
                found += [left - put for put in sorted(own, key=sorted) if put and put < left]
        return [*dict.fromkeys(found)]

    def state(self, left: Differences) -> State:
        """The state in which so much is left to put right; objects of unknown starts stand far away."""
        if left not in self._states:
            names: dict[int, set[str]] = {}
            for k, name in left:
                names.setdefault(k, set()).add(name)
            self._states[left] = State(
                objects=tuple(self._object(k, names.get(k, set())) for k in range(len(self.first.objects)))
            )
        return self._states[left]

    def _object(self, k: int, left: set[str]) -> Object:
        first, last = self.first[k], self.last[k]
        if not self.seen_last[k]:
            return first if SIGHT in left or not self.seen_first[k] else last
        if SIGHT in left and first.present:
            return first.replace(position=(_FAR * (k + 1), 0))
        if SIGHT in left or not left:
            return first if left else last
        return last.replace(**{name: getattr(first, name) for name in left})

    def sightings(self, left: Differences) -> tuple[Sighting, ...]:
        """Where each object is where so much is left."""
        if left not in self._sightings:
            self._sightings[left] = tuple(map(self.sighting, self.state(left).objects))
        return self._sightings[left]

    def has_room(self, left: Differences) -> bool:
        """Whether all that is seen keeps the gap where so much is left."""
        if left not in self._room:
            shown = tuple(filter(self.grid.shows, self.state(left).objects))
            self._room[left] = footprints.crowded(State(objects=shown), self.words) is None
        return self._room[left]

    def is_apart(self, k: int, obj: Object, left: Differences) -> bool:
        """Whether object k, if it is like this, keeps the gap to all others that are seen where so much is left."""
        key = (k, left)
        if key not in self._others:
            others = enumerate(self.state(left).objects)
            self._others[key] = [other for i, other in others if i != k and self.grid.shows(other)]
        return not footprints.crowds(obj, self._others[key], self.words)

    def is_shown(self, obj: Object) -> bool:
        """Whether an object is in sight, or has come into it from a start far away."""
        return self.grid.shows(obj) or (obj.present and is_far(obj))

    def sighting(self, obj: Object) -> Sighting:
        """Where an object is, one with a start far away being out of sight."""
        return replay.sighting(obj, self.grid)

    def sighting_after(self, was: Object, is_: Object) -> Sighting:
        """Where an object is after a step; one that leaves a start far away has come into sight."""
        return "seen" if is_ != was and self.is_shown(is_) else self.sighting(is_)


def is_far(obj: Object) -> bool:
    """Whether an object is reckoned from a start far away."""
    return max(map(abs, obj.position)) > _FAR // 2
