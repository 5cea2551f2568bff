"""Exhibits: what questions about one final view may show and ask of, with the visible pixels of every object."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tvrgen.config.settings import Split
from tvrgen.imaging.shots import Shot
from tvrgen.questions.base import Subject
from tvrgen.sampling import fairness
from tvrgen.sampling.mirror import MIRRORED
from tvrgen.sampling.problem import Planned
from tvrgen.scene.model import Object
from tvrgen.transformations.base import Step

ENDS_OF_CLIP = ("the first frame of the video", "the last frame of the video")
"""The words for what a clip shows of the initial state and of the final one."""

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


@dataclass(frozen=True, eq=False)
class Exhibit:
    """The images of a planned problem that questions with the final view `view` may show, by the names of their shots.

    Of a clip (`of_clip`), these are its first frame and its last, which questions name in place of images.
    """

    planned: Planned
    view: str
    split: Split
    of_clip: bool = False

    @cached_property
    def images(self) -> Mapping[str, Shot]:
        """All images of the problem; those between the steps with `output.intermediate` alone, and not of a clip."""
        every = self.split.output.intermediate and not self.of_clip
        shown = [shot for shot in self.planned.shots if every or not shot.intermediate]
        return {shot.name: shot for shot in shown}

    @cached_property
    def first(self) -> str:
        """The name of the initial image."""
        return self.planned.initial.name

    @cached_property
    def second(self) -> str:
        """The name of the image of the final state from `view`."""
        return self.planned.final(self.view).name

    @cached_property
    def others(self) -> tuple[str, ...]:
        """The names of the images of the final state from the other released views."""
        return tuple(shot.name for shot in self.planned.finals if shot.name != self.second)

    @cached_property
    def between(self) -> tuple[str, ...]:
        """The images between the steps, in their order; their sights are not known."""
        return tuple(name for name, shot in self.images.items() if shot.intermediate)

    @property
    def drawn_by(self) -> str:
        """The final view, by which phrasings are drawn; of a mirrored one, that of the original."""
        return self.view.removesuffix(MIRRORED)

    def subject(self, original: Subject) -> Subject:
        """A subject of the original exhibit as one of this mirrored one: with the names of its images."""
        named = self._renamed
        images, about = (tuple(named.get(word, word) for word in own) for own in (original.images, original.about))
        return original._replace(images=images, about=about)

    @cached_property
    def _renamed(self) -> Mapping[str, str]:
        return {name.removesuffix(MIRRORED): name for name in self.images}

    def called(self, image: str, shown: Sequence[str]) -> str:
        """The words for one of the images that a question shows: "the second image", "the last frame of the video"."""
        if not self.of_clip:
            return called(image, shown)
        return ENDS_OF_CLIP[image != self.first]

    @property
    def both(self) -> str:
        """The words for the initial image and that of the final state together: "the first image and the second"."""
        return "the first frame of the video and the last" if self.of_clip else "the first image and the second"

    @property
    def steps(self) -> tuple[Step, ...]:
        """The changes between the first image and the second."""
        return self.planned.problem.steps

    @cached_property
    def renewed(self) -> frozenset[int]:
        """The objects that another right answer may say are gone, and new ones in their places.

        All right answers change the same objects of the first image, which are those in which the states differ; but
        what changes by several steps may be said to be gone. What became of that, the images do not tell.
        """
        count = len(self.planned.problem.initial.objects)
        if all(k < count for other in self.planned.alternatives for ways in other for k in ways[0].objects):
            return frozenset()
        named = Counter(k for step in self.steps for k in step.objects)
        return frozenset(k for k, times in named.items() if times > 1)

    def object(self, image: str, k: int) -> Object:
        """Object k as it is in an image."""
        return self.images[image].state[k]

    def seen(self, image: str) -> tuple[int, ...]:
        """The objects of which an image shows enough to ask of them."""
        return self._seen[image]

    def there(self, image: str) -> tuple[int, ...]:
        """The objects on stage in the state of an image, those that others hide included."""
        return self._there[image]

    @cached_property
    def _there(self) -> Mapping[str, tuple[int, ...]]:
        shows = self.split.vocabulary.grid.shows
        return {
            name: tuple(k for k, obj in enumerate(shot.state.objects) if shows(obj))
            for name, shot in self.images.items()
        }

    @cached_property
    def _seen(self) -> Mapping[str, tuple[int, ...]]:
        least = fairness.least_pixels(self.split.sampling.min_visible_pixels, self.split.render.width)
        return {
            name: tuple(k for k, sight in enumerate(shot.seen) if sight.pixels >= least)
            for name, shot in self.images.items()
            if not shot.intermediate
        }


def told_of_clip(text: str) -> str:
    """What kinds of change say, which speak of the first image, as it is said of a clip."""
    return text.replace("the first image's viewer", "the viewer of the video").replace(
        "the first image", ENDS_OF_CLIP[0]
    )


def called(image: str, shown: Sequence[str]) -> str:
    """The words for one of the images that a question shows: "the image", or "the second image" of several."""
    return "the image" if len(shown) == 1 else f"the {_ORDINALS[shown.index(image)]} image"
