"""Geometry of questions: where objects stand on the ground, for the camera and in an image.

All of it follows from the states, views and sights of an exhibit, by elementwise arithmetic alone. Within a margin, an
eye may take one for the other, and nothing is asked.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from tvrgen.config.settings import Split
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.naming import names
from tvrgen.questions.rationale import in_image
from tvrgen.scene.camera_model import turn

T = TypeVar("T")

MARGIN = 0.08
"""Of lengths on the ground, as a share of the stage's side: in the shipped scenes about 5 pixels of depth at the far
end of the stage, in an image 320 pixels wide."""

ASIDE = 0.06
"""Of places across an image, as a share of its width: that of a small object at the middle of the shipped stage."""

_RATIO = 1.2  # of two lengths of which one is said to be larger, since eyes err by a share of a length


class Standing(NamedTuple):
    """Where an object stands. Lengths are in metres; `across`, `left` and `right` are shares of the image's width.

    `x`, `y` are its middle on the ground and `radius` that of its footprint. `depth` is its middle's distance from the
    camera along the way the camera looks, `away` that from the point of the ground below the camera. `across` is the
    place of its middle in the image, `left` and `right` are the edges of what is seen of it.
    """

    x: float
    y: float
    radius: float
    depth: float
    away: float
    across: float
    left: float
    right: float


@lru_cache(maxsize=32)
def named(exhibit: Exhibit, image: str) -> Mapping[int, str]:
    """The objects of which an image shows enough and that have a name, with these: "red cube", without an article."""
    return {k: name.removeprefix("the ") for k, name in names(exhibit, image).items()}


@lru_cache(maxsize=32)
def standings(exhibit: Exhibit, image: str) -> Mapping[int, Standing]:
    """The objects that are `named` in an image, with where they stand."""
    shot, words = exhibit.images[image], exhibit.split.vocabulary
    eye, (ahead_x, ahead_y) = shot.camera.location, ahead(exhibit, image)
    found = {}
    for k in named(exhibit, image):
        obj, box = shot.state[k], shot.seen[k].box
        if box is None:
            continue
        x, y = (place * words.grid.unit for place in obj.position)
        radius = words.sizes[obj.size]
        across, _ = shot.view.project_each((x, y, radius))
        found[k] = Standing(
            x=x,
            y=y,
            radius=radius,
            depth=(x - eye[0]) * ahead_x + (y - eye[1]) * ahead_y,
            away=_length(x - eye[0], y - eye[1]),
            across=across / shot.view.width,
            left=box[0] / shot.view.width,
            right=box[2] / shot.view.width,
        )
    return found


def ahead(exhibit: Exhibit, image: str) -> tuple[float, float]:
    """The way that the camera of an image looks, on the ground, of length 1."""
    x, y, _ = exhibit.images[image].view.rotation[2]
    length = _length(x, y)
    return x / length, y / length


def side(split: Split) -> float:
    """The side of the square stage in metres."""
    grid = split.vocabulary.grid
    return 2 * grid.stage * grid.unit


def closest(split: Split, radius: float) -> float:
    """The distance in metres at which any object may stand from one with this radius, whatever its size.

    What is nearer to it is likely small. So that a name tells nothing about distances, nothing nearer is asked of.
    """
    grid = split.vocabulary.grid
    return radius + max(split.vocabulary.sizes.values()) + grid.gap * grid.unit


def distance(a: Standing, b: Standing) -> float:
    """The distance of two middles on the ground, in metres."""
    return _length(a.x - b.x, a.y - b.y)


def clearly_less(a: float, b: float, slack: float, split: Split) -> bool:
    """Whether a length is less than another one by more than the margins and `slack`, all in metres."""
    return b - a >= slack + MARGIN * side(split) and b >= _RATIO * a


def is_left_of(a: Standing, b: Standing) -> bool:
    """Whether an image shows an object clearly to the left of another: its middle and both edges."""
    return b.across - a.across >= ASIDE and a.left < b.left and a.right < b.right


def is_before(a: Standing, b: Standing, split: Split) -> bool:
    """Whether an object is clearly nearer to the camera than another one: its middle and both ends, along the way the
    camera looks as well as from where it stands."""
    slack = abs(a.radius - b.radius) + MARGIN * side(split)
    return b.depth - a.depth >= slack and b.away - a.away >= slack


def turned(standing: Standing, degrees: int) -> Standing:
    """A standing after the stage is turned about its middle, from x towards y; only `x` and `y` are those after it."""
    cos, sin = turn(degrees)
    return standing._replace(x=cos * standing.x - sin * standing.y, y=sin * standing.x + cos * standing.y)


def located(exhibit: Exhibit, image: str, k: int) -> str:
    """The sentence that says where in an image object k is."""
    shot = exhibit.images[image]
    box = shot.seen[k].box
    assert box is not None
    return f"The {named(exhibit, image)[k]} is {in_image(box, shot.view.width, shot.view.height)}."


def thinned(items: Sequence[T], most: int) -> Sequence[T]:
    """At most `most` of some items, as far apart in the list as possible: all of many would be thousands."""
    return items[:: -(-len(items) // most) or 1]


def _length(x: float, y: float) -> float:
    return math.sqrt(x * x + y * y)
