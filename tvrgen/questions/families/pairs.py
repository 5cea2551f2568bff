"""Which of two pairs of objects are closer together, or farther apart."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from tvrgen.config.settings import Split
from tvrgen.questions import geometry
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import Family
from tvrgen.questions.geometry import named, standings

_WORDS = ("first", "second")
_COUPLES = 24  # couples of pairs in an image, at most: all of many objects would be thousands


class Pairs(Family):
    """Which are closer together: first, the red cube and the sphere, or second, the cylinder and the blue cube?

    They are so whether one measures from the middles or between the circles around the objects. Both pairs are at least
    as far apart as any two objects may be, so that their sizes tell nothing.
    """

    name = "pairs"
    form = "word"
    places = ("first", "second", "closer", "where")
    objects = 4

    def levels(self, split: Split) -> tuple[str, ...]:
        return tuple(f"{closer}.{word}" for closer in ("closer", "farther") for word in _WORDS)

    def most_options(self, split: Split) -> int:
        return len(_WORDS)

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        for image in (exhibit.first, exhibit.second):
            pairs = itertools.combinations(standings(exhibit, image), 2)
            couples = [(*a, *b) for a, b in itertools.combinations(pairs, 2) if not {*a} & {*b}]
            for a, b, c, d in geometry.thinned(couples, _COUPLES):
                for objects in ((a, b, c, d), (c, d, a, b)):
                    for closer in ("closer", "farther"):
                        yield Subject((image,), objects, (closer,))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        (image,), (closer,) = subject.images, subject.about
        found = standings(exhibit, image)
        if not found.keys() >= {*subject.objects}:
            return None
        a, b, c, d = (found[k] for k in subject.objects)
        first, second = geometry.distance(a, b), geometry.distance(c, d)
        lower, upper = sorted((first, second))
        slack = abs(a.radius + b.radius - c.radius - d.radius)
        least = geometry.closest(exhibit.split, max(exhibit.split.vocabulary.sizes.values()))
        if lower < least or not geometry.clearly_less(lower, upper, slack, exhibit.split):
            return None
        word = _WORDS[(first > second) == (closer == "closer")]
        return Answered(word, f"{closer}.{word}")

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        (image,), (closer,) = subject.images, subject.about
        a, b, c, d = (f"the {named(exhibit, image)[k]}" for k in subject.objects)
        told = {"closer": "closer together", "farther": "farther apart"}[closer]
        where = exhibit.called(image, subject.images)
        return {"first": f"{a} and {b}", "second": f"{c} and {d}", "closer": told, "where": where}

    def among(self, exhibit: Exhibit, subject: Subject) -> Sequence[str]:
        return _WORDS

    def told(self, value: str) -> str:
        return f"the {value} pair"

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        (image,) = subject.images
        yield from (Sentence("locate", geometry.located(exhibit, image, k)) for k in subject.objects)
        found = standings(exhibit, image)
        for k, other in (subject.objects[:2], subject.objects[2:]):
            one, two = (named(exhibit, image)[own] for own in (k, other))
            apart = geometry.distance(found[k], found[other])
            yield Sentence("compare", f"The {one} and the {two} are about {apart:.1f} m apart.")
