"""The scene, the vocabulary and the prompt that a config names."""

import pytest

from tests.config.faults import BASE, fault
from tests.tiny import load, write_config
from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.config.settings import PRESETS

FAULTS = {
    "scene: scenes/clever.yaml": "scene: no file 'scenes/clever.yaml'",
    "vocabulary: words.yaml": "vocabulary: no file 'words.yaml'",
    "vocabulary: {shapes: {cone: {mesh: cone.ply}}}": "vocabulary: shapes.cone.mesh: no file 'cone.ply'",
    "vocabulary: {extends: null, colors: {red: [1, 2, 3]}}": "vocabulary: shapes: is missing",
    "scene: {extends: null}": "scene: lights: is missing",
    "vocabulary: {shapes: {cone: {mesh: config.yaml}}}": (
        "vocabulary: shapes.cone.mesh: 'config.yaml' is not a mesh file; write a .ply, .glb, .obj or .stl"
    ),
    "vocabulary: {grid: {stage: 50}}": "vocabulary: grid.field: 40 is not larger than grid.stage (50)",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_line_that_names_its_place(text, tmp_path):
    assert FAULTS[text] in fault(tmp_path, text)


def test_a_preset_gives_what_is_not_given():
    def rendered(*overrides, split="train"):
        return loader.load("quickstart", assignments(("splits.val={count: 1}", *overrides))).split(split).render

    names = PRESETS["standard"]
    assert {name: getattr(rendered(), name) for name in names} == PRESETS["standard"]
    for preset, expected in PRESETS.items():
        assert {name: getattr(rendered(f"render.preset={preset}"), name) for name in names} == expected
    assert rendered("render.preset=high", "render.samples=5").samples == 5
    own = ("render.samples=5", "splits.val.render.preset=draft")
    assert (rendered(*own).samples, rendered(*own, split="val").samples) == (5, PRESETS["draft"]["samples"])
    assert rendered("render.preset=draft", split="val") == rendered("render.preset=draft")
    assert PRESETS["draft"]["samples"] < PRESETS["standard"]["samples"] < PRESETS["high"]["samples"]


def test_overrides_reach_into_scene_and_vocabulary():
    config = load("scene.jitter.camera=0", "scene.world.strength=1", "vocabulary.colors.orange=[255,140,0]")
    assert config.scene.jitter.camera == 0
    assert config.scene.jitter.light == 1
    assert config.scene.world.strength == 1
    assert config.vocabulary.colors["orange"] == (255, 140, 0)
    assert len(config.vocabulary.colors) == 9


def test_a_scene_adds_to_another(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "extends: scenes/clevr.yaml\ncameras: {top: {azimuth: 0, elevation: 80, distance: 9}}\nworld: {strength: 2}\n"
    )
    scene = loader.load(write_config(tmp_path, BASE + "scene: mine.yaml\ncameras: {final: [top]}\n")).scene
    assert list(scene.cameras) == ["center", "left", "right", "top"]
    assert scene.lights == load().scene.lights
    assert (scene.world.strength, scene.world.color) == (2, load().scene.world.color)


def test_vocabularies_that_extend_each_other_are_one_line(tmp_path):
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    with pytest.raises(UserError, match="extend each other"):
        loader.load(write_config(tmp_path, BASE + "vocabulary: a.yaml\n"))


def test_defaults_are_the_packaged_files_whatever_lies_beside(tmp_path):
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes/clevr.yaml").write_text("nonsense")
    path = write_config(tmp_path, BASE)
    assert loader.load(path).scene == load().scene


def test_a_mesh_that_has_changed_is_refused(tmp_path):
    (tmp_path / "cone.ply").write_bytes(b"ply")
    shape = f"{{mesh: cone.ply, footprint: 1, sha256: {'a' * 64}}}"
    assert "cone.ply is not the file that the dataset was made with" in fault(
        tmp_path, f"vocabulary: {{shapes: {{cone: {shape}}}}}"
    )
