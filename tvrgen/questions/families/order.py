"""The order of some objects in an image: from left to right, or from near to far."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tvrgen.config.settings import Split
from tvrgen.questions import choices, geometry
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import Family
from tvrgen.questions.geometry import is_before, is_left_of, named, standings
from tvrgen.questions.wording import joined
from tvrgen.sampling.combinations import on_stage_numbers

WAYS = {"left": "from left to right", "near": "from the nearest to the camera to the farthest"}

_SETS = 12  # sets of objects in an image, at most: all of many objects would be thousands


class Order(Family):
    """In which order do the red cube, the sphere and the blue cube stand, from left to right?

    Each is clearly to the left of the next one, or nearer to the camera. Which of those listed comes first is dealt
    evenly; the rest of the order follows that of the objects' indices, which are drawn.
    """

    name = "order"
    form = "sequence"
    places = ("listed", "way", "where")
    objects = 3

    def levels(self, split: Split) -> tuple[str, ...]:
        return tuple(f"{way}.{place + 1}" for way in WAYS for place in range(_count(split)))

    def most_options(self, split: Split) -> int:
        return 4

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        count = _count(exhibit.split)
        for image in (exhibit.first, exhibit.second):
            for way in WAYS:
                ordered = _ordered(exhibit, image, way, standings(exhibit, image))
                sets = sorted(
                    sorted(own) for own in itertools.combinations(ordered, count) if _clear(exhibit, image, way, own)
                )
                for own in geometry.thinned(sets, _SETS):
                    for turn in range(count):
                        yield Subject((image,), (*own[turn:], *own[:turn]), (way,))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        (image,), (way,) = subject.images, subject.about
        if not standings(exhibit, image).keys() >= {*subject.objects}:
            return None
        ordered = _ordered(exhibit, image, way, subject.objects)
        if not _clear(exhibit, image, way, ordered):
            return None
        value = [named(exhibit, image)[k] for k in ordered]
        return Answered(value, f"{way}.{subject.objects.index(ordered[0]) + 1}")

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        (image,), (way,) = subject.images, subject.about
        listed = [f"the {named(exhibit, image)[k]}" for k in subject.objects]
        return {"listed": joined(listed), "way": WAYS[way], "where": exhibit.called(image, subject.images)}

    def near(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Sequence[list[str]]:
        """Other orders of the same objects, drawn at random: the one that is most like the others would be right."""
        others = [[*own] for own in itertools.permutations(sorted(answered.value)) if [*own] != answered.value]
        return choices.mixed(exhibit, subject, others)

    def among(self, exhibit: Exhibit, subject: Subject) -> Sequence[str]:
        return [named(exhibit, subject.images[0])[k] for k in subject.objects]

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        (image,), (way,) = subject.images, subject.about
        yield from (Sentence("locate", geometry.located(exhibit, image, k)) for k in subject.objects)
        told = {"left": "to the left of", "near": "nearer to the camera than"}[way]
        for one, other in itertools.pairwise(answered.value):
            yield Sentence("compare", f"The {one} is {told} the {other}.")


def _ordered(exhibit: Exhibit, image: str, way: str, objects: Iterable[int]) -> list[int]:
    found = standings(exhibit, image)
    return sorted(objects, key=lambda k: found[k].across if way == "left" else found[k].depth)


def _clear(exhibit: Exhibit, image: str, way: str, ordered: Sequence[int]) -> bool:
    """Whether each object is clearly before the next one."""
    found = standings(exhibit, image)
    for a, b in itertools.pairwise(found[k] for k in ordered):
        if not (is_left_of(a, b) if way == "left" else is_before(a, b, exhibit.split)):
            return False
    return True


def _count(split: Split) -> int:
    """The number of objects that are put in order: of three where problems may have less than six."""
    return 4 if min(on_stage_numbers(split.sampling)) > 5 else 3
