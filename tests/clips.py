"""Clips of every kind of change, painted by poses and looks instead of rendered."""

import hashlib
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen.config.settings import Config
from tvrgen.imaging import motion, writing
from tvrgen.questions import asking
from tvrgen.transformations.registry import BUILT_IN

_KINDS = {name: f"sampling.kinds=[{name}]" for name in BUILT_IN if name != "position"}
_OWN = {name: f"sampling.kinds=['tests.transformations.kinds:{name}']" for name in ("Beside", "Appear", "Disappear")}
_MOVES = {way: ("sampling.kinds=[position]", f"sampling.moves=[{way}]") for way in ("inner", "out")}
KINDS = {
    **{name: (own,) for name, own in (_KINDS | _OWN).items()},
    **_MOVES,
    "in": ("sampling.kinds=[position]", "sampling.moves=[in]", "sampling.objects=7", "sampling.on_stage=5"),
    "several": ("sampling.kinds=[color, position, swap, size, replace]", "sampling.moves=[inner, out]"),
}
"""Every kind of change, and moves of every type: overrides of `config`."""

PLAN = asking.plan_problem


def config(kind: str, *overrides: str) -> Config:
    """A config of problems of these kinds, with clips of 3 frames for each change and 1 to 4 for each state."""
    base = ("cameras.final=[center]", "sampling.objects=6", "sampling.on_stage=all", "sampling.steps=[1, 2]")
    clip = "output.clip={frames: 3, hold: [1, 4], format: frames}"
    return load(*base, *KINDS[kind], clip, "splits.train.count=3", "output.shard_size=2", *overrides)


class Poses(FlatRenderer):
    """Renderer of images whose pixels are the looks and the poses of the objects, so that two are equal only if all of
    these are."""

    def render(self, shot, path) -> None:
        self.asked.append((shot, path.name))
        painted(shot, self.split.vocabulary).save(path, **writing.options(self.split.image))


def painted(shot, words) -> Image.Image:
    """The image of a shot: a row of pixels for each object that is on stage."""
    pixels = np.zeros((shot.view.height, shot.view.width, 3), np.uint8)
    for k, obj in enumerate(shot.state.objects):
        if not words.grid.shows(obj):
            continue
        looks = hashlib.sha512(repr({**obj.attributes, "size": ""}).encode()).digest()
        pose = shot.poses[k] if shot.poses else motion.at_rest(obj, words)
        place = b"".join(int(round(value * 1000) + (1 << 23)).to_bytes(3, "big") for value in pose)
        row = np.frombuffer(looks + place + b"\0", np.uint8)
        pixels[k].reshape(-1)[: len(row)] = row
    return Image.fromarray(pixels)


def made(root: Path | str, settings: Config, renderer: FlatRenderer | None = None) -> Path | str:
    """A whole dataset of a config, with real problems."""
    return generate_flat(root, settings, renderer or Poses(), lambda own, split, k: PLAN(own, split.name, k))


def arrays(contents) -> list[np.ndarray]:
    """The pixels of image files."""
    return [np.asarray(Image.open(BytesIO(content)).convert("RGB")).astype(int) for content in contents]
