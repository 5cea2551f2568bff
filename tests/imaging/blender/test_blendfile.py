"""Problems as .blend files: Blender opens them and renders the dataset's images."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.imaging.blender.rendering import open_renderer
from tests.tiny import images_of, load, made
from tvrgen.dataset import catalog, preparation, reader
from tvrgen.dataset.images import BLEND
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.validation.files import dataset_faults
from tvrgen.sampling import sampler

pytestmark = pytest.mark.blender

RENDER = """
import bpy, sys
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
assert bpy.context.scene.name.startswith("0 initial"), bpy.context.scene.name
for scene in bpy.data.scenes:
    scene.render.filepath = sys.argv[2] + "/" + scene.name.split(" ")[1] + ".png"
    bpy.ops.render.render(write_still=True, scene=scene.name)
"""


def rendered(blend, folder) -> dict[str, np.ndarray]:
    """The images that a new Blender renders from a file, by name."""
    command = [sys.executable, "-c", RENDER, str(blend), str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {path.stem: np.asarray(Image.open(path)).astype(int) for path in folder.glob("*.png")}


@pytest.mark.parametrize(("denoise", "apart"), [("false", 0), ("true", 1)])
def test_a_blend_file_renders_the_same_images(denoise, apart, tmp_path):
    """Equal to the last bit, but for the denoiser; with cameras and lamps of their own for the final images."""
    overrides = ["output.blend=true", "output.intermediate=true", "splits.train.count=1", f"render.denoise={denoise}"]
    config = load(*overrides, "render.samples=16", "sampling.steps=2", "sampling.no_change=0.01")
    renderer = open_renderer(config, tmp_path)
    root = tmp_path / "out"
    with preparation.writing_to(open_storage(root), config):
        (shard,) = shards_of(config, "train")
        made(config, shard, root, renderer)
        catalog.finish(open_storage(root), config)
    assert list(dataset_faults(root)) == []
    (line,) = reader.open_dataset(root).scenes()
    assert line["blend"] == BLEND.format(index=0)
    again = rendered(root / shard.path / line["blend"], tmp_path)
    images = images_of(sampler.plan_problem(config, "train", 0), config.split("train"))
    assert len(images) == len(again) == 5
    for file in images:
        with Image.open(root / shard.path / file.path) as image:
            theirs = np.asarray(image).astype(int)
        assert np.abs(again[file.shot.name] - theirs).mean() <= apart


def test_saving_leaves_blender_as_it_was(tmp_path):
    import bpy

    config = load("render.denoise=false")
    renderer, planned = open_renderer(config, tmp_path), sampler.plan_problem(config, "train", 0)

    def take(name: str) -> bytes:
        renderer.render(planned.initial, tmp_path / name)
        return (tmp_path / name).read_bytes()

    def blocks() -> list[int]:
        return [len(getattr(bpy.data, kind)) for kind in ("scenes", "objects", "cameras", "lights", "meshes", "worlds")]

    before = take("a.png"), blocks()
    for _ in range(3):
        renderer.save(planned.shots, tmp_path / "a.blend")
    assert (take("b.png"), blocks()) == before
    with pytest.raises(OSError, match=r"absent/a\.blend: Blender could not write"):
        renderer.save([], tmp_path / "absent/a.blend")
    assert blocks() == before[1]


def test_what_keeps_materials_for_a_gpu_is_in_no_file(tmp_path):
    import bpy

    config = load("render.denoise=false")
    renderer = open_renderer(config, tmp_path)
    (shot, *_), path = sampler.plan_problem(config, "train", 0).shots, tmp_path / "p.blend"
    names = []
    for persistent in (False, True):
        renderer._stage.persist(persistent)
        renderer.save([shot], path)
        with bpy.data.libraries.load(str(path)) as (there, _):
            names.append((sorted(there.objects), sorted(there.meshes), sorted(there.materials)))
    assert names[0] == names[1]
    assert not any("palette" in name for name in names[0][1])
