"""Meshes as they are loaded: upright on the ground, of radius 1, without faces that Blender would drop."""

import hashlib
import logging

import numpy as np
import pytest

from tests.tiny import load
from tvrgen._support.errors import UserError
from tvrgen.scene import mesh
from tvrgen.scene.vocabulary import Shape

pytestmark = pytest.mark.rays

SHAPES = load().vocabulary.shapes
PYRAMID = """
v 0 0 5
v 4 0 5
v 0 4 5
v 0 0 8
f 1 3 2
f 1 2 4
f 2 3 4
f 3 1 4
"""


def shape(text: str, **options) -> Shape:
    return Shape(mesh="test.obj", sha256=hashlib.sha256(text.encode()).hexdigest(), data=text.encode(), **options)


@pytest.mark.parametrize("name", SHAPES)
def test_shipped_meshes_stand_on_the_ground_with_a_footprint_of_radius_1(name):
    loaded = mesh.load(SHAPES[name])
    least, greatest = loaded.bounds
    assert least[2] == 0
    np.testing.assert_allclose((least + greatest)[:2], 0, atol=1e-12)
    assert SHAPES[name].footprint or np.hypot(*loaded.vertices[:, :2].T).max() == pytest.approx(1)


def test_a_given_footprint_is_the_unit():
    measured, given = mesh.load(shape(PYRAMID)), mesh.load(shape(PYRAMID, footprint=2.0))
    np.testing.assert_allclose(given.bounds[1], (1, 1, 1.5))
    np.testing.assert_allclose(measured.bounds[1], np.array((1, 1, 1.5)) / np.sqrt(2))


def test_faces_without_area_and_faces_given_twice_are_dropped():
    loaded = mesh.load(shape(f"{PYRAMID}f 1 2 2\nf 2 4 1\n"))
    assert len(loaded.faces) == 4


@pytest.mark.parametrize(
    ("text", "message"), [("v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\n", "holds no triangles"), ("", "mesh test.obj: ")]
)
def test_a_file_without_triangles_is_refused_in_one_line(text, message):
    with pytest.raises(UserError, match=message) as caught:
        mesh.load(shape(text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("far", ["1e38", "-2e9", "1e200"])
def test_coordinates_that_overflow_are_refused_without_warnings(far, recwarn):
    with pytest.raises(UserError, match=r"mesh test.obj: has a coordinate that is no number from -1e\+09 to 1e\+09"):
        mesh.load(shape(PYRAMID.replace("v 4", f"v {far}")))
    assert not recwarn.list


def test_materials_and_textures_that_are_missing_are_not_asked_for(caplog, recwarn, monkeypatch):
    """Some versions of trimesh log a traceback."""
    import trimesh

    def loading(*given, real=trimesh.load, **options):
        logging.getLogger("trimesh").warning("unable to load materials")
        return real(*given, **options)

    monkeypatch.setattr(trimesh, "load", loading)
    assert len(mesh.load(shape(f"mtllib missing.mtl\nusemtl a\n{PYRAMID}")).faces) == 4
    assert not caplog.records
    assert not recwarn.list
    assert not logging.getLogger("trimesh").disabled


@pytest.mark.parametrize("name", SHAPES)
def test_corner_normals_are_unit_vectors_near_those_of_their_face(name):
    loaded = mesh.load(SHAPES[name])
    normals, corners = loaded.corner_normals(), loaded.vertices[loaded.faces]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    faces /= np.linalg.norm(faces, axis=1, keepdims=True)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=2), 1, atol=1e-9)
    assert (normals * faces[:, None]).sum(axis=2).min() > np.cos(np.radians(mesh.CREASE))


def test_faces_that_meet_at_more_than_the_crease_keep_an_edge():
    loaded = mesh.load(shape(PYRAMID))
    normals, corners = loaded.corner_normals(), loaded.vertices[loaded.faces]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    faces /= np.linalg.norm(faces, axis=1, keepdims=True)
    np.testing.assert_allclose(normals, np.repeat(faces[:, None], 3, axis=1), atol=1e-9)


def test_a_cube_is_as_large_as_its_circle_allows():
    target = mesh.load(SHAPES["cube"])
    half_edge = target.bounds[1] - [0, 0, target.bounds[1][2] / 2]
    assert half_edge == pytest.approx([0.5**0.5] * 3, abs=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_corner_normals_point_outwards_and_are_smooth_where_round(shape):
    target = mesh.load(SHAPES[shape])
    normals = target.corner_normals()
    np.testing.assert_allclose(np.linalg.norm(normals, axis=2), 1, atol=1e-9)
    corners = target.vertices[target.faces]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((normals * flat[:, None]).sum(axis=2) > 0).all()
    if shape == "sphere":
        outwards = corners - [0, 0, 1]
        np.testing.assert_allclose(normals, outwards / np.linalg.norm(outwards, axis=2, keepdims=True), atol=0.01)
    else:  # the large flat faces stay flat
        top = np.flatnonzero((corners[:, :, 2] == corners[:, :, 2].max()).all(axis=1))
        np.testing.assert_allclose(normals[top], np.broadcast_to([0, 0, 1], (len(top), 3, 3)), atol=0.06)
