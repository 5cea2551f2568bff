"""Which one change undoes a difference between the images: what brings the first state back."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from tvrgen._support.rng import generator
from tvrgen.config.settings import Split
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import SOMETHING_CHANGES, Family
from tvrgen.questions.forms import changes_text
from tvrgen.questions.naming import names
from tvrgen.questions.wording import capitalized
from tvrgen.sampling.decks import shuffled
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Step

NONE = "none of these"

_SIDES = {"left": "right", "right": "left"}
_OTHER_SIDE = re.compile("|".join(_SIDES))

_MOST_OTHERS = 3
"""Objects beside the changed one that are asked of with it, at most: enough to choose from, and quick to list."""


class Undo(Family):
    """Which of these changes of the second scene makes it more like the first one?

    The four changes are two values for each of two objects, so that each has the same object in common with another,
    and the same value; the value that an object has already, or the change that it took, may be among them. Each is
    right as often, and as often none of them is. Names do not say the attribute of which they are asked. The kind is
    drawn first, among those by which something can be undone, so that it does not show whether one of them is right.
    """

    name = "undo"
    places = ("directions",)
    objects = 2

    def lacks(self, split: Split) -> str:
        if split.sampling.no_change:
            return SOMETHING_CHANGES
        return "" if _kinds(split) else "a kind of change with several values; add color to sampling.kinds, say"

    def levels(self, split: Split) -> tuple[str, ...]:
        return ("1", "2", "3", "4", "none")

    def most_options(self, split: Split) -> int:
        return 5

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        images, kind = (exhibit.first, exhibit.second), _kind(exhibit)
        for k in _listed(exhibit, kind) if kind else ():
            for other, (one, two) in itertools.product(_others(exhibit, kind, k), _pairs(exhibit, kind, k)):
                for pair, values in itertools.product(((k, other), (other, k)), ((one, two), (two, one))):
                    yield Subject(images, pair, (kind, *values))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        if not {*subject.objects} <= _named(exhibit, subject.about[0]).keys():
            return None
        right = [place for place, own in enumerate(_changes(subject)) if own in _undoing(exhibit)]
        if len(right) > 1:
            return None
        if not right:
            return Answered(NONE, "none")
        return Answered(_texts(exhibit, subject)[right[0]], str(right[0] + 1))

    def among(self, exhibit: Exhibit, subject: Subject) -> Sequence[str]:
        return [*_texts(exhibit, subject), NONE]

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        grid, kind = exhibit.split.vocabulary.grid, exhibit.split.kinds[subject.about[0]]
        viewer = "the viewer of the video" if exhibit.of_clip else "the first image's viewer"
        told = (
            f" Directions are those of {viewer}: front is towards the viewer, behind is away. "
            f"The number is that of steps of {grid.move * grid.unit:g} metres; a diagonal step goes as far in each of "
            f"its two directions. The square inside the dark lines has sides of {2 * grid.stage * grid.unit:g} metres."
        )
        return {"directions": told if kind.directional else ""}

    def mirror(self, mirrored: Exhibit, subject: Subject) -> Subject:
        kind, *values = subject.about
        if mirrored.split.kinds[kind].directional:
            values = [_OTHER_SIDE.sub(lambda side: _SIDES[side[0]], value) for value in values]
        return mirrored.subject(subject._replace(about=(kind, *values)))

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        kind = exhibit.split.kinds[subject.about[0]]
        first, second = (exhibit.called(image, subject.images) for image in subject.images)
        for k in subject.objects:
            named = _named(exhibit, kind.name)[k]
            yield Sentence("locate", f"{capitalized(named)} is in {second}.")
            before, after = (exhibit.object(image, k) for image in (exhibit.first, exhibit.second))
            fields = [own for own in replay.changed_fields(before, after) if own in (kind.fields or ())]
            if not fields:
                yield Sentence("compare", f"Its {kind.name} is the same as in {first}.")
            for field in fields:
                value = getattr(before, field)
                was = f"had the {field} {value}" if isinstance(value, str) else "stood elsewhere"
                yield Sentence("compare", f"In {first}, it {was}.".replace("_", " "))


class _Change(NamedTuple):
    object: int
    kind: str
    value: str


def _changes(subject: Subject) -> list[_Change]:
    """The four changes that a subject asks of."""
    kind, *values = subject.about
    return [_Change(k, kind, value) for k, value in itertools.product(subject.objects, values)]


def _texts(exhibit: Exhibit, subject: Subject) -> list[str]:
    """The four changes as answers write them: red cube.size.large."""
    named = _named(exhibit, subject.about[0])
    return [
        changes_text.change([named[own.object].removeprefix("the ")], own.kind, own.value, "description")
        for own in _changes(subject)
    ]


@lru_cache(maxsize=16)
def _kind(exhibit: Exhibit) -> str:
    """The kind of which is asked: one by which something can be undone, if there is one; "" if there is none at all."""
    asked = [kind for kind in _kinds(exhibit.split) if len(_named(exhibit, kind)) > 1]
    undoing = {own.kind for own in _undoing(exhibit) if own.object in _named(exhibit, own.kind)}
    among = [kind for kind in asked if kind in undoing] or asked
    return shuffled(generator(0, "undo", exhibit.planned.problem.id, exhibit.drawn_by), among)[0] if among else ""


def _listed(exhibit: Exhibit, kind: str) -> list[int]:
    """The objects of which one is always listed: those of which something can be undone by a kind.

    All, if there are none, or if the kind has no two values besides the right one.
    """
    named = [*_named(exhibit, kind)]
    right = {own.object for own in _undoing(exhibit) if own.kind == kind}
    return [k for k in named if k in right] if right and len(exhibit.split.values[kind]) > 2 else named


def _others(exhibit: Exhibit, kind: str, k: int) -> list[int]:
    """The objects that are asked of beside object k: those that follow it, around."""
    there = [*_named(exhibit, kind)]
    place = there.index(k)
    return [*there[place + 1 :], *there[:place]][:_MOST_OTHERS]


def _pairs(exhibit: Exhibit, kind: str, k: int) -> list[tuple[str, str]]:
    """Each value of a kind with another one, which differs from problem to problem and from object to object."""
    values = exhibit.split.values[kind]
    further = 1 + (exhibit.planned.problem.index + k) % (len(values) - 1)
    return [(own, values[(place + further) % len(values)]) for place, own in enumerate(values)]


@lru_cache(maxsize=16)
def _undoing(exhibit: Exhibit) -> tuple[_Change, ...]:
    """The changes of one object in the second state that give it something back as it was in the first."""
    first, second = (exhibit.images[image].state for image in (exhibit.first, exhibit.second))
    words, kinds = exhibit.split.vocabulary, exhibit.split.kinds
    found = []
    for name in _kinds(exhibit.split):
        fields = kinds[name].fields or frozenset()
        for k in _in_both(exhibit):
            wrong = {field for field in fields if getattr(first[k], field) != getattr(second[k], field)}
            for value in exhibit.split.values[name] if wrong else ():
                try:
                    after = replay.apply(second, Step(objects=(k,), kind=name, value=value), kinds, words)
                except Rejected:
                    continue
                if {field for field in fields if getattr(first[k], field) != getattr(after[k], field)} < wrong:
                    found.append(_Change(k, name, value))
    return tuple(found)


def _in_both(exhibit: Exhibit) -> tuple[int, ...]:
    """The objects of which both images show enough, and of which they tell what became."""
    seen = {*exhibit.seen(exhibit.first)} - exhibit.renewed
    return tuple(k for k in exhibit.seen(exhibit.second) if k in seen)


@lru_cache(maxsize=64)
def _named(exhibit: Exhibit, kind: str) -> dict[int, str]:
    """The objects of which both images show enough, with names in the second one without what a kind changes."""
    found = names(exhibit, exhibit.second, without=tuple(sorted(exhibit.split.kinds[kind].fields or ())))
    return {k: named for k, named in found.items() if k in _in_both(exhibit)}


def _kinds(split: Split) -> list[str]:
    """The kinds that change one object's looks or place to one of several values."""
    plain = {*split.vocabulary.attributes, "position"}
    return [
        name
        for name, kind in split.kinds.items()
        if kind.plain and len(kind.roles) == 1 and kind.fields and kind.fields <= plain and len(split.values[name]) > 1
    ]
