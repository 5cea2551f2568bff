"""The .blend file of a problem: one Blender scene for each image, which renders the image again."""

from collections.abc import Iterable
from pathlib import Path

import bpy

from tvrgen.imaging.blender import versions
from tvrgen.imaging.blender.stage import Stage, purge
from tvrgen.imaging.shots import Shot


def write(stage: Stage, shots: Iterable[Shot], denoise: bool, path: Path) -> None:
    """Writes a .blend file with a scene for each shot. Blender opens it with the first shot.

    With `denoise`, images rendered from the file are close to those of the dataset, but not equal: Cycles denoises
    before the view transform. Raises OSError if the file cannot be written.
    """
    scenes: list[bpy.types.Scene] = []
    try:
        for number, shot in enumerate(shots):
            stage.set(shot)
            scenes.append(bpy.context.scene.copy())
            scenes[-1].name = f"{number} {shot.name}"  # Blender opens a file with the first scene by name
            _detach(scenes[-1], stage.palette)
            scenes[-1].render.filepath = f"//{shot.name}"
            scenes[-1].cycles.use_denoising = denoise
        bpy.data.libraries.write(str(path), set(scenes), path_remap="ABSOLUTE", compress=True)
    except (OSError, RuntimeError) as error:
        raise OSError(f"{path}: Blender could not write the file: {str(error).strip()}") from error
    finally:
        for scene in scenes:
            for obj in set(scene.collection.objects) - set(bpy.context.scene.collection.objects):
                bpy.data.objects.remove(obj)
            bpy.data.scenes.remove(scene)
        purge()


def _detach(scene: bpy.types.Scene, palette: bpy.types.Object) -> None:
    """Gives a copy of the stage's scene its own objects but the palette, and settings for interactive use."""
    camera = scene.camera
    for obj in list(scene.collection.objects):
        scene.collection.objects.unlink(obj)
        if not obj.hide_render and obj != palette:
            own = obj.copy()
            own.hide_viewport = False
            scene.collection.objects.link(own)
            if obj == camera:
                own.data = obj.data.copy()
                scene.camera = own
    scene.render.threads_mode, scene.render.use_persistent_data = "AUTO", False
    versions.image_format(scene.render.image_settings, "PNG")
    scene.cycles.denoising_input_passes = "RGB"
