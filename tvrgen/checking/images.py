"""Check of pixels: every step shows in every released view, in draft renders from the camera of that view."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tvrgen._support import scratch
from tvrgen._support.messages import counted
from tvrgen.checking.cases import Case
from tvrgen.checking.faults import Fault
from tvrgen.config.settings import PRESETS, Config, Split
from tvrgen.generation import worker
from tvrgen.imaging.shots import Shot
from tvrgen.sampling import fairness
from tvrgen.scene.model import State

_DIFFERENT = 16
"""Least difference of a channel, 0 to 255, that counts: more than what a draft's noise and denoising change."""


class Pixels:
    """Draft renders of problems of one split. Opens Blender, which a process has once."""

    def __init__(self, config: Config, split: Split) -> None:
        render = dataclasses.replace(split.render, **PRESETS["draft"])
        self._config, self._split = config, dataclasses.replace(split, render=render)
        self._images = 0
        self.least = round(fairness.least_pixels(split.sampling.min_visible_pixels, render.width) / 10)

    def faults(self, cases: Sequence[Case]) -> Iterator[Fault]:
        """The steps that do not show."""
        with scratch.folder() as folder:
            renderer: Any = worker.open_renderer(self._config, folder / "log")
            renderer.configure(self._split)
            for case in cases:
                for shot in case.planned.finals:
                    images = [self._image(renderer, shot, state, folder) for state in case.planned.states]
                    yield from self._unseen(case, shot, images)

    def summary(self) -> str:
        return f"every step shows in every released view ({counted(self._images, 'draft image')})"

    def _image(self, renderer: Any, shot: Shot, state: State, folder: Path) -> np.ndarray:
        self._images += 1
        renderer.render(dataclasses.replace(shot, state=state), folder / "image.png")
        with Image.open(folder / "image.png") as image:
            return np.asarray(image.convert("RGB"), dtype=np.int16)

    def _unseen(self, case: Case, shot: Shot, images: Sequence[np.ndarray]) -> Iterator[Fault]:
        for step, before, after in zip(case.planned.said, images, images[1:], strict=False):
            pixels = int((np.abs(before - after).max(axis=2) > _DIFFERENT).sum())
            if pixels < self.least:
                text = f"a step does not show: fewer than {self.least} pixels of an image differ"
                place = f"{case.where}; {step} from {shot.camera.name}: {counted(pixels, 'pixel')}"
                yield Fault("pixels", text, step.kind, place)
