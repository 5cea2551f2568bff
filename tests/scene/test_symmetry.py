"""The least turn after which a shape looks the same, of meshes whose symmetry is known."""

import pytest

from tvrgen.scene import symmetry
from tvrgen.scene.vocabulary import Shape

trimesh = pytest.importorskip("trimesh")
pytestmark = pytest.mark.rays


def box(x, y, z, at=(0, 0, 0)):
    made = trimesh.creation.box((x, y, z))
    made.apply_translation(at)
    return made


def joined(*parts):
    return trimesh.util.concatenate(parts)


HANDLE = box(0.3, 0.3, 0.3, (0.65, 0, 0))
MESHES = {
    "cube": (box(1, 1, 1), 90),
    "brick": (box(1, 2, 1), 180),
    "cube with a handle": (joined(box(1, 1, 1), HANDLE), 360),
    "handles at two heights": (joined(box(1, 1, 1), HANDLE, box(0.3, 0.3, 0.3, (-0.65, 0, 0.3))), 360),
    "handles at one height": (joined(box(1, 1, 1), HANDLE, box(0.3, 0.3, 0.3, (-0.65, 0, 0))), 180),
    "pyramid of six sides": (trimesh.creation.cone(1, 1, sections=6), 60),
    "cone": (trimesh.creation.cone(1, 1, sections=48), 0),
    "ring": (trimesh.creation.torus(1, 0.3), 0),
    "sphere": (trimesh.creation.icosphere(3), 0),
}


@pytest.mark.parametrize("name", MESHES)
def test_the_least_turn(name):
    made, turn = MESHES[name]
    shape = Shape(mesh=f"{name}.ply", sha256=name, data=made.export(file_type="ply"))
    assert symmetry.least_turn(shape) == turn
