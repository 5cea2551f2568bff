"""The Blender scene: objects, ground, world and lamps."""

import dataclasses

import numpy as np
import pytest

from tests.imaging.blender.rendering import one, open_renderer, take
from tests.tiny import load, with_object
from tvrgen.scene import mesh
from tvrgen.scene.model import Camera, State

pytestmark = pytest.mark.blender


def test_an_object_off_stage_is_in_no_image(tmp_path):
    config = load("render.denoise=false")
    renderer = open_renderer(config, tmp_path)
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    with_it = take(renderer, one(position=(25, 0)), camera, lights, tmp_path / "a.png")
    without = take(renderer, State(objects=()), camera, lights, tmp_path / "b.png")
    np.testing.assert_array_equal(with_it, without)
    assert np.abs(take(renderer, one(), camera, lights, tmp_path / "c.png") - without).max() > 50


def test_the_world_is_shown_in_its_own_colour(tmp_path):
    """Another view transform than Standard, a look or an exposure would show sRGB bytes as others."""
    config = load("render.denoise=false", "scene.world.strength=1", "scene.world.color=[200,120,40]")
    renderer = open_renderer(config, tmp_path)
    upwards = Camera(name="upwards", location=(0, 0, 5), look_at=(-10, 0, 11))
    image = take(renderer, State(objects=()), upwards, (), tmp_path / "a.png")
    assert np.abs(image - [200, 120, 40]).max() <= 2


def test_the_palette_has_every_material_that_was_made(tmp_path):
    """Cycles would make the shader of a material anew whenever it comes back, and keep the old one."""
    renderer = open_renderer(load(), tmp_path)
    renderer._stage.persist(True)
    for color in ("red", "cyan", "red"):
        renderer._stage.show(one(color=color))
    palette = renderer._stage.palette
    assert [material.name for material in palette.data.materials] == ["red rubber", "cyan rubber"]
    assert not palette.hide_render
    assert len(palette.data.polygons) == 0


def test_lamps_stand_where_the_problem_says(tmp_path):
    config = load("render.denoise=false", "render.samples=16")
    renderer = open_renderer(config, tmp_path)
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    for k, light in enumerate(lights):
        moved = dataclasses.replace(light, location=(-light.location[0], -light.location[1], light.location[2]))
        others = (*lights[:k], moved, *lights[k + 1 :])
        here, there, again = (
            take(renderer, one(), camera, lamps, tmp_path / "p.png") for lamps in (lights, others, lights)
        )
        np.testing.assert_array_equal(here, again)
        assert np.abs(here - there).mean() > 0.3, light.name


def test_the_ground_meets_the_world_without_a_horizon(tmp_path):
    """In an image that is higher than wide, too: brightness changes slowly from the stage to the sky."""
    config = load("render.samples=16")
    renderer = open_renderer(config, tmp_path)
    lights = tuple(config.scene.lights.values())
    for camera in config.scene.cameras.values():
        image = take(renderer, State(objects=()), camera, lights, tmp_path / "p.png", 64, 256).mean(axis=(1, 2))
        above = image[:110]  # what lies above the stage
        assert np.abs(np.diff(above)).max() < 4
        assert np.ptp(above) < 25


def test_faces_that_blender_drops_do_no_harm(tmp_path, monkeypatch):
    """A face given twice, and one that names a vertex twice."""
    config = load("render.denoise=false")
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    whole = mesh.load(config.vocabulary.shapes["cube"])
    faces = np.concatenate([[[0, 0, 1]], whole.faces[:1], whole.faces])
    expected = take(open_renderer(config, tmp_path), one("cube"), camera, lights, tmp_path / "a.png")
    monkeypatch.setattr(mesh, "load", lambda shape: mesh.Mesh(whole.vertices, faces))
    seen = take(open_renderer(config, tmp_path), one("cube"), camera, lights, tmp_path / "b.png")
    assert np.abs(seen - expected).mean() < 0.5


def test_the_image_shows_more_objects_after_fewer(tmp_path):
    """The pool of objects grows and shrinks with the state."""
    config = load()
    renderer = open_renderer(config, tmp_path)
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    few = one(position=(0, -12), size="medium")
    many = State(objects=(*few.objects, *one("cube", "cyan", position=(0, 12), size="medium").objects))
    images = [take(renderer, s, camera, lights, tmp_path / "p.png") for s in (few, many, few)]
    assert np.abs(images[0] - images[1]).max() > 50
    np.testing.assert_allclose(images[0], images[2], atol=1)
    swapped = with_object(many, 1, shape="sphere", material="metal")
    assert np.abs(take(renderer, swapped, camera, lights, tmp_path / "q.png") - images[1]).max() > 20


def test_another_view_of_a_state_builds_nothing_anew(tmp_path):
    """With persistent data, Cycles builds the ray tracing structure again if a single property of an object is set."""
    from tvrgen.imaging.blender import versions

    if versions.FIVE:
        pytest.skip("Blender 5 does not print what Cycles builds")
    config = load("render.denoise=false", "render.samples=1")
    lights, cameras = tuple(config.scene.lights.values()), config.scene.cameras
    renderer = open_renderer(config, tmp_path)
    renderer._stage.persist(True)
    state = dataclasses.replace(one(), objects=(*one().objects, *one("cube", "cyan", "glass", (8, 8)).objects))
    moved = dataclasses.replace(state, objects=(state.objects[0], one(position=(-8, 8)).objects[0]))
    built = []
    for shown, camera in ((state, "left"), (state, "center"), (state, "right"), (moved, "right"), (moved, "left")):
        (tmp_path / "log").write_text("")
        take(renderer, shown, cameras[camera], lights, tmp_path / "p.png", 32, 32)
        built.append("Building BVH" in (tmp_path / "log").read_text())
    assert built == [True, False, False, True, False]


def test_an_object_is_one_of_the_pool_by_its_index(tmp_path):
    """So an object that leaves the stage or enters it changes no other."""
    renderer = open_renderer(load(), tmp_path)
    inside, outside = one().objects[0], one(position=(99, 0)).objects[0]
    for on_stage in ([True, True, True], [True, False, True], [False, True], [True, True, True, True]):
        renderer._stage.show(State(objects=tuple(inside if shown else outside for shown in on_stage)))
        pool = renderer._stage._pool
        assert [not holder.hide_render for holder in pool] == on_stage + [False] * (len(pool) - len(on_stage))
        assert [holder.pass_index for holder in pool] == list(range(1, len(pool) + 1))
