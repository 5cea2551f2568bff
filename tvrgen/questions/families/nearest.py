"""Which of some objects is nearest to another one, or farthest from it."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from tvrgen.config.settings import Split
from tvrgen.questions import geometry
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import Family
from tvrgen.questions.geometry import named, standings
from tvrgen.questions.wording import joined
from tvrgen.sampling.combinations import on_stage_numbers

_MOST = 4  # candidates
_SETS = 12  # sets of candidates for an object, at most: all of many objects would be thousands


class Nearest(Family):
    """Which of these is nearest to the red cube: the sphere, the cylinder or the blue cube?

    It is nearest whether one measures from the middles or between the circles around the objects. All candidates are
    at least as far away as any two objects may be, so that their sizes tell nothing.
    """

    name = "nearest"
    form = "word"
    places = ("target", "nearest", "candidates", "where")
    objects = 3

    def levels(self, split: Split) -> tuple[str, ...]:
        return tuple(f"{most}.{place + 1}" for most in ("nearest", "farthest") for place in range(_count(split)))

    def most_options(self, split: Split) -> int:
        return _count(split)

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        count = _count(exhibit.split)
        for image in (exhibit.first, exhibit.second):
            found = standings(exhibit, image)
            for target, own in found.items():
                least = geometry.closest(exhibit.split, own.radius)
                far = [k for k in found if k != target and geometry.distance(own, found[k]) >= least]
                sets = [*itertools.combinations(far, count)]
                for candidates in geometry.thinned(sets, _SETS):
                    for most in ("nearest", "farthest"):
                        yield Subject((image,), (target, *candidates), (most,))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        (image,), (most,) = subject.images, subject.about
        found = standings(exhibit, image)
        if not found.keys() >= {*subject.objects}:
            return None
        target, *candidates = (found[k] for k in subject.objects)
        apart = [geometry.distance(target, own) for own in candidates]
        if min(apart) < geometry.closest(exhibit.split, target.radius):
            return None
        place = apart.index(min(apart) if most == "nearest" else max(apart))
        for other, length in enumerate(apart):
            if other == place:
                continue
            lower, upper = sorted((apart[place], length))
            slack = abs(candidates[place].radius - candidates[other].radius)
            if not geometry.clearly_less(lower, upper, slack, exhibit.split):
                return None
        return Answered(named(exhibit, image)[subject.objects[1 + place]], f"{most}.{place + 1}")

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        (image,), (most,) = subject.images, subject.about
        told = {"nearest": "nearest to", "farthest": "farthest from"}[most]
        target, *others = (f"the {named(exhibit, image)[k]}" for k in subject.objects)
        where = exhibit.called(image, subject.images)
        return {"target": target, "nearest": told, "candidates": joined(others, " or "), "where": where}

    def among(self, exhibit: Exhibit, subject: Subject) -> Sequence[str]:
        return [named(exhibit, subject.images[0])[k] for k in subject.objects[1:]]

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        (image,), (most,) = subject.images, subject.about
        yield from (Sentence("locate", geometry.located(exhibit, image, k)) for k in subject.objects)
        found = standings(exhibit, image)
        target, *candidates = subject.objects
        apart = {k: geometry.distance(found[target], found[k]) for k in candidates}
        ordered = sorted(candidates, key=apart.__getitem__, reverse=most == "farthest")
        listed = ", ".join(f"the {named(exhibit, image)[k]} about {apart[k]:.1f} m" for k in ordered)
        yield Sentence("compare", f"From the {named(exhibit, image)[target]}, the others are this far away: {listed}.")


def _count(split: Split) -> int:
    """The number of candidates: as many as problems with the fewest objects often have besides the one asked about."""
    return max(2, min(_MOST, min(on_stage_numbers(split.sampling)) - 1))
