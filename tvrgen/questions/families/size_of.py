"""Which of two objects is larger: in the image, or in the world."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from tvrgen.config.settings import Split
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import Family
from tvrgen.questions.naming import names
from tvrgen.questions.wording import capitalized

IMAGE, WORLD = "image", "world"
"""Where sizes are compared: the pixels that show of the objects, or the objects themselves."""

SAME = "the same size"

_LEAST_FRACTION = 0.5
"""Of an object that others hide further, its own size can hardly be judged."""
_CLEARLY = 1.25
"""Factor by which visible pixels differ where the image tells which are more; that of areas, so 12 % in length."""
_LARGER = 1.25
"""Factor between the radii of objects of different sizes, which the distance alone could not make up for."""
_TELLING = ("size", "shape")
"""Attributes that no name says: the size tells the answer, and cubes cover less than spheres of the same size."""


class SizeOf(Family):
    """Is the red object larger than the green one? In the world, the answer may be that they are the same.

    In the world, two objects of one size are asked of only if the image shows one of them clearly larger; where a
    problem has a small object near that looks as large as a large one far away, it is asked of these. In the image, the
    larger one is as often one of the same size in the world as one that is really larger.
    """

    name = "size_of"
    places = ("one", "other", "where", "larger", "same")
    objects = 2

    def lacks(self, split: Split) -> str:
        radii = split.vocabulary.sizes.values()
        if max(radii) >= _LARGER * min(radii):
            return ""
        return f"two sizes of which one is {_LARGER:g} times the other; add one to vocabulary.sizes"

    def levels(self, split: Split) -> tuple[str, ...]:
        shown = (f"{IMAGE}.{truly}.{which}" for truly in ("larger", "not") for which in ("first", "second"))
        return (f"{WORLD}.first", f"{WORLD}.second", f"{WORLD}.same", *shown)

    def most_options(self, split: Split) -> int:
        return 3

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        for image in (exhibit.first, exhibit.second):
            pairs = [*itertools.permutations(_named(exhibit, image), 2)]
            traps = [pair for pair in pairs if _is_trap(exhibit, image, *pair)]
            for pair in pairs:
                yield Subject((image,), pair, (IMAGE,))
                if not traps or pair in traps or not _in_world(exhibit, image, *pair):
                    yield Subject((image,), pair, (WORLD,))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        (image,), pair, (where,) = subject
        if not {*pair} <= _named(exhibit, image).keys():
            return None
        truly, shown = _in_world(exhibit, image, *pair), _in_image(exhibit, image, *pair)
        if truly is None or not (shown or (where == WORLD and truly)):
            return None
        if where == WORLD:
            if not truly and len({exhibit.object(image, k).shape for k in pair}) > 1:
                return None  # of one size, but not of one volume
            which = truly
            level = f"{WORLD}.{('same', 'first', 'second')[which]}"
        else:
            which = shown
            level = f"{IMAGE}.{'larger' if truly == shown else 'not'}.{('', 'first', 'second')[which]}"
        named = [_named(exhibit, image)[k] for k in pair]
        return Answered((SAME, *named)[which], level)

    def among(self, exhibit: Exhibit, subject: Subject) -> Sequence[str]:
        named = _named(exhibit, subject.images[0])
        return [*(named[k] for k in subject.objects), *([SAME] if subject.about == (WORLD,) else [])]

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        (image,), (one, other), (where,) = subject
        named, shown = _named(exhibit, image), exhibit.called(image, subject.images)
        larger = {
            IMAGE: f"covers more of {shown}, counting only the parts that can be seen",
            WORLD: f"is really larger in the scene, whatever its size in {shown}",
        }
        same = ", or are they the same size" if where == WORLD else ""
        return {"one": named[one], "other": named[other], "where": shown, "larger": larger[where], "same": same}

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        (image,), pair, (where,) = subject
        named, truly = _named(exhibit, image), _in_world(exhibit, image, *pair)
        shown = _in_image(exhibit, image, *pair)
        shown_by = exhibit.called(image, (image,))
        yield Sentence("locate", f"{capitalized(shown_by)} shows {named[pair[0]]} and {named[pair[1]]}.")
        if shown:
            more, less = pair if shown > 0 else pair[::-1]
            yield Sentence("compare", f"{capitalized(named[more])} takes up more of {shown_by} than {named[less]}.")
        if where == WORLD:
            one, other = (exhibit.object(image, k).size.replace("_", " ") for k in pair)
            told = f"{named[pair[0]]} is {one} and {named[pair[1]]} is {other}" if truly else f"both are {one}"
            yield Sentence("compare", f"Allowing for how far away each stands, {told}.")


@lru_cache(maxsize=16)
def _named(exhibit: Exhibit, image: str) -> dict[int, str]:
    """The objects of which enough shows to compare them, with names that tell neither size nor shape."""
    sights = exhibit.images[image].seen
    found = names(exhibit, image, without=_TELLING)
    return {k: named for k, named in found.items() if sights[k].fraction >= _LEAST_FRACTION}


def _in_image(exhibit: Exhibit, image: str, one: int, other: int) -> int:
    """1 if the image shows clearly more of the first of two objects, -1 if of the second one, else 0."""
    a, b = (exhibit.images[image].seen[k].pixels for k in (one, other))
    return (a >= _CLEARLY * b) - (b >= _CLEARLY * a)


def _in_world(exhibit: Exhibit, image: str, one: int, other: int) -> int | None:
    """1 if the first of two objects is really larger, -1 if the second one is, 0 for one size; None: not clear."""
    a, b = (exhibit.split.vocabulary.sizes[exhibit.object(image, k).size] for k in (one, other))
    if a == b:
        return 0
    return (a >= _LARGER * b) - (b >= _LARGER * a) or None


def _is_trap(exhibit: Exhibit, image: str, one: int, other: int) -> bool:
    """Whether one of two objects is really larger, but does not look clearly larger."""
    truly = _in_world(exhibit, image, one, other)
    return bool(truly) and truly != _in_image(exhibit, image, one, other)
