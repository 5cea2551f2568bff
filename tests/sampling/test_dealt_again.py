"""Levels follow from the config of a dataset, which has no meshes, as they did from the file that it was made from."""

import copy
import json
import subprocess
import sys

import pytest

from tests.tiny import ROOT, SHIPPED, levels_of, write_config
from tvrgen.config import loader
from tvrgen.sampling import design

pytestmark = pytest.mark.rays

CONFIGS = [*SHIPPED, *(f"kinds/{path.stem}" for path in sorted((ROOT / "configs/kinds").glob("*.yaml")))]
COUNT, FEW = 300, 40
"""Problems of each split that are dealt where objects turn, and elsewhere, where no level could depend on a mesh."""

PRISMS = """
splits: {train: {count: 300}}
sampling: {kinds: [rotation, swap, color, shape, appear, replace], objects: [4, 6], on_stage: all, steps: [1, 3]}
vocabulary: {shapes: {hexagon: {mesh: hexagon.obj}, brick: {mesh: brick.obj}}}
"""


def prism(*corners: tuple[float, float]) -> str:
    """An OBJ file: an upright prism on these corners, counterclockwise as seen from above."""
    number = len(corners)
    vertices = [f"v {x} {y} {z}" for z in (0, 1) for x, y in corners]
    sides = [
        f"f {k + 1} {(k + 1) % number + 1} {(k + 1) % number + number + 1} {k + number + 1}" for k in range(number)
    ]
    ends = [
        "f " + " ".join(map(str, range(number, 0, -1))),
        "f " + " ".join(map(str, range(number + 1, 2 * number + 1))),
    ]
    return "\n".join([*vertices, *sides, *ends]) + "\n"


@pytest.fixture
def own_meshes(tmp_path):
    """A config with meshes of the user's own, which show no turn by 60, and by 180 degrees."""
    (tmp_path / "hexagon.obj").write_text(prism((2, 0), (1, 1.732), (-1, 1.732), (-2, 0), (-1, -1.732), (1, -1.732)))
    (tmp_path / "brick.obj").write_text(prism((1, 0.4), (-1, 0.4), (-1, -0.4), (1, -0.4)))
    return loader.load(write_config(tmp_path, PRISMS))


def of_dataset(config):
    """The config of a dataset made from a config."""
    return loader.of_dataset(json.loads(json.dumps(config.document)), "dataset.json")


def all_levels(config):
    turning = {name for name, split in config.splits.items() if "rotation" in split.kinds}
    return {name: levels_of(config, name, COUNT if name in turning else FEW) for name in config.splits}


def without_turns(config):
    """A resolved document as it was before the least turns of shapes were noted."""
    document = copy.deepcopy(config.document)
    for shape in document["vocabulary"]["shapes"].values():
        del shape["least_turn"]
    return document


@pytest.mark.parametrize("name", CONFIGS)
def test_levels_from_the_config_of_a_dataset(name):
    config = loader.load(name)
    again = of_dataset(config)
    assert design.is_known(again)
    assert not any(shape.data for shape in again.vocabulary.shapes.values())
    assert all_levels(again) == all_levels(config)


def test_levels_from_the_config_of_a_dataset_with_meshes_of_the_users_own(own_meshes):
    assert {name: shape.least_turn for name, shape in own_meshes.vocabulary.shapes.items()} == {
        "cube": 90, "sphere": 0, "cylinder": 0, "hexagon": 60, "brick": 180
    }  # fmt: skip
    assert all_levels(of_dataset(own_meshes)) == all_levels(own_meshes)


ELSEWHERE = """
import json, sys
sys.modules["trimesh"] = sys.modules["embreex"] = None
from tests.sampling.test_dealt_again import all_levels
from tvrgen.config import loader
for text in sys.stdin:
    print(all_levels(loader.of_dataset(json.loads(text), "dataset.json")))
"""


def test_levels_where_no_library_reads_meshes(own_meshes):
    configs = [*map(loader.load, ("changes", "clips")), own_meshes]
    told = "".join(json.dumps(config.document) + "\n" for config in configs)
    run = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], input=told, capture_output=True, text=True, check=True, cwd=ROOT, timeout=300
    )
    assert run.stdout.splitlines() == [str(all_levels(config)) for config in configs]


def test_levels_do_not_follow_without_the_turns(own_meshes):
    """So those of an older dataset are not known, and cannot be compared."""
    for config in (loader.load("changes"), own_meshes):
        before = loader.of_dataset(without_turns(config), "dataset.json")
        assert not design.is_known(before)
        assert all_levels(before) != all_levels(config)


def test_turns_are_noted_where_objects_turn_and_count_in_no_hash(own_meshes):
    assert not any(
        "least_turn" in shape for shape in loader.load("quickstart").document["vocabulary"]["shapes"].values()
    )
    assert loader.of_dataset(without_turns(own_meshes), "before").hash == own_meshes.hash


@pytest.mark.parametrize("wrong", [None, 45])
def test_a_run_measures_the_turns_anew(wrong, own_meshes):
    """So it does not trust those in a config.json that it is given."""
    document = copy.deepcopy(own_meshes.document)
    for shape in document["vocabulary"]["shapes"].values():
        shape.pop("least_turn") if wrong is None else shape.update(least_turn=wrong)
    path = own_meshes.folder / "config.json"
    path.write_text(json.dumps(document))
    assert loader.load(path).document == own_meshes.document
