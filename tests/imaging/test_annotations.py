"""Annotations without Blender: what is nearest in each pixel, its files, and the faults of index files."""

import numpy as np
import pytest
from PIL import Image

from tests.tiny import load
from tvrgen.imaging import annotations
from tvrgen.imaging.annotations import Surfaces
from tvrgen.imaging.visibility import Eye, Sight
from tvrgen.scene import camera_model
from tvrgen.scene.model import Object, State

CONFIG = load()
WORDS = CONFIG.vocabulary


@pytest.fixture(scope="module", params=CONFIG.scene.cameras)
def seen(request) -> tuple[State, camera_model.View, Surfaces]:
    """Every shape in every size, as one camera sees them."""
    places = iter([(x, y) for x in (-13, 0, 13) for y in (-13, 0, 13)])
    objects = [
        Object(shape=shape, size=size, color="red", material="rubber", position=next(places), rotation=33.0)
        for shape in WORDS.shapes
        for size in WORDS.sizes
    ]
    state, view = State(objects=tuple(objects)), camera_model.view(CONFIG.scene.cameras[request.param], 160, 120)
    return state, view, annotations.surfaces(state, view, CONFIG.scene, Eye(WORDS))


@pytest.mark.rays
def test_objects_are_nearer_than_the_ground_and_have_unit_normals(seen):
    state, view, found = seen
    empty = annotations.surfaces(State(objects=()), view, CONFIG.scene, Eye(WORDS))
    covered = found.index > 0
    assert set(np.unique(found.index)) == set(range(len(state.objects) + 1))
    assert (found.depth[covered] < empty.depth[covered]).all()
    np.testing.assert_array_equal(found.depth[~covered], empty.depth[~covered])
    np.testing.assert_allclose(np.linalg.norm(found.normals[covered], axis=1), 1, atol=1e-6)


@pytest.mark.rays
def test_normals_of_the_ground_point_up(seen):
    _, _, found = seen
    ground = (found.index == 0) & np.isfinite(found.depth)
    assert (found.normals[ground] == (0, 0, 1)).all()
    assert not found.normals[(found.index == 0) & ~ground].any()


class Wider(Eye):
    """Masks one pixel wider than the rays see, as where the rays' single precision just misses an outline."""

    def index_map(self, state, view):
        index = super().index_map(state, view)
        for axis in (0, 1):
            for shift in (1, -1):
                index = np.where(index == 0, np.roll(index, shift, axis), index)
        return index


@pytest.mark.rays
def test_a_pixel_whose_ray_just_misses_its_object_takes_the_surface_beside_it():
    view = camera_model.view(CONFIG.scene.cameras["center"], 160, 120)
    state = State(
        objects=(Object(shape="sphere", size="large", color="red", material="rubber", position=(0, 0), rotation=0.0),)
    )
    exact, wider = (annotations.surfaces(state, view, CONFIG.scene, eye) for eye in (Eye(WORDS), Wider(WORDS)))
    inside, rim = exact.index == 1, (wider.index == 1) & (exact.index == 0)
    assert rim.any()
    np.testing.assert_array_equal(wider.depth[inside], exact.depth[inside])
    assert (wider.depth[rim] > exact.depth[inside].min()).all()
    assert (wider.depth[rim] < exact.depth[inside].max() + 0.1).all()
    np.testing.assert_allclose(np.linalg.norm(wider.normals[rim], axis=1), 1, atol=1e-6)


@pytest.mark.rays
def test_an_object_off_stage_leaves_the_ground_as_it_is():
    view = camera_model.view(CONFIG.scene.cameras["center"], 80, 60)
    away = Object(shape="cube", size="large", color="red", material="rubber", position=(30, 0), rotation=0.0)
    found, empty = (
        annotations.surfaces(State(objects=objects), view, CONFIG.scene, Eye(WORDS)) for objects in ((away,), ())
    )
    for name in ("index", "depth", "normals"):
        np.testing.assert_array_equal(getattr(found, name), getattr(empty, name))


def test_files_hold_millimetres_and_unit_vectors(tmp_path):
    index = np.array([[0, 1], [2, 0]], np.uint8)
    depth = np.array([[1.2344, 65.535], [65.536, np.inf]])
    normals = np.array([[[0, 0, 1], [1, 0, 0]], [[-1, 0, 0], [0, 0, 0]]], float)
    read = {}
    for kind in ("index", "depth", "normals"):
        annotations.save(kind, Surfaces(index, depth, normals), tmp_path / "file.png")
        with Image.open(tmp_path / "file.png") as image:
            read[kind] = np.asarray(image).astype(int)
    np.testing.assert_array_equal(read["index"], index)
    np.testing.assert_array_equal(read["depth"], [[1234, 65535], [0, 0]])
    np.testing.assert_array_equal(read["normals"], [[[128, 128, 255], [255, 128, 128]], [[0, 128, 128], [0, 0, 0]]])


@pytest.mark.parametrize(
    ("pixels", "faults"),
    [
        ((1, 2), []),
        ((1, 1), ["shows 2 pixels of object 1; the scene line says 1"]),
        ((1,), ["names object 1, but the scene line has 1 objects"]),
    ],
)
def test_index_files_are_compared_with_sights(pixels, faults, tmp_path):
    index = np.array([[0, 1], [2, 2]], np.uint8)
    annotations.save("index", Surfaces(index, np.ones((2, 2)), np.zeros((2, 2, 3))), tmp_path / "index.png")
    sights = tuple(Sight(count, 1.0, (0, 0, 1, 1)) for count in pixels)
    assert list(annotations.index_faults(tmp_path / "index.png", sights)) == faults
