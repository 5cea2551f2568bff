"""Opens Blender once and takes many pictures."""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import bpy
import numpy as np
from PIL import Image

from tvrgen._support import interrupts, scratch
from tvrgen.imaging.blender import blendfile, devices, stage, versions
from tvrgen.imaging.blender.denoiser import Denoiser, denoiser
from tvrgen.imaging.blender.stage import purge
from tvrgen.imaging.shots import Shot
from tvrgen.scene.model import SceneSpec
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.settings import RenderSettings, Split

MAX_BOUNCES = 4  # as TRANCE's
ADAPTIVE_FLOOR = 4  # Cycles looks at the noise after each 16 samples, the first time where this is well below 16


class Renderer:
    """Renders states of one scene into 8-bit RGB pictures: PNG, JPEG or WebP, by the ending of their names.

    Blender's own output goes to the file `log`. `threads` is used where the settings leave the number open (0: all).
    """

    def __init__(self, scene: SceneSpec, vocabulary: Vocabulary, log: Path, threads: int = 0) -> None:
        self._log, self._threads, self._file = log, threads, {}
        self._denoiser: Denoiser | None = None
        self._scratch = scratch.folder_of(self)
        self.description = {"blender": bpy.app.version_string}
        with quiet(log):
            self._stage = stage.Stage(scene, vocabulary)
            # Blender has a folder for temporary files as well, which a killed process leaves behind
            bpy.context.preferences.filepaths.temporary_directory = str(self._scratch)

    def configure(self, split: Split) -> list[str]:
        """Takes a split's settings for the next pictures. Returns the names of the devices that will render them.

        Raises UserError where the device asked for is not there.
        """
        # colours at full resolution: the hue of a small object is an answer
        lossy = {"quality": split.image.quality, "subsampling": 0}
        self._file = {"compress_level": 4} if split.image.format == "png" else lossy  # half the time, 8 % more bytes
        threads = split.render.threads or self._threads
        with quiet(self._log):
            configure(split.render, threads)
            self._denoiser = denoiser(threads) if split.render.denoise else None
            return devices.use(split.render.device)

    def devices(self) -> list[str]:
        """The types of devices on this machine."""
        with quiet(self._log):
            return list(devices.available())

    def render(self, shot: Shot, path: Path) -> None:
        """Writes one image, as wide and high as the shot's view.

        Raises OSError where the file cannot be written, UserError where the denoiser fails.

        The file holds the pixels alone: those that Blender writes carry render times, so that no two are equal.
        """
        raw = self._scratch / "picture.bmp"
        with quiet(self._log):
            self._stage.set(shot.state, shot.view, shot.lights)
            bpy.context.scene.render.filepath = str(raw)
            try:
                bpy.ops.render.render(write_still=True)
            except RuntimeError as error:
                raise OSError(f"{raw}: Blender could not write the picture: {str(error).strip()}") from error
            purge()
            with Image.open(raw) as image:
                pixels = np.asarray(image)
            if self._denoiser:
                pixels = self._denoiser(pixels)
        Image.fromarray(pixels).save(path, **self._file)

    def save(self, shots: Sequence[Shot], path: Path) -> None:
        """Writes a .blend file, a Blender scene for each shot. Raises OSError where it cannot be written."""
        with quiet(self._log):
            blendfile.write(self._stage, shots, self._denoiser is not None, path)


def configure(settings: RenderSettings, threads: int) -> None:
    """Everything about Cycles and the file that stays the same from picture to picture."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_percentage = 100
    scene.render.use_compositing = scene.render.use_sequencer = False
    scene.render.threads_mode = "FIXED" if threads else "AUTO"
    scene.render.threads = threads or 1
    versions.image_format(scene.render.image_settings, "BMP")
    scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"
    scene.render.dither_intensity = 0

    cycles = scene.cycles
    cycles.samples, cycles.use_adaptive_sampling = settings.samples, settings.noise_threshold > 0
    cycles.adaptive_threshold, cycles.adaptive_min_samples = settings.noise_threshold, ADAPTIVE_FLOOR
    cycles.use_denoising = False  # tvrgen.imaging.blender.denoiser does it
    cycles.use_light_tree = False  # slower with a handful of lamps
    cycles.sampling_pattern = "TABULATED_SOBOL"  # 7 % faster than Blender's choice, and slightly less like the truth
    cycles.max_bounces = cycles.diffuse_bounces = cycles.glossy_bounces = cycles.transmission_bounces = MAX_BOUNCES
    cycles.seed = 0
    scene.render.use_persistent_data = False  # keeps some 25 kB more of every scene that is not like the last


@contextlib.contextmanager
def quiet(log: Path) -> Iterator[None]:
    """For the time in Blender: what C code prints goes to a log file, and Ctrl-C waits until it is over.

    Blender writes to the file descriptors, past sys.stdout.
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
