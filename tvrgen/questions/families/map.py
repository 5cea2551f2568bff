"""Where all objects stand, as a map of the stage seen from above."""

import math
from collections.abc import Iterator, Mapping, Sequence

from tvrgen.config.settings import Split
from tvrgen.questions import choices
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import Family
from tvrgen.questions.forms.map import SIDE
from tvrgen.questions.naming import names
from tvrgen.questions.wording import joined
from tvrgen.scene import camera_model

Places = dict[str, list[list[float]]]

SKEW = 30.0
"""Degrees by which the first camera may look past a side of the stage: at 45, either of two sides is the near one."""
_SHIFTS = 5.0
"""Degrees of them that are left for shifts of the camera."""

_CLEARLY = 2.0
"""Cells by which some object of each wrong map must be off; else the map is not asked as a choice."""

_AXES = {
    0: ((0.0, 1.0), (-1.0, 0.0)),
    1: ((-1.0, 0.0), (0.0, -1.0)),
    2: ((0.0, -1.0), (1.0, 0.0)),
    3: ((1.0, 0.0), (0.0, 1.0)),
}
"""Quarter turns of the first camera from +x towards +y -> the directions of x and y of the map, in the world."""


class Map(Family):
    """The cells of all objects on a 10 x 10 grid over the stage, x to the right and y away from the first viewer.

    Asked of the first image, or of the second where the first one says which way the map is. All objects on stage are
    seen and have a name. As a choice, the map stands beside its mirror images and the one that is turned by 180
    degrees: each option is a mirror image of the others, so that none stands out.
    """

    name = "map"
    form = "map"
    places = ("where", "names", "viewer")

    def lacks(self, split: Split) -> str:
        if skew(split.azimuth) <= SKEW - _SHIFTS:
            return ""
        return "an initial camera that looks along a side of the stage; write cameras.initial: center, say"

    def most_options(self, split: Split) -> int:
        return 4

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        yield Subject((exhibit.first,), about=(exhibit.first,))
        yield Subject((exhibit.first, exhibit.second), about=(exhibit.second,))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        places = self._places(exhibit, subject)
        return Answered(places) if places else None

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        (image,) = subject.about
        listed = [f'"{name}"' for name in self._places(exhibit, subject)]
        return {
            "where": exhibit.called(image, subject.images),
            "names": joined(listed),
            "viewer": exhibit.called(exhibit.first, subject.images),
        }

    def near(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Sequence[Places]:
        turned = []
        for flips in ((True, False), (False, True), (True, True)):
            moved = {name: [_flipped(place, flips) for place in own] for name, own in answered.value.items()}
            if max(math.dist(own[0], moved[name][0]) for name, own in answered.value.items()) < _CLEARLY:
                return []  # any two of the four maps differ as the right one does from one of the others
            turned.append(moved)
        return choices.mixed(exhibit, subject, turned)

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        for name, ((x, y),) in answered.value.items():
            across = ("on the left", "in the middle", "on the right")[_third(x)]
            depth = ("near the viewer", "at middle distance", "far from the viewer")[_third(y)]
            cell = ", ".join(str(min(SIDE - 1, int(c))) for c in (x, y))
            yield Sentence("locate", f"The {name} stands {across} and {depth}, in cell [{cell}].")

    def _places(self, exhibit: Exhibit, subject: Subject) -> Places:
        """The places by name, in cells; empty if an object is hidden or has no name, or if the axes are not clear."""
        (image,) = subject.about
        azimuth = camera_model.azimuth(exhibit.images[exhibit.first].camera)
        named, there = names(exhibit, image), exhibit.there(image)
        if skew(azimuth) > SKEW or not there or len(named) < len(there):
            return {}
        stage, found = exhibit.split.vocabulary.grid.stage, {}
        for k in there:
            found[named[k].removeprefix("the ").lower()] = [place(exhibit.object(image, k).position, stage, azimuth)]
        return dict(sorted(found.items()))


def skew(azimuth: float) -> float:
    """Degrees between an azimuth and the nearest one that is along a side of the stage."""
    return abs(azimuth - 90 * round(azimuth / 90))


def place(position: Sequence[float], stage: float, azimuth: float) -> list[float]:
    """The place (x, y) on the map of a position on the grid, for the viewer at an azimuth; `stage` is half its side."""
    along = [axis[0] * position[0] + axis[1] * position[1] for axis in _AXES[round(azimuth / 90) % 4]]
    return [round((c + stage) * SIDE / (2 * stage), 4) for c in along]


def _flipped(place: Sequence[float], flips: Sequence[bool]) -> list[float]:
    return [round(SIDE - c, 4) if flip else c for c, flip in zip(place, flips, strict=True)]


def _third(c: float) -> int:
    return min(2, int(3 * c / SIDE))
