"""The planner's rays and Blender's image agree: same camera, same meshes, same places."""

import sys

import numpy as np
import pytest

from tests.tiny import ROOT, load
from tvrgen.imaging.blender import requirements
from tvrgen.imaging.visibility import Eye
from tvrgen.sampling import sampler
from tvrgen.scene import camera_model

pytestmark = pytest.mark.blender

WIDTH, HEIGHT, PROBLEMS = 320, 240, 8


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Blender's scene, so set that it writes object indices, with one ray through each pixel's centre."""
    import bpy

    from tvrgen.imaging.blender import versions
    from tvrgen.imaging.blender.renderer import Renderer

    config = load("render.samples=1", "render.denoise=false")
    renderer = Renderer(config.scene, config.vocabulary, tmp_path_factory.mktemp("index") / "log")
    renderer.configure(config.split("train"))
    scene = bpy.context.scene
    scene.cycles.pixel_filter_type, scene.cycles.filter_width = "BOX", 0.01
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    layer = bpy.context.view_layer
    layer.use_pass_object_index = layer.use_pass_z = layer.use_pass_normal = True
    versions.multilayer(scene.render.image_settings)
    return renderer._stage


def passes(path) -> dict[str, np.ndarray]:
    """Blender's passes of the scene as it stands: index (H, W) int, depth (H, W) in metres, normals (H, W, 3)."""
    import bpy
    import OpenEXR

    bpy.context.scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    parts = OpenEXR.File(str(path), separate_channels=True).parts  # one from Blender 4.5, one a pass from 5.2
    channels = {name: channel.pixels for part in parts for name, channel in part.channels.items()}

    def of(*words: str) -> list[np.ndarray]:
        """The channels of a pass, by name."""
        return [channels[name].astype(float) for name in sorted(channels) if any(word in name for word in words)]

    (index,), (depth,), normals = of("IndexOB", "Object Index"), of("Depth"), of("Normal")
    return {"index": index.round().astype(int), "depth": depth, "normals": np.stack(normals, axis=-1)}


@pytest.mark.parametrize("index", range(PROBLEMS))
def test_masks_agree_with_blenders_index_pass(stage, index, tmp_path):
    config = load(f"render.width={WIDTH}", f"render.height={HEIGHT}", f"splits.train.count={PROBLEMS}")
    split = config.split("train")
    planned = sampler.plan_problem(config, "train", index)
    compared = 0
    for camera in planned.problem.cameras:
        view = camera_model.view(camera, WIDTH, HEIGHT)
        stage.show(planned.states[-1])
        stage.aim(view)
        blender_sees = passes(tmp_path / f"{camera.name}.exr")["index"]
        we_see = Eye(split.vocabulary).index_map(planned.states[-1], view)
        for k in range(1, len(planned.states[-1].objects) + 1):
            a, b = blender_sees == k, we_see == k
            if max(a.sum(), b.sum()) >= 100:
                compared += 1
                assert (a & b).sum() / (a | b).sum() >= 0.98, (camera.name, k, a.sum(), b.sum())
    assert compared or not any(split.vocabulary.grid.on_stage(o.position) for o in planned.states[-1].objects)


def test_the_suite_runs_on_the_blender_that_is_declared():
    import bpy

    major, minor = bpy.app.version[:2]
    assert requirements.BLENDER[sys.version_info[:2]] == f"{major}.{minor} LTS"
    assert (
        f"bpy=={major}.{minor}.*; python_version == '{sys.version_info[0]}.{sys.version_info[1]}'"
        in (ROOT / "pyproject.toml").read_text()
    )
