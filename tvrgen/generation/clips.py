"""Making of clips: renders what no image of the problem shows, fades it, and writes the video or the frames' files.

What is equal is rendered once: the frames of a state are the image of that state if there is one without losses.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tvrgen.config.settings import Split
from tvrgen.dataset.clips import Clip
from tvrgen.imaging import motion, video, writing
from tvrgen.imaging.motion import Change
from tvrgen.imaging.renderer import Renderer
from tvrgen.imaging.shots import Pose, Shot
from tvrgen.imaging.timeline import Moment
from tvrgen.sampling.problem import Planned
from tvrgen.scene.model import State

Pixels = NDArray[np.uint8]


def make(clip: Clip, planned: Planned, split: Split, renderer: Renderer, folder: Path, scratch: Path) -> Iterator[int]:
    """Writes the files of a clip into a shard's folder, in which the problem's images are already.

    `scratch` is an empty folder. Yields 1 after each frame that no image shows: `clip.made` times.
    """
    film = _Film(planned, split, renderer, scratch)
    shown = {moment: path for moment, path in clip.paths.items() if path in clip.images}
    if split.image.format == "png":  # else their losses would tell states from changes: they are rendered again
        film.images.update({(planned.states[moment.step], None): folder / path for moment, path in shown.items()})
    with _writer(clip, split, folder) as write:
        for moment, same in itertools.groupby(clip.moments):
            if clip.file or moment not in shown:
                write(moment, film.frame(moment), len([*same]))
            if moment not in shown:
                yield 1


@contextlib.contextmanager
def _writer(clip: Clip, split: Split, folder: Path) -> Iterator[Callable[[Moment, Pixels, int], None]]:
    """A function that writes the frames of a clip in their order: what a moment shows, and for how many frames."""

    def to_image(moment: Moment, pixels: Pixels, times: int) -> None:
        Image.fromarray(pixels).save(folder / clip.paths[moment], **writing.options(split.image))

    if not clip.file:
        yield to_image
        return
    with video.writer(folder / clip.file, split.render.width, split.render.height, clip.fps) as add:

        def to_video(moment: Moment, pixels: Pixels, times: int) -> None:
            for _ in range(times):
                add(pixels)

        yield to_video


@dataclass(frozen=True, slots=True)
class _Film:
    """The frames of a problem's clip. `images` has the image files of states, in their own poses or in others."""

    planned: Planned
    split: Split
    renderer: Renderer
    scratch: Path
    images: dict[tuple[State, tuple[Pose, ...] | None], Path] = field(default_factory=dict)
    changes: dict[int, Change] = field(default_factory=dict)

    def frame(self, moment: Moment) -> Pixels:
        """The frame (H, W, 3) of a moment."""
        if not moment.progress:
            return self._image(self._shot(moment.step))
        if moment.step not in self.changes:
            before, after = (self._shot(step) for step in (moment.step, moment.step + 1))
            self.changes[moment.step] = motion.change(before, after, self.split.vocabulary)
        first, *second = map(self._image, self.changes[moment.step].shots(moment.progress))
        return faded(first, second[0], moment.progress) if second else first

    def _shot(self, step: int) -> Shot:
        """The shot of the state after so many steps, from the view and under the lights of the first image."""
        first = self.planned.initial
        return Shot(when="clip", state=self.planned.states[step], view=first.view, lights=first.lights)

    def _image(self, shot: Shot) -> Pixels:
        key = shot.state, shot.poses
        if key not in self.images:
            path = self.scratch / f"{len(self.images)}.png"
            self.renderer.render(shot, path)
            self.images[key] = path
        with Image.open(self.images[key]) as image:
            return np.asarray(image.convert("RGB"))


def faded(before: Pixels, after: Pixels, progress: float) -> Pixels:
    """An image faded into another one: at progress 0 the first, at 1 the second, rounded to 8 bits."""
    mixed: Pixels = ((1 - progress) * before + progress * after).round().astype(np.uint8)
    return mixed
