"""How many metres two objects are apart: their middles, or the circles on the ground around them."""

import itertools
import operator
from collections.abc import Iterator, Mapping, Sequence

from tvrgen.config.settings import Split
from tvrgen.questions import choices, geometry
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import Family
from tvrgen.questions.geometry import Standing, named, standings

MEASURES = {
    "middles": "from the middle of the one to the middle of the other",
    "circles": "as the gap between the smallest circles around each of them, seen from above",
}
"""What is measured, along the ground -> the words for it."""

_BINS = 4
_RATIOS = {"middles": 1.35, "circles": 1.5}
"""Of the ends of a bin: four bins reach from the shortest distance that is asked for to what a stage often has."""

_SHORTEST = 2 / 15  # between circles, as a share of the stage's side; of less, images show too little

_LEAST_SIDE = 3.0  # of the stage, in metres: on a smaller one, one decimal would be too coarse


class Distance(Family):
    """How many metres is the red cube from the sphere? The answer has one decimal.

    Distances of each measure are dealt evenly over bins, each longer than the one before by a ratio. As a choice, the
    others are the distance at the same place of the other bins, so that any option is as likely as another. All are
    rounded alike, from the exact length, so that their ratios do not show which is right.
    """

    name = "distance"
    form = "number"
    approximate = True
    places = ("one", "other", "measured", "stage", "where")
    objects = 2

    def lacks(self, split: Split) -> str:
        if geometry.side(split) >= _LEAST_SIDE:
            return ""
        return f"a stage with sides of {_LEAST_SIDE:g} m or more; write a larger vocabulary.grid.unit"

    def levels(self, split: Split) -> tuple[str, ...]:
        return tuple(f"{measure}.{bin_ + 1}" for measure in MEASURES for bin_ in range(_BINS))

    def most_options(self, split: Split) -> int:
        return _BINS

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        for image in (exhibit.first, exhibit.second):
            for pair in itertools.combinations(named(exhibit, image), 2):
                for measure in MEASURES:
                    yield Subject((image,), pair, (measure,))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        (image,), (measure,) = subject.images, subject.about
        found = standings(exhibit, image)
        if not found.keys() >= {*subject.objects}:
            return None
        length = _measured(measure, *(found[k] for k in subject.objects))
        ends = _ends(measure, exhibit.split)
        bin_ = sum(end <= length for end in ends) - 1
        return Answered(round(length, 1), f"{measure}.{bin_ + 1}") if 0 <= bin_ < _BINS else None

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        (image,), (measure,) = subject.images, subject.about
        one, other = (f"the {named(exhibit, image)[k]}" for k in subject.objects)
        stage = f"{geometry.side(exhibit.split):g}"
        where = exhibit.called(image, subject.images)
        return {"one": one, "other": other, "measured": MEASURES[measure], "stage": stage, "where": where}

    def near(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Sequence[float]:
        measure, _, number = answered.level.partition(".")
        found = standings(exhibit, subject.images[0])
        length, ends = _measured(measure, *(found[k] for k in subject.objects)), _ends(measure, exhibit.split)
        own = ends.pop(int(number) - 1)
        return choices.mixed(exhibit, subject, [round(length * end / own, 1) for end in ends[: _BINS - 1]])

    def told(self, value: float) -> str:
        return f"{value:.1f} m"

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        (image,), (measure,) = subject.images, subject.about
        yield from (Sentence("locate", geometry.located(exhibit, image, k)) for k in subject.objects)
        a, b = (standings(exhibit, image)[k] for k in subject.objects)
        stage, apart = geometry.side(exhibit.split), geometry.distance(a, b)
        yield Sentence(
            "compare", f"A side of the stage is {stage:g} m; their middles are about {apart / stage:.0%} of that apart."
        )
        if measure == "circles":
            yield Sentence(
                "compare",
                f"That is {apart:.1f} m, of which {a.radius:g} m and {b.radius:g} m are within their circles.",
            )


def _measured(measure: str, a: Standing, b: Standing) -> float:
    apart = geometry.distance(a, b)
    return apart if measure == "middles" else apart - a.radius - b.radius


def _ends(measure: str, split: Split) -> list[float]:
    """The ends of the bins of a measure in metres, the lowest first.

    Middles of large objects keep farther apart than those of small ones. Where nothing nearer is asked for, the words
    for the objects tell nothing of the distance.
    """
    side = geometry.side(split)
    largest = max(split.vocabulary.sizes.values())
    first = min(geometry.closest(split, largest), side / 3) if measure == "middles" else _SHORTEST * side
    return [*itertools.accumulate([_RATIOS[measure]] * _BINS, operator.mul, initial=first)]
