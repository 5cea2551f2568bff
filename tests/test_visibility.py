"""Rays: masks, boxes, fractions; the same on every processor."""

import numpy as np
import pytest

from tests.tiny import load, with_object
from tvrgen import geometry, mesh, visibility
from tvrgen.scene import Object, State
from tvrgen.visibility import Eye

pytestmark = pytest.mark.rays

CONFIG = load()
WORDS = CONFIG.vocabulary
VIEWS = {name: geometry.view(camera, 160, 120) for name, camera in CONFIG.scene.cameras.items()}


def alone(shape: str, size: str = "medium", position=(3, -4), rotation=25.0) -> State:
    return State(
        objects=(Object(shape=shape, size=size, color="red", material="metal", position=position, rotation=rotation),)
    )


@pytest.mark.parametrize("shape", WORDS.shapes)
def test_a_mesh_stands_on_the_ground_in_its_circle(shape):
    target = mesh.load(WORDS.shapes[shape])
    radius = np.hypot(*target.vertices[:, :2].T).max()
    assert target.vertices[:, 2].min() == 0
    assert 0.95 <= radius <= 1 + 1e-6


def test_a_cube_is_as_large_as_its_circle_allows():
    target = mesh.load(WORDS.shapes["cube"])
    half_edge = target.bounds[1] - [0, 0, target.bounds[1][2] / 2]
    assert half_edge == pytest.approx([0.5**0.5] * 3, abs=1e-6)


@pytest.mark.parametrize("shape", WORDS.shapes)
def test_corner_normals_point_outwards_and_are_smooth_where_round(shape):
    target = mesh.load(WORDS.shapes[shape])
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


@pytest.mark.parametrize("camera", VIEWS)
@pytest.mark.parametrize("shape", WORDS.shapes)
def test_masks_are_those_of_exact_rays(shape, camera):
    """Every pixel decided by double precision arithmetic over all triangles."""
    view = VIEWS[camera]
    state = alone(shape)
    seen = Eye(WORDS).index_map(state, view) == 1
    obj, target = state.objects[0], mesh.load(WORDS.shapes[shape])
    cos, sin = geometry.turn(obj.rotation)
    radius = WORDS.sizes[obj.size]
    world = target.vertices @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]]) * radius
    world += np.array([obj.position[0] * 0.15, obj.position[1] * 0.15, 0])
    projected = view.project(world)[:, :2][target.faces]
    rows, columns = np.nonzero(np.ones((view.height, view.width)))
    expected = np.zeros((view.height, view.width), bool)
    points = np.stack([columns, rows], 1) + 0.5
    for a, b, c in projected:
        low, high = np.min([a, b, c], axis=0), np.max([a, b, c], axis=0)
        near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
        p = points[near]
        sides = [
            (q[0] - o[0]) * (p[:, 1] - o[1]) - (q[1] - o[1]) * (p[:, 0] - o[0]) for o, q in ((a, b), (b, c), (c, a))
        ]
        inside = np.all([s >= 0 for s in sides], axis=0) | np.all([s <= 0 for s in sides], axis=0)
        expected[rows[near[inside]], columns[near[inside]]] = True
    assert (seen != expected).sum() == 0


def test_sights_follow_from_the_mask():
    view = VIEWS["center"]
    near = Object(shape="cube", size="large", color="red", material="metal", position=(10, 0), rotation=0.0)
    far = Object(shape="sphere", size="medium", color="blue", material="metal", position=(-8, 2), rotation=0.0)
    state = State(objects=(near, far))
    eye = Eye(WORDS)
    indices, sights = eye.index_map(state, view), eye.look(state, view)
    free = eye.look(State(objects=(far,)), view)[0]
    for k, sight in enumerate(sights):
        rows, columns = np.nonzero(indices == k + 1)
        assert sight.pixels == len(rows)
        assert sight.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert sights[0].fraction == 1
    assert 0 < sights[1].fraction < 1
    assert sights[1].fraction == pytest.approx(sights[1].pixels / free.pixels, abs=1e-4)


def test_what_is_off_stage_or_hidden_is_not_seen():
    eye = Eye(WORDS)
    assert eye.look(alone("cube", position=(21, 0)), VIEWS["center"]) == (visibility.NOTHING,)
    small = alone("cube", size="small", position=(-15, 0)).objects[0]
    wall = alone("cube", size="large", position=(-4, 0), rotation=45.0).objects[0]
    hidden = eye.look(State(objects=(small, wall)), VIEWS["center"])[0]
    assert hidden.fraction < 0.5


def test_pixels_grow_with_the_square_of_the_width():
    camera = CONFIG.scene.cameras["center"]
    small, large = (
        Eye(WORDS).look(alone("sphere", "large"), geometry.view(camera, w, w * 3 // 4))[0].pixels for w in (320, 640)
    )
    assert large / small == pytest.approx(4, rel=0.02)


def test_rays_at_an_outline_are_decided_in_double_precision(monkeypatch):
    """With wider doubts, many rays are decided anew: the masks stay the same."""
    view, state = VIEWS["left"], alone("sphere", "large")
    usual, asked, exact = Eye(WORDS).index_map(state, view), [], visibility._exact
    monkeypatch.setattr(visibility, "_SIDES", ((-0.3, 0), (0.3, 0), (0, -0.3), (0, 0.3)))
    monkeypatch.setattr(visibility, "_exact", lambda *a: (asked.append(a), exact(*a))[1])
    np.testing.assert_array_equal(Eye(WORDS).index_map(state, view), usual)
    assert len(asked) > 30


def test_an_eye_keeps_what_did_not_change():
    view, eye = VIEWS["center"], Eye(WORDS)
    before = State(objects=(*alone("cube").objects, *alone("sphere", position=(-10, 10)).objects))
    after = with_object(before, 0, color="cyan")
    assert eye.look(before, view) == eye.look(after, view)
    assert len(eye._seen) == 2
