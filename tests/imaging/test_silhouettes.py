"""Covered pixels, by outlines and by rays, against exact triangles."""

import numpy as np
import pytest

from tests.imaging.meshes import MESHES, PLACES, VIEWS, WORDS, box_mesh, hollow, painted, spread
from tvrgen.imaging import rays, silhouettes
from tvrgen.scene import mesh
from tvrgen.scene.camera_model import Placement

pytestmark = pytest.mark.rays


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
        (covered,) = silhouettes.covers([(convex, placement)], view)
        np.testing.assert_array_equal(spread(covered, view), expected)


@pytest.mark.parametrize("camera", VIEWS)
def test_meshes_cover_the_same_pixels_together_and_alone(camera):
    view = VIEWS[camera]
    placed = [(silhouettes.convex(MESHES[name]), place) for name in WORDS.shapes for place in PLACES]
    placed.append((placed[0][0], Placement(0.0, 400.0, 0.3, 1.0, 0.0)))  # far outside the frame
    together = silhouettes.covers(placed, view)
    assert together[-1] is None
    for one, covered in zip(placed, together, strict=True):
        (alone,) = silhouettes.covers([one], view)
        np.testing.assert_array_equal(spread(covered, view), spread(alone, view))
    assert silhouettes.covers([], view) == []


def test_what_is_not_closed_or_not_convex_is_found_out():
    vertices, faces = box_mesh((0, 0, 0), (1, 1, 1))
    assert silhouettes.convex(mesh.Mesh(vertices, faces)) is not None
    assert silhouettes.convex(mesh.Mesh(vertices, faces[1:])) is None
    dented = vertices.copy()
    dented[7] = 0.3
    assert silhouettes.convex(mesh.Mesh(dented, faces)) is None
