"""How many things of some looks an image shows, or how many more the second image shows."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from tvrgen.config.settings import Split
from tvrgen.questions import choices, naming
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import Family
from tvrgen.sampling.combinations import on_stage_numbers

_DIFFERENCES = range(2)

_MOST_GROUPS = 12
"""Groups into which attributes divide things, at most: of more, too few have two members."""


_FOR_SIZES = 6
"""Objects on stage from which on things are counted by size: of fewer, all sizes are seldom there."""

_DIFFERENCE = "difference"
"""What a subject says first that asks by how many a number differs."""


class Counting(Family):
    """How many red cubes are there, or by how many did their number change? The answer is a whole number.

    Numbers are dealt evenly among the questions on each attribute, and on each pair, so that what is asked tells
    nothing about the answer. Of a group with an object that can hardly be seen, nothing is asked.
    """

    name = "counting"
    form = "number"
    places = ("asks", "things", "where")

    def lacks(self, split: Split) -> str:
        if _groupings(split):
            return ""
        return (
            f"an attribute of several values; add a color to vocabulary.colors, say (sizes are counted of "
            f"{_FOR_SIZES} objects on stage or more)"
        )

    def levels(self, split: Split) -> tuple[str, ...]:
        told = ["+".join(attributes) for attributes in _groupings(split)]
        numbers = [_numbers(split, attributes) for attributes in _groupings(split)]
        if _differ(split):
            told, numbers = [*told, _DIFFERENCE], [*numbers, _DIFFERENCES]
        return tuple(f"{own}.{number}" for own, some in zip(told, numbers, strict=True) for number in some)

    def most_options(self, split: Split) -> int:
        return min(len(_numbers(split, attributes)) for attributes in _groupings(split))

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        words, differ = exhibit.split.vocabulary, _differ(exhibit.split)
        for attributes in _groupings(exhibit.split):
            for values in itertools.product(*(words.values(attribute) for attribute in attributes)):
                for image in (exhibit.first, exhibit.second):
                    yield Subject((image,), about=(*attributes, *values))
                if differ and len(attributes) == 1:
                    yield Subject((exhibit.first, exhibit.second), about=(_DIFFERENCE, *attributes, *values))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        attributes, values = _told(subject)
        groups = [naming.groups(exhibit, image, attributes).get(values, ()) for image in subject.images]
        if not all({*own} <= {*exhibit.seen(image)} for own, image in zip(groups, subject.images, strict=True)):
            return None
        if "size" in attributes and not all(_has_all_sizes(exhibit, image) for image in subject.images):
            return None  # which of two sizes these are, no image tells
        numbers, told = _numbers(exhibit.split, attributes), "+".join(attributes)
        number = len(groups[0])
        if len(groups) > 1:
            numbers, told, number = _DIFFERENCES, _DIFFERENCE, abs(len(groups[1]) - number)
        return Answered(number, f"{told}.{number}") if number in numbers else None

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        things = naming.noun(tuple(zip(*_told(subject), strict=True)), several=True)
        if len(subject.images) > 1:
            asks = f"by how many does the number of {things} differ between {exhibit.both}?"
            return {"asks": asks, "things": things, "where": "the video" if exhibit.of_clip else "both images"}
        where = exhibit.called(subject.images[0], subject.images)
        return {"asks": f"how many {things} are there in {where}?", "things": things, "where": where}

    def near(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Sequence[int]:
        numbers = _DIFFERENCES if len(subject.images) > 1 else _numbers(exhibit.split, _told(subject)[0])
        return choices.mixed(exhibit, subject, [number for number in numbers if number != answered.value])

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        attributes, values = _told(subject)
        things = naming.noun(tuple(zip(attributes, values, strict=True)), several=True)
        for image in subject.images:
            group, where = (
                naming.groups(exhibit, image, attributes).get(values, ()),
                exhibit.called(image, subject.images),
            )
            listed = ", ".join(f"a {' '.join(exhibit.object(image, k).looks)}".replace("_", " ") for k in group)
            shown = f"{len(group)}: {listed}" if group else "none"
            yield Sentence("locate", f"Of the {things}, {where} shows {shown}.")


def _has_all_sizes(exhibit: Exhibit, image: str) -> bool:
    return len(naming.groups(exhibit, image, ("size",))) == len(exhibit.split.vocabulary.values("size"))


def _differ(split: Split) -> bool:
    """Whether it is asked by how many a number differs: each problem must be able to have each difference."""
    return min(split.sampling.steps) > 1 and not split.sampling.no_change


@lru_cache(maxsize=64)
def _groupings(split: Split) -> list[tuple[str, ...]]:
    """The attributes, and pairs of them, by which things are counted."""
    words = split.vocabulary
    few = [
        own
        for own in naming.subsets(words)
        if len(own) == 1 or (len(own) == 2 and math.prod(len(words.values(name)) for name in own) <= _MOST_GROUPS)
    ]
    fewest = min(on_stage_numbers(split.sampling))
    told = [own for own in few if fewest >= _FOR_SIZES or "size" not in own]
    return [own for own in told if all(len(words.values(name)) > 1 for name in own)]


@lru_cache(maxsize=1024)
def _numbers(split: Split, attributes: tuple[str, ...]) -> range:
    """The numbers that are asked for, of groups by these attributes: those that problems of the split often have."""
    fewest = min(on_stage_numbers(split.sampling))
    groups = math.prod(len(split.vocabulary.values(name)) for name in attributes)
    first = int(groups < 5 and fewest > 1)
    return range(first, first + (3 if fewest > 3 else 2))


def _told(subject: Subject) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The attributes that a question names, and their values."""
    told = subject.about[len(subject.images) - 1 :]
    return told[: len(told) // 2], told[len(told) // 2 :]
