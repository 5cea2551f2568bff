"""Renderer of the sheet of looks: every look of a vocabulary, each as in the middle of an image of the dataset."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tvrgen._support import limits, scratch
from tvrgen._support.errors import ArgumentError, UserError
from tvrgen._support.messages import counted, nearest
from tvrgen.config.settings import PRESETS, Config, Split
from tvrgen.dataset.report.looks import Look, Sheet, arrange
from tvrgen.generation import worker
from tvrgen.imaging.renderer import RendererLost
from tvrgen.imaging.shots import Shot
from tvrgen.scene import camera_model, mesh
from tvrgen.scene.attributes import in_looks
from tvrgen.scene.camera_model import View
from tvrgen.scene.model import Camera, Object, State
from tvrgen.scene.vocabulary import Vocabulary

WIDTH = 640
"""Default width in pixels of the images whose middle is shown: twice that of a config's images by default."""

_ROTATION = 20.0  # degrees: two faces of a cube are seen, in different light
_ROOM = 1.15  # times the extent of the largest object, for the ground around it
_LEAST = 16  # pixels of a cell


def sheet(
    config: Config,
    split: str | None = None,
    *,
    only: Mapping[str, Sequence[str]] | None = None,
    camera: str | None = None,
    width: int = WIDTH,
    preset: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Image.Image:
    """Returns the rendered sheet of every look of a config's vocabulary.

    Args:
        config: The config, whose first split sets how to render.
        split: The split that sets it instead; only the values that its constraints leave are shown then.
        only: Attribute -> the values that are shown; all, where an attribute is missing.
        camera: A camera of the scene (default: that of initial images).
        width: Pixels; each cell is the middle of an image of this width.
        preset: A render preset instead of the split's own settings.
        progress: Called after each image with the numbers of images that are done and that there are.

    Raises UserError for unknown names, for a sheet with too many pixels, and if Blender cannot render.
    """
    chosen = config.split(split) if split else next(iter(config.splits.values()))
    words = chosen.vocabulary if split else config.vocabulary
    shown = _shown(words, only or {})
    seen_from = _camera(config, chosen, camera)
    settings = chosen.render if preset is None else dataclasses.replace(chosen.render, **_preset(preset))
    with scratch.folder() as folder:
        renderer = worker.open_renderer(config, folder / "log")
        views = {size: _view(words, shown["shape"], size, seen_from, width) for size in shown["size"]}
        quality = preset or f"at most {counted(settings.samples, 'sample')}"
        title = f"{Path(config.source).name}: camera {seen_from.name}, {width} pixels, {quality}"
        order = dict.fromkeys((*in_looks(words.attributes), *words.attributes))
        plan = arrange(title, shown, [*order], lambda look: (views[look["size"]].width, views[look["size"]].height))
        _check_size(plan, width)

        def images() -> Iterator[Image.Image]:
            configured = None
            for done, look in enumerate(plan.looks, 1):
                view = views[look["size"]]
                if view != configured:
                    own = dataclasses.replace(settings, width=view.width, height=view.height)
                    renderer.configure(dataclasses.replace(chosen, render=own))
                    configured = view
                state = State(objects=(_object(look, seen_from, words),))
                lights = tuple(config.scene.lights.values())
                renderer.render(Shot(when="initial", state=state, view=view, lights=lights), folder / "look.png")
                with Image.open(folder / "look.png") as image:
                    yield image.convert("RGB")
                progress(done, len(plan.looks))

        try:
            return plan.draw(images())
        except RendererLost as error:
            raise UserError(f"{error}; run tvrgen doctor, or set render.device=cpu") from error


def _shown(words: Vocabulary, only: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Attribute -> the values to show, in the vocabulary's order. Raises UserError for names that it does not have."""
    for attribute, wanted in only.items():
        if attribute not in words.attributes:
            raise ArgumentError("only", attribute, f"is no attribute{nearest(attribute, words.attributes)}")
        known = words.values(attribute)
        for value in wanted:
            if value not in known:
                raise ArgumentError("only", f"{attribute}={value}", f"is no {attribute} there{nearest(value, known)}")
    return {a: tuple(v for v in words.values(a) if v in only.get(a, (v,))) for a in words.attributes}


def _camera(config: Config, split: Split, name: str | None) -> Camera:
    name, cameras = name or split.cameras.initial, config.scene.cameras
    if name not in cameras:
        raise ArgumentError("camera", name, f"is no camera of the scene{nearest(name, cameras)}")
    return cameras[name]


def _preset(name: str) -> dict[str, Any]:
    if name not in PRESETS:
        raise ArgumentError("preset", name, f"is no preset{nearest(name, PRESETS)}")
    return PRESETS[name]


def _object(look: Look, camera: Camera, words: Vocabulary) -> Object:
    """An object on the stage, at the grid position nearest to what a camera looks at."""
    grid = words.grid
    x, y = (max(-grid.stage, min(grid.stage, round(c / grid.unit))) for c in camera.look_at[:2])
    return words.object(look, (x, y), _ROTATION)


def _view(words: Vocabulary, shapes: Sequence[str], size: str, camera: Camera, width: int) -> View:
    """The view of the cells of one size: the part around the object of an image that is `width` pixels wide.

    It has the scale of that image, and is as wide and high as the largest of the shapes needs.
    """
    first = {attribute: words.values(attribute)[0] for attribute in words.attributes}
    objects = [_object({**first, "shape": shape, "size": size}, camera, words) for shape in shapes]
    surfaces = [camera_model.place(o, words).to_world(mesh.load(words.shapes[o.shape]).vertices.T) for o in objects]
    x, y = (c * words.grid.unit for c in objects[0].position)
    aimed = dataclasses.replace(camera, look_at=(x, y, max(float(z.max()) for _, _, z in surfaces) / 2))
    whole = camera_model.view(aimed, width, width)
    projected = [whole.project_each(surface) for surface in surfaces]
    across, down = (max(float(np.abs(seen[k] - width / 2).max()) for seen in projected) for k in (0, 1))
    columns, rows = (max(_LEAST, 2 * math.ceil(extent * _ROOM)) for extent in (across, down))
    narrow = dataclasses.replace(aimed, sensor_width=aimed.sensor_width * columns / width)
    return camera_model.view(narrow, columns, rows)


def _check_size(plan: Sheet, width: int) -> None:
    """Raises UserError for a sheet that no viewer opens."""
    columns, rows = plan.size
    if columns * rows > limits.PIXELS.value:
        raise ArgumentError(
            "width",
            width,
            f"makes a sheet of {columns} x {rows} pixels, for {counted(len(plan.looks), 'look')}; write a smaller "
            f"width, or show fewer values, such as those of one size (at most {limits.PIXELS.value} pixels)",
        )
