"""Renderer: opens Blender once and renders many images."""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from PIL import Image

from tvrgen._support import interrupts, scratch
from tvrgen.config.settings import RenderSettings, Split
from tvrgen.imaging import writing
from tvrgen.imaging.blender import blendfile, devices, kernels, stage, versions
from tvrgen.imaging.blender.denoiser import Denoiser, denoiser
from tvrgen.imaging.renderer import RendererLost
from tvrgen.imaging.shots import Shot
from tvrgen.scene.model import SceneSpec
from tvrgen.scene.vocabulary import Vocabulary

MAX_BOUNCES = 4
"""Bounces of a light path, as in TRANCE."""

ADAPTIVE_FLOOR = 4
"""Samples before adaptive sampling. Cycles checks the noise after every 16; below 16, it does so the first time."""

_CANNOT_WRITE = "cannot save"  # part of Blender's message


class Renderer:
    """Renders states of one scene to 8-bit RGB images: PNG, JPEG or WebP, by the suffix of the path.

    Blender's own output goes to the file `log`. `threads` applies to splits whose `render.threads` is 0 (0: all).
    """

    def __init__(self, scene: SceneSpec, vocabulary: Vocabulary, log: Path, threads: int = 0) -> None:
        self._log, self._threads = log, threads
        self._file: dict[str, Any] = {}  # options of Pillow's writer for the image format
        self._denoiser: Denoiser | None = None
        self._device = "cpu"  # type of the devices in use
        self._lost = ""  # the error after which nothing is rendered
        self._scratch = scratch.folder_of(self)
        self.description = {"blender": bpy.app.version_string}
        with quiet(log):
            self._stage = stage.Stage(scene, vocabulary)
            kernels.use(self._scratch)  # after the stage, which reads factory settings
            # a killed process leaves Blender's folder of temporary files behind; scratch folders are cleared later
            bpy.context.preferences.filepaths.temporary_directory = str(self._scratch)

    def configure(self, split: Split) -> list[str]:
        """Applies a split's settings to the next images. Returns the names of the devices that will render them.

        Raises UserError if the split's device does not exist.
        """
        self._file = writing.options(split.image)
        threads = split.render.threads or self._threads
        with quiet(self._log):
            configure(split.render, threads)
            used = devices.use(split.render.device)
            self._device = used.kind
            self._stage.persist(used.kind != "cpu")
            self._denoiser = None
            if split.render.denoise:
                self._denoiser = denoiser(used.kind, threads, split.render.width, split.render.height)
            return used.names

    @property
    def denoised_on(self) -> str | None:
        return self._denoiser.device if self._denoiser else None

    def devices(self) -> list[str]:
        """Returns the types of devices on this machine."""
        with quiet(self._log):
            return list(devices.available())

    def render(self, shot: Shot, path: Path) -> None:
        """Writes one image, as wide and high as the shot's view.

        The file contains pixels only. Blender's own files contain render times, so no two would be equal.

        Raises OSError if the file cannot be written, UserError if the denoiser fails, RendererLost if a GPU fails.
        """
        raw = self._scratch / "image.rgb"
        with quiet(self._log), self._losing():
            self._stage.set(shot)
            bpy.context.scene.render.filepath = str(raw)
            raw.unlink(missing_ok=True)  # so that the previous image is not taken for one that Blender did not write
            try:
                bpy.ops.render.render(write_still=True)
            except RuntimeError as error:
                fault = str(error).splitlines()[0].removeprefix("Error: ")  # the report comes twice
                if self._device != "cpu" and _CANNOT_WRITE not in fault:
                    raise RendererLost(f"the GPU fails: {fault}") from error
                raise OSError(f"{raw}: Blender could not write the image: {fault}") from error
            with Image.open(raw) as image:
                pixels = np.asarray(image)
            if self._denoiser:
                pixels = self._denoiser(pixels)
        Image.fromarray(pixels).save(path, **self._file)

    @contextlib.contextmanager
    def _losing(self) -> Iterator[None]:
        """Raises the first RendererLost again instead of rendering.

        With persistent data, Cycles reports an error once: the next render would leave a black image without an error.
        """
        if self._lost:
            raise RendererLost(self._lost)
        try:
            yield
        except RendererLost as error:
            self._lost = str(error)
            raise

    def save(self, shots: Sequence[Shot], path: Path) -> None:
        """Writes a .blend file with a scene for each shot. Raises OSError if it cannot be written."""
        with quiet(self._log):
            blendfile.write(self._stage, shots, self._denoiser is not None, path)


def configure(settings: RenderSettings, threads: int) -> None:
    """Sets the properties that all images of a split share: Cycles' settings and the format of the raw file."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_percentage = 100
    scene.render.use_compositing = scene.render.use_sequencer = False
    scene.render.threads_mode = "FIXED" if threads else "AUTO"
    scene.render.threads = threads or 1
    versions.image_format(scene.render.image_settings, "IRIS")  # Blender writes no other format as fast
    scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"
    scene.render.dither_intensity = 0

    cycles = scene.cycles
    cycles.samples, cycles.use_adaptive_sampling = settings.samples, settings.noise_threshold > 0
    cycles.adaptive_threshold, cycles.adaptive_min_samples = settings.noise_threshold, ADAPTIVE_FLOOR
    cycles.use_denoising = False  # tvrgen.imaging.blender.denoiser denoises
    cycles.use_light_tree = False  # slower with a handful of lamps
    cycles.sampling_pattern = "TABULATED_SOBOL"  # 7 % faster than Blender's default, slightly less accurate
    cycles.max_bounces = cycles.diffuse_bounces = cycles.glossy_bounces = cycles.transmission_bounces = MAX_BOUNCES
    cycles.seed = 0


@contextlib.contextmanager
def quiet(log: Path) -> Iterator[None]:
    """Sends the output of Blender's C code to a log file, and defers Ctrl-C, until the end of the block.

    Blender writes to file descriptors 1 and 2, not to sys.stdout and sys.stderr.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.dup2(target, 1)
        os.dup2(target, 2)
        with interrupts.deferred():
            yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, number in zip(kept, (1, 2), strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(target)
