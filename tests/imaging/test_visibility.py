"""Visibility: masks, boxes, fractions; the same on every processor."""

import dataclasses
import importlib.util
import math

import numpy as np
import pytest

from tests.tiny import load, with_object
from tvrgen.imaging import rays, silhouettes, visibility
from tvrgen.imaging.visibility import Eye
from tvrgen.scene import camera_model, mesh
from tvrgen.scene.camera_model import Placement
from tvrgen.scene.model import Camera, Object, State

pytestmark = pytest.mark.rays

CONFIG = load()
WORDS = CONFIG.vocabulary
VIEWS = {name: camera_model.view(camera, 96, 72) for name, camera in CONFIG.scene.cameras.items()}


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


def box_mesh(low, high) -> tuple[np.ndarray, np.ndarray]:
    corners = np.array(
        [[float(x), y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
    )
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return corners, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])


def hollow() -> mesh.Mesh:
    """Two blocks that touch nowhere: not convex, and with a gap to look through."""
    blocks = [box_mesh((-0.7, -0.7, 0), (-0.2, 0.7, 1)), box_mesh((0.2, -0.7, 0), (0.7, 0.7, 1.3))]
    vertices, faces = [b[0] for b in blocks], [b[1] + 8 * k for k, b in enumerate(blocks)]
    return mesh.Mesh(np.concatenate(vertices), np.concatenate(faces))


MESHES = {name: mesh.load(shape) for name, shape in WORDS.shapes.items()} if importlib.util.find_spec("trimesh") else {}
PLACES = [
    Placement(0.4, -0.6, 0.9, *camera_model.turn(25)),
    Placement(-2.9, 2.9, 0.3, *camera_model.turn(0)),
    Placement(6.6, 0.2, 0.9, *camera_model.turn(200)),  # over the frame's lower edge
]


def painted(whole: mesh.Mesh, placement: Placement, view: camera_model.View) -> np.ndarray:
    """(H, W) bool: the union of all projected triangles, pixel by pixel, by code of its own."""
    projected = view.project(np.stack(placement.to_world(whole.vertices.T), 1))[:, :2][whole.faces]
    rows, columns = np.nonzero(np.ones((view.height, view.width)))
    points, result = np.stack([columns, rows], 1) + 0.5, np.zeros((view.height, view.width), bool)
    for a, b, c in projected:
        low, high = np.min([a, b, c], axis=0), np.max([a, b, c], axis=0)
        near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
        p = points[near]
        sides = [
            (q[0] - o[0]) * (p[:, 1] - o[1]) - (q[1] - o[1]) * (p[:, 0] - o[0]) for o, q in ((a, b), (b, c), (c, a))
        ]
        inside = np.all([s >= 0 for s in sides], axis=0) | np.all([s <= 0 for s in sides], axis=0)
        result[rows[near[inside]], columns[near[inside]]] = True
    return result


def spread(found, view: camera_model.View) -> np.ndarray:
    """A cover as a mask of the whole frame."""
    result = np.zeros((view.height, view.width), bool)
    if found:
        left, top, mask = found
        assert mask.any(axis=1)[[0, -1]].all()
        assert mask.any(axis=0)[[0, -1]].all()
        result[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    return result


@pytest.mark.parametrize("place", range(len(PLACES)))
@pytest.mark.parametrize("camera", VIEWS)
@pytest.mark.parametrize("name", [*WORDS.shapes, "hollow"])
def test_covered_pixels_are_those_of_exact_triangles(name, camera, place):
    view, placement = VIEWS[camera], PLACES[place]
    whole = hollow() if name == "hollow" else MESHES[name]
    expected = painted(whole, placement, view)
    np.testing.assert_array_equal(spread(rays.cover(whole, placement, view), view), expected)
    convex = silhouettes.convex(whole)
    assert (convex is None) == (name == "hollow")
    if convex:
        np.testing.assert_array_equal(spread(silhouettes.cover(convex, placement, view), view), expected)


def test_what_is_not_closed_or_not_convex_is_found_out():
    vertices, faces = box_mesh((0, 0, 0), (1, 1, 1))
    assert silhouettes.convex(mesh.Mesh(vertices, faces)) is not None
    assert silhouettes.convex(mesh.Mesh(vertices, faces[1:])) is None
    dented = vertices.copy()
    dented[7] = 0.3
    assert silhouettes.convex(mesh.Mesh(dented, faces)) is None


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


def test_what_stands_behind_the_camera_is_not_seen():
    """Above the stage's edge, looking outwards: all objects are behind it or below the frame."""
    outwards = camera_model.view(Camera(name="c", location=(2.0, 0.0, 3.0), look_at=(12.0, 0.0, 3.0)), 320, 240)
    for place in ((0, 0), (-10, 5), (10, 0), (13, 0)):
        assert Eye(WORDS).look(alone("cube", position=place), outwards) == (visibility.NOTHING,)


def test_pixels_grow_with_the_square_of_the_width():
    camera = CONFIG.scene.cameras["center"]
    small, large = (
        Eye(WORDS).look(alone("sphere", "large"), camera_model.view(camera, w, w * 3 // 4))[0].pixels
        for w in (320, 640)
    )
    assert large / small == pytest.approx(4, rel=0.02)


def test_rays_at_an_outline_are_decided_in_double_precision(monkeypatch):
    """With wider doubts, many rays are decided anew: the masks stay the same."""
    view, asked, exact = VIEWS["left"], [], rays._exact
    usual = spread(rays.cover(MESHES["sphere"], PLACES[0], view), view)
    monkeypatch.setattr(rays, "_SIDES", ((-0.3, 0), (0.3, 0), (0, -0.3), (0, 0.3)))
    monkeypatch.setattr(rays, "_exact", lambda *a: (asked.append(a), exact(*a))[1])
    np.testing.assert_array_equal(spread(rays.cover(MESHES["sphere"], PLACES[0], view), view), usual)
    assert len(asked) > 15


def test_nearer_objects_hide_farther_ones_as_depth_says():
    """The order of footprints against the depths of rays, where three large objects stand in line."""
    view, eye = VIEWS["right"], Eye(WORDS)
    one = alone("cube", "large").objects[0]
    places = [(-12, -10), (2, 0), (15, 12)]
    state = State(objects=tuple(dataclasses.replace(one, position=p, rotation=33.0 * k) for k, p in enumerate(places)))
    indices = eye.index_map(state, view)
    masks = [eye.index_map(State(objects=(o,)), view) == 1 for o in state.objects]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        both = masks[i] & masks[j] & (indices > 0)
        nearest = min((i, j), key=lambda k: math.dist(view.camera.location[:2], [0.15 * c for c in places[k]]))
        assert not (indices[both] == (i if nearest == j else j) + 1).any()
    assert (masks[0] & masks[1]).any()


def test_an_eye_keeps_what_did_not_change():
    view, eye = VIEWS["center"], Eye(WORDS)
    before = State(objects=(*alone("cube").objects, *alone("sphere", position=(-10, 10)).objects))
    after = with_object(before, 0, color="cyan")
    assert eye.look(before, view) == eye.look(after, view)
    assert len(eye._covers) == 2
