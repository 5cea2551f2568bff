"""Where the second camera stands, by how much it is turned around the scene, and which image is of the same scene."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from tvrgen.config.settings import Split
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit, called
from tvrgen.questions.family import Family
from tvrgen.questions.wording import capitalized, joined
from tvrgen.scene import camera_model
from tvrgen.scene.model import Object
from tvrgen.transformations import replay

SIDE, DEGREES, SCENE = "side", "degrees", "scene"
"""What is asked: the side to which the camera has moved, the angle, or which image shows the scene of the first one."""

_ASKED = {
    SIDE: ("where the camera of the second image stands, compared with that of the first image and as seen from it: "),
    DEGREES: (
        "by about how many degrees the camera goes around the scene from the first image to the second, whichever way "
        "it goes"
    ),
    SCENE: (
        "which of the other images shows the scene exactly as it is in the first one, with the same objects in the "
        "same places, seen from another viewpoint"
    ),
}

_LEFT, _RIGHT, _SAME = "left", "right", "the same place"

_LEVELS = {_LEFT: "left", _RIGHT: "right", _SAME: "same"}

_STILL = 8.0
"""Degrees of azimuth below which two cameras stand in one place: shifts that are drawn for each problem are smaller."""
_MOVED = 15.0
"""Degrees from which a camera has clearly moved to a side."""
_BEHIND = 150.0
"""Degrees from which it stands behind the scene, for which either side leads there."""
_APART = 20.0
"""Degrees between the angles that a question offers."""
_OFF = 8.0
"""Degrees by which an angle may differ from the one that is its answer."""

_ROUNDED = 4.0
"""Degrees of them that come from the angle's rounding; the rest is left for shifts."""

_MOST_IMAGES = 4


class Viewpoint(Family):
    """Two images of the scene, and where the camera went; or one image, and which of others shows the same scene.

    All images of the problem are asked of, in any order, so that each side, each angle and each place of the right
    image are dealt evenly. Where a problem has one final view (cameras.views: one), only the sides are asked, and the
    order of the images is dealt. The images to choose from are all taken by the first camera, so that the view does not
    show which of them is of the final state.
    """

    name = "viewpoint"
    places = ("asked",)

    def lacks(self, split: Split) -> str:
        if len(_sides(split)) > 1 or _candidates(split):
            return ""
        return "a final camera that stands elsewhere than the initial one; write cameras.final: [left, right], say"

    def levels(self, split: Split) -> tuple[str, ...]:
        if split.cameras.views == "one":
            return (f"{SIDE}.forth", f"{SIDE}.back")
        angles = _angles(split)
        scene = range(2, 2 + _candidates(split))
        return (
            *(f"{SIDE}.{_LEVELS[side]}" for side in _sides(split)),
            *(f"{DEGREES}.{angle}" for angle in (angles if len(angles) > 1 else ())),
            *(f"{SCENE}.{place}" for place in scene),
        )

    def most_options(self, split: Split) -> int:
        own = [len(_sides(split))]
        if split.cameras.views == "all":
            own += [len(_angles(split)), _candidates(split)]
        return max(own)

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        split = exhibit.split
        shown = (exhibit.first, exhibit.second, *(exhibit.others if split.cameras.views == "all" else ()))
        for pair in itertools.permutations(shown, 2):
            yield Subject(pair, about=(SIDE,))
            if split.cameras.views == "all" and len(_angles(split)) > 1:
                yield Subject(pair, about=(DEGREES,))
        count = _candidates(split)
        same = [name for name in (exhibit.second, *exhibit.others) if _by_first_camera(exhibit, name)]
        if not count or not same or exhibit.planned.problem.final_cameras:
            return
        other = [name for name in (exhibit.first, *exhibit.between) if _differs(exhibit, name, same[0])]
        for shown_first in (exhibit.second, *exhibit.others):
            if shown_first != same[0]:
                for wrong in itertools.permutations(other, count - 1):
                    for place in range(count):
                        yield Subject((shown_first, *wrong[:place], same[0], *wrong[place:]), about=(SCENE,))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        images, _, (asked,) = subject
        if asked == SCENE:
            return self._same_scene(exhibit, images)
        turned = _turned(exhibit, *images)
        if asked == SIDE:
            if not (abs(turned) < _STILL or _MOVED <= abs(turned) <= _BEHIND):
                return None
            side = _SAME if abs(turned) < _STILL else _RIGHT if turned > 0 else _LEFT
            if exhibit.split.cameras.views == "one":
                return Answered(side, f"{SIDE}.{'forth' if images[0] == exhibit.first else 'back'}")
            return Answered(side, f"{SIDE}.{_LEVELS[side]}")
        near = [angle for angle in _angles(exhibit.split) if abs(abs(turned) - angle) <= _OFF]
        return Answered(str(near[0]), f"{DEGREES}.{near[0]}") if near else None

    def among(self, exhibit: Exhibit, subject: Subject) -> Sequence[str]:
        images, _, (asked,) = subject
        if asked == SCENE:
            return [called(image, images) for image in images[1:]]
        return _sides(exhibit.split) if asked == SIDE else [str(angle) for angle in _angles(exhibit.split)]

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        told = {_LEFT: "further to the left", _RIGHT: "further to the right", _SAME: "in the same place"}
        sides = [told[side] for side in _sides(exhibit.split)] if subject.about == (SIDE,) else []
        return {"asked": _ASKED[subject.about[0]] + joined(sides, " or ")}

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        images, _, (asked,) = subject
        if asked == SCENE:
            yield from self._compared(exhibit, images)
            return
        turned = _turned(exhibit, *images)
        if abs(turned) < _STILL:
            yield Sentence("compare", "The square on the ground lies the same way in both images.")
            return
        way, camera = ("right", "left") if turned < 0 else ("left", "right")
        yield Sentence(
            "compare", f"From the first image to the second, the near side of the square turns to the {way}."
        )
        yield Sentence("compare", f"So the camera has gone to the {camera}, by about {abs(turned):.0f} degrees.")

    def _compared(self, exhibit: Exhibit, images: Sequence[str]) -> Iterator[Sentence]:
        final = exhibit.images[images[0]].state
        for image in images[1:]:
            state = exhibit.images[image].state
            for k in replay.differing(state, final):
                told = _told(state[k], final[k], exhibit.split)
                yield Sentence("compare", f"{capitalized(called(image, images))} has {told}.")

    def _same_scene(self, exhibit: Exhibit, images: Sequence[str]) -> Answered | None:
        final = exhibit.images[images[0]].state
        same = [place for place, image in enumerate(images) if place and exhibit.images[image].state == final]
        if len(same) != 1:
            return None
        return Answered(called(images[same[0]], images), f"{SCENE}.{same[0] + 1}")


def _told(was: Object, final: Object, split: Split) -> str:
    """What an image has of an object that is otherwise, elsewhere or not at all in the final state."""
    shows, looks = split.vocabulary.grid.shows, " ".join(was.looks).replace("_", " ")
    if not shows(final):
        return f"a {looks}, which is not in the first one"
    told = " ".join(final.looks).replace("_", " ")
    if not shows(was):
        return f"no {told}, which is in the first one"
    return f"a {looks} that stands elsewhere in the first one" if looks == told else f"a {looks} in place of a {told}"


def _turned(exhibit: Exhibit, one: str, other: str) -> float:
    """Degrees from the azimuth of one image's camera to that of another's, to its right if positive, in [-180, 180)."""
    azimuths = [camera_model.azimuth(exhibit.images[image].camera) for image in (one, other)]
    return _between(*azimuths)


def _between(one: float, other: float) -> float:
    return (other - one + 180) % 360 - 180


def _by_first_camera(exhibit: Exhibit, image: str) -> bool:
    return exhibit.images[image].camera == exhibit.images[exhibit.first].camera


def _differs(exhibit: Exhibit, image: str, final: str) -> bool:
    """Whether an image clearly shows another state than the final one: other looks or places of an object in sight."""
    states = [exhibit.images[name].state for name in (image, final)]
    differ = replay.differing(*states)
    seen = {*exhibit.seen(final)} | ({*exhibit.seen(image)} if image == exhibit.first else set())
    return any(k in seen for k in differ)


@lru_cache(maxsize=16)
def _differences(split: Split) -> tuple[float, ...]:
    """Degrees between any two cameras of a problem before their shifts, as they are seen from each of them."""
    first, finals = split.azimuths[split.cameras.initial], [split.azimuths[name] for name in split.cameras.final]
    pairs = [*((first, own) for own in finals), *itertools.combinations(finals, 2)]
    return tuple(_between(*pair) for pair in pairs)


def _sides(split: Split) -> list[str]:
    """The answers on the side to which a camera has moved; each pair is asked in both orders."""
    turned = [abs(own) for own in _differences(split)]
    moved = [_LEFT, _RIGHT] if any(_MOVED + _OFF <= own <= _BEHIND - _OFF for own in turned) else []
    return [*moved, *([_SAME] if min(turned) < 1 else [])]


def _angles(split: Split) -> list[int]:
    """The angles between cameras that are asked for, in whole tens, so far apart that none is taken for another."""
    found: list[int] = []
    for own in sorted({abs(own) for own in _differences(split)}):
        angle = round(own / 10) * 10
        if abs(own - angle) <= _ROUNDED and (not found or angle - found[-1] >= _APART):
            found.append(angle)
    return found


def _candidates(split: Split) -> int:
    """The number of images of which one shows the scene of the first image; 0 where there are no two."""
    if split.cameras.views == "one" or split.cameras.initial not in split.cameras.final or len(split.cameras.final) < 2:
        return 0
    if split.sampling.no_change or not min(split.sampling.steps):
        return 0
    return min(_MOST_IMAGES, 1 + min(split.sampling.steps)) if split.output.intermediate else 2
