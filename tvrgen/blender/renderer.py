"""Opens Blender once and takes many pictures."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import bpy

from tvrgen.blender import build, device
from tvrgen.geometry import View
from tvrgen.scene import Light, SceneSpec, State
from tvrgen.settings import RenderSettings
from tvrgen.vocabulary import Vocabulary

VERSION = bpy.app.version_string

MAX_BOUNCES = 4  # as TRANCE's
TRANSPARENT_BOUNCES = 8
FILTER_GLOSSY = 2.0


class Renderer:
    """Renders states of one scene: 8-bit RGB PNG files of settings.width x settings.height pixels.

    Blender's own output goes to the file `log`.
    """

    def __init__(self, scene: SceneSpec, vocabulary: Vocabulary, settings: RenderSettings, log: Path) -> None:
        self._log = log
        with quiet(log):
            self._stage = build.Stage(scene, vocabulary)
            self.devices = device.use(settings.device)
            configure(settings)

    def render(self, state: State, view: View, lights: tuple[Light, ...], path: Path) -> None:
        """One picture. The view's size is the renderer's. Raises OSError where the file cannot be written."""
        with quiet(self._log):
            self._stage.show(state)
            self._stage.aim(view)
            self._stage.light(lights)
            scene = bpy.context.scene
            scene.render.resolution_x, scene.render.resolution_y = view.width, view.height
            scene.render.filepath = str(path)
            try:
                bpy.ops.render.render(write_still=True)
            except RuntimeError as error:
                raise OSError(f"{path}: Blender could not write the picture: {str(error).strip()}") from error
            build.purge()


def configure(settings: RenderSettings) -> None:
    """Everything about Cycles and the file that stays the same from picture to picture."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_percentage = 100
    scene.render.use_compositing = scene.render.use_sequencer = False
    scene.render.threads_mode = "FIXED" if settings.threads else "AUTO"
    scene.render.threads = settings.threads or 1
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode, scene.render.image_settings.color_depth = "RGB", "8"
    scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"
    scene.render.dither_intensity = 0

    cycles = scene.cycles
    cycles.samples, cycles.use_adaptive_sampling = settings.samples, False
    cycles.use_denoising = settings.denoise
    if settings.denoise:
        cycles.denoiser, cycles.denoising_input_passes = "OPENIMAGEDENOISE", "RGB_ALBEDO_NORMAL"
        cycles.denoising_prefilter, cycles.denoising_use_gpu = "ACCURATE", False
    cycles.use_light_tree = False  # slower with a handful of lamps
    cycles.max_bounces = cycles.diffuse_bounces = cycles.glossy_bounces = cycles.transmission_bounces = MAX_BOUNCES
    cycles.transparent_max_bounces = TRANSPARENT_BOUNCES
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.blur_glossy = FILTER_GLOSSY
    cycles.seed = 0
    scene.render.use_persistent_data = True


@contextlib.contextmanager
def quiet(log: Path) -> Iterator[None]:
    """Sends what C code prints to a log file: Blender writes to the file descriptors, past sys.stdout."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.dup2(target, 1)
        os.dup2(target, 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, number in zip(kept, (1, 2), strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(target)
