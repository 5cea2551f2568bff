"""Where one object stands as another one sees it from the camera: to its left or right, in front of it or behind it."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from tvrgen.config.settings import Split
from tvrgen.questions import geometry
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import Family
from tvrgen.questions.geometry import MARGIN, Standing, is_before, is_left_of, named, standings
from tvrgen.scene import camera_model

WORDS = ("left", "right", "front", "behind")

ACROSS = 0.577
"""Depth as a share of the way across, at most, of what is to the left or right: up to 30 degrees off."""

ALONG = 0.325
"""The way across as a share of depth, at most, of what is in front or behind: up to 18 degrees off. It is less than
ACROSS, since cameras look down, so that images show depth shortened to about a half."""

_LEAST_TURN = 20  # degrees between two cameras; less shows nearly the same


class Relation(Family):
    """Is the red cube to the left of the sphere, to its right, in front of it or behind it?

    The answer is the main direction on the ground, as the camera of the image sees it, or the other camera, of which
    the question shows no image; where that one looks from nearly the same side, one on the opposite side.
    """

    name = "relation"
    form = "word"
    places = ("one", "other", "seen", "where")
    objects = 2

    def levels(self, split: Split) -> tuple[str, ...]:
        return tuple(f"{eye}.{word}" for eye in ("here", "there") for word in WORDS)

    def most_options(self, split: Split) -> int:
        return len(WORDS)

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        for image in (exhibit.first, exhibit.second):
            for pair in itertools.permutations(named(exhibit, image), 2):
                for eye in ("here", "there"):
                    yield Subject((image,), pair, (eye,))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        (image,), (eye,) = subject.images, subject.about
        found = standings(exhibit, image)
        if not found.keys() >= {*subject.objects}:
            return None
        a, b = (found[k] for k in subject.objects)
        if eye == "here":
            word = _direction(exhibit, image, a, b)
            if not word or not _shown(word, a, b, exhibit.split):
                return None
        else:
            degrees = _turn(exhibit, image)
            word = _direction(exhibit, image, *(geometry.turned(own, -degrees) for own in (a, b)))
        return Answered(word, f"{eye}.{word}") if word else None

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        (image,) = subject.images
        one, other = (f"the {named(exhibit, image)[k]}" for k in subject.objects)
        where = exhibit.called(image, subject.images)
        return {"one": one, "other": other, "seen": _seen(exhibit, subject), "where": where}

    def among(self, exhibit: Exhibit, subject: Subject) -> Sequence[str]:
        return WORDS

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        (image,), (eye,) = subject.images, subject.about
        one, other = (f"the {named(exhibit, image)[k]}" for k in subject.objects)
        yield from (Sentence("locate", geometry.located(exhibit, image, k)) for k in subject.objects)
        if eye == "there":
            yield Sentence("match", f"The other viewpoint is that of {_other_eye(_turn(exhibit, image))}.")
        told = {
            "left": "to the left of",
            "right": "to the right of",
            "front": "in front of",
            "behind": "behind",
        }[answered.value]
        seen = "Seen from there" if eye == "there" else "Seen from the camera"
        yield Sentence("compare", f"{seen}, {one} is mainly {told} {other}.")


def _direction(exhibit: Exhibit, image: str, a: Standing, b: Standing) -> str:
    """The main direction of one object from another one, for the camera; "" within a margin.

    It has to be the same along the way the camera looks and along the line of sight to the two.
    """
    eye, axis = exhibit.images[image].camera.location, geometry.ahead(exhibit, image)
    sight = ((a.x + b.x) / 2 - eye[0], (a.y + b.y) / 2 - eye[1])
    found = {_along(a, b, ahead, exhibit.split) for ahead in (axis, sight)}
    return found.pop() if len(found) == 1 else ""


def _along(a: Standing, b: Standing, ahead: tuple[float, float], split: Split) -> str:
    length = math.sqrt(ahead[0] * ahead[0] + ahead[1] * ahead[1])
    dx, dy = a.x - b.x, a.y - b.y
    farther = (dx * ahead[0] + dy * ahead[1]) / length
    right = (dx * ahead[1] - dy * ahead[0]) / length
    least = abs(a.radius - b.radius) + MARGIN * geometry.side(split)
    if abs(right) >= least and abs(farther) <= ACROSS * abs(right):
        return "right" if right > 0 else "left"
    if abs(farther) >= least and abs(right) <= ALONG * abs(farther):
        return "behind" if farther > 0 else "front"
    return ""


def _shown(word: str, a: Standing, b: Standing, split: Split) -> bool:
    """Whether the image shows this direction, too."""
    if word in ("front", "behind"):
        return is_before(a, b, split) if word == "front" else is_before(b, a, split)
    return is_left_of(a, b) if word == "left" else is_left_of(b, a)


def _turn(exhibit: Exhibit, image: str) -> int:
    """The way of the camera of an image around the stage to the other one, in whole degrees, to its right if positive.

    180 if the two look from nearly the same side.
    """
    other = exhibit.second if image == exhibit.first else exhibit.first
    here, there = (camera_model.azimuth(exhibit.images[name].camera) for name in (image, other))
    turn = round((there - here + 180) % 360 - 180)
    return turn if abs(turn) >= _LEAST_TURN else 180


def _other_eye(degrees: int) -> str:
    """The words for the camera to imagine."""
    if abs(degrees) == 180:
        return "a camera on the opposite side of the stage"
    side = "right" if degrees > 0 else "left"
    return f"a camera {abs(degrees)} degrees further around the stage, to the {side} of this one"


def _seen(exhibit: Exhibit, subject: Subject) -> str:
    (image,), (eye,) = subject.images, subject.about
    here = "the camera of the video" if exhibit.of_clip else "the camera of this image"
    return f"seen from {here if eye == 'here' else _other_eye(_turn(exhibit, image))}"
