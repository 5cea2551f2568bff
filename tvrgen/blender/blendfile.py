"""Problems as .blend files: a Blender scene for each picture, which renders it again."""

from collections.abc import Iterable
from pathlib import Path

import bpy

from tvrgen.blender import build, versions
from tvrgen.blender.build import Stage
from tvrgen.geometry import View
from tvrgen.scene import Light, State

Shot = tuple[str, State, View, tuple[Light, ...]]
"""A picture's name, and what it shows."""


def write(stage: Stage, shots: Iterable[Shot], denoise: bool, path: Path) -> None:
    """One file with all shots, the first one in front when it is opened. Raises OSError where it cannot be written.

    Pixels that are denoised there come near ours, and are not the same: Cycles denoises before the view transform.
    """
    scenes = [_scene(stage, number, shot, denoise) for number, shot in enumerate(shots)]
    try:
        bpy.data.libraries.write(str(path), set(scenes), path_remap="ABSOLUTE", compress=True)
    except (OSError, RuntimeError) as error:
        raise OSError(f"{path}: Blender could not write the file: {str(error).strip()}") from error
    finally:
        for scene in scenes:
            for obj in list(scene.collection.objects):
                bpy.data.objects.remove(obj)
            bpy.data.scenes.remove(scene)
        build.purge()


def _scene(stage: Stage, number: int, shot: Shot, denoise: bool) -> bpy.types.Scene:
    """A scene of its own that holds what the stage shows."""
    name, state, view, lights = shot
    stage.set(state, view, lights)
    shown = bpy.context.scene
    scene = shown.copy()
    scene.name = f"{number} {name}"  # a file opens with the first scene by name
    for obj in list(scene.collection.objects):
        scene.collection.objects.unlink(obj)
        if not obj.hide_render:
            own = obj.copy()
            if obj.type == "CAMERA":
                own.data = obj.data.copy()
            scene.collection.objects.link(own)
            if obj == shown.camera:
                scene.camera = own
    render = scene.render
    render.filepath, render.threads_mode, render.use_persistent_data = f"//{name}", "AUTO", False
    versions.image_format(render.image_settings, "PNG")
    scene.cycles.use_denoising, scene.cycles.denoising_input_passes = denoise, "RGB"
    return scene
