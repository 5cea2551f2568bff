"""Configs: every shipped one loads, every fault is one line that names the place and what to write."""

import json
import pickle
import subprocess
import sys

import pytest
import yaml

import tvrgen
from tests.tiny import ROOT, SHIPPED, load, write_config
from tvrgen.config import documents, loader
from tvrgen.errors import UserError
from tvrgen.scene import camera_model
from tvrgen.settings import PRESETS, differences, identity

BASE = "splits: {train: {count: 4}}\n"

FAULTS = {
    "sampling: {kinds: [colour]}": "sampling.kinds: unknown kind 'colour'; did you mean 'color'?",
    "sampling: {kinds: []}": "sampling.kinds: has 0 entries; write at least 1",
    "sampling: {kinds: [color, color]}": "sampling.kinds: lists an entry twice",
    "sampling: {kinds: ['nowhere:Kind']}": "sampling.kinds: cannot load kind 'nowhere:Kind'",
    "sampling: {kinds: ['json:JSONDecodeError']}": "sampling.kinds: cannot load kind",
    "sampling: {kinds: ['json:JSONDecoder']}": "sampling.kinds: kind 'json:JSONDecoder' lacks name, values",
    "sampling: {only: {shape: [cone]}}": "sampling.only.shape: unknown shape 'cone'",
    "sampling: {only: {color: [rde]}}": "sampling.only.color: unknown color 'rde'; did you mean 'red'?",
    "sampling: {only: {colour: [red]}}": "sampling.only.colour: unknown key; did you mean 'color'?",
    "sampling: {kinds: [':Rotate']}": "sampling.kinds: ':Rotate' names no kind",
    "sampling: {objects: [2, 8], visible: all, moves: [in]}": "nothing is out of sight that could enter; add inner",
    "sampling: {kinds: [color, position], moves: [out], visible: 1, steps: 2}": (
        "2 steps, but 1 visible object can change 1"
    ),
    "sampling: {visible: 1, steps: 3, balance: value}": "sampling.balance: position is 48% of the steps, but",
    "sampling: {steps: 2.0}": "sampling.steps: ",
    "seed: 7.0": "seed: holds 7.0; write a whole number",
    "sampling: {only: {step: [color.rde]}}": "sampling.only.step: unknown step 'color.rde'; did you mean 'color.red'?",
    "sampling: {never: {views: [centre]}}": "sampling.never.views: unknown camera 'centre'",
    "sampling: {never: {views: [center]}}": "cameras.final: only and never leave no final camera",
    "sampling: {never: {steps: [1, 2, 3, 4]}}": "sampling.steps: only and never leave none of [1, 4]",
    "sampling: {only: {visible: [12]}}": "sampling.visible: only and never leave none of [1, 10]",
    "sampling: {never: {shape: [cube, sphere, cylinder]}}": "leave no shape",
    "sampling: {only: {pairs: [{when: {shape: [cone]}, then: {color: [red]}}]}}": "sampling.only.pairs[0].when.shape",
    "sampling: {only: {pairs: [{when: {shape: [cube]}}]}}": "sampling.only.pairs[0].then: is missing",
    "sampling: {never: {pairs: [{shape: [cube], colour: [red]}]}}": "sampling.never.pairs[0].colour: unknown key",
    "sampling: {never: {pairs: [{shape: [cube, sphere, cylinder]}]}}": "only and never together allow no object at all",
    "sampling: {no_change: 1.5}": "sampling.no_change: 1.5 is too large",
    "sampling: {balance: all}": "sampling.balance: unknown value 'all'",
    "cameras: {views: two}": "cameras.views: unknown value 'two'",
    "scene: {lights: {a: {location: [1, 2, 3], power: 9}}}": "scene: cameras: there is none",
    "scene: {cameras: {top: {location: [0, 0, 9]}}, lights: {a: {location: [1, 2, 3], power: 9}}}": "cameras.top:",
    "scene: {cameras: {c: {azimuth: 3}}, lights: {a: {location: [1, 2, 3], power: 9}}}": "cameras.c: azimuth, elev",
    "scene: {cameras: {c: {}}, lights: {a: {location: [1, 2, 3], power: 9}}}": "cameras.c: write either",
    "scene: {cameras: {c: {location: [9, 0, -5]}}, lights: {a: {location: [1, 2, 3], power: 9}}}": "stands -5 m above",
    "scene: {cameras: {c: {azimuth: 20, elevation: 20, distance: 3}}, lights: {a: {location: [1, 2, 3], power: 9}}}": (
        "cameras.c: stands among the objects; move it 1.8 m up, or 3.9 m away"
    ),
    "splits: {2024: {count: 3}}": "YAML reads the key splits.2024 as 2024; write it in quotes",
    "splits: {on: {count: 3}}": "YAML reads the key splits.True as True",
    "sampling: {only: {color: [red]}}": "sampling.kinds: color has 1 value left",
    "sampling: {visible: 11}": "sampling.visible: 11 visible objects, but sampling.objects allows 10; write at most 10",
    "sampling: {visible: [5, 2]}": "sampling.visible: [5, 2] is empty",
    "sampling: {visible: many}": "sampling.visible: ",
    "sampling: {objects: 40, visible: 40}": "sampling.visible: 40 objects do not fit on 6 x 6 m",
    "sampling: {objects: 40, visible: all}": "sampling.objects: 40 objects do not fit",
    "sampling: {objects: 7, visible: all, only: {shape: [cube], size: [small], color: [red, blue]}, kinds: [color]}": (
        "sampling.objects: 7 objects cannot all look different; write at most 6"
    ),
    "sampling: {objects: 2.5}": "sampling.objects: ",
    "sampling: {visible: 1, kinds: [color], steps: 2}": "sampling.steps: 2 steps, but 1 visible object can change 1",
    "sampling: {kinds: [position], moves: [out], visible: [2, 5]}": "4 steps, but 2 visible objects can change 2 times",
    "sampling: {never: {pairs: [{shape: [cube]}]}}": "let no object change to shape.cube; leave it out (never: {",
    "sampling: {visible: all, only: {visible: [12]}}": "sampling.objects: only and never leave none of [10, 10]",
    "sampling: {steps: 1}\nsampling: {visible: 3}": "config.yaml:3: is no YAML we can use: the key 'sampling' stands",
    "splits: {train: {count: 10}, train: {count: 20}}": "the key 'train' stands there twice",
    "splits: {train: {count: 10,000}}": "write it in quotes, and numbers without a comma, such as 10000",
    "scene: {cameras: {c: {azimuth: 0, elevation: 90, distance: 9}}}": "c.elevation: 90 is too large; write less than",
    "sampling: {moves: [sideways]}": "sampling.moves[0]: unknown value 'sideways'",
    "sampling: {steps: 0}": "sampling.steps: 0 is too small; write at least 1",
    "cameras: {final: [centre]}": "cameras.final: unknown camera 'centre'; did you mean 'center'?",
    "cameras: {initial: top}": "cameras.initial: unknown camera 'top' (known: center, left, right)",
    "render: {with: 3}": "render.with: unknown key; did you mean 'width'?",
    "render: {width: 8}": "render.width: 8 is too small; write at least 32",
    "render: {width: wide}": "render.width: holds 'wide'; write a whole number",
    "render: {samples: 1000000}": "render.samples: 1000000 is too large; write at most 65536",
    "render: {denoise: 1}": "render.denoise: holds 1; write true or false",
    "render: {preset: best}": "render.preset: unknown value 'best' (known: draft, standard, high)",
    "render: {noise_threshold: 2}": "render.noise_threshold: 2 is too large; write at most 1",
    "image: {format: jpg}": "image.format: unknown value 'jpg'",
    "image: {quality: 0}": "image.quality: 0 is too small; write at least 1",
    "output: {intermediate: 1}": "output.intermediate: holds 1; write true or false",
    "render: {device: gpu}": "render.device: unknown value 'gpu'",
    "render: 7": "render: holds 7; write keys and values",
    "seed: -1": "seed: -1 is too small",
    "sead: 1": "sead: unknown key; did you mean 'seed'?",
    "scene: scenes/clever.yaml": "scene: no file 'scenes/clever.yaml'",
    "vocabulary: words.yaml": "vocabulary: no file 'words.yaml'",
    "vocabulary: {colors: {pink: [300, 0, 0]}}": "vocabulary.colors.pink[0]: 300 is too large",
    "vocabulary: {colors: {hot pink: [3, 0, 0]}}": "'hot pink' is no name",
    "vocabulary: {shapes: {cone: {mesh: cone.ply}}}": "vocabulary: shapes.cone.mesh: no file 'cone.ply'",
    "vocabulary: {shapes: {cone: cone.ply}}": "vocabulary.shapes.cone: holds 'cone.ply'; write keys and values",
    "vocabulary: {materials: {wood: {recipe: oak}}}": "vocabulary.materials.wood.recipe: unknown value 'oak'",
    "vocabulary: {extends: null, colors: {red: [1, 2, 3]}}": "vocabulary: shapes: is missing",
    "vocabulary: {grid: {stage: 50}}": "vocabulary: grid.field: 40 is not larger than grid.stage (50)",
    "output: {shard_size: 0}": "output.shard_size: 0 is too small",
    "output: {format: zip}": "output.format: unknown value 'zip'",
    "splits: {}": "splits: has 0 entries; write at least 1",
    "splits: {train: {}}": "splits.train.count: is missing",
    "splits: {train: {count: 0}}": "splits.train.count: 0 is too small",
    "splits: {train: {cuont: 1}}": "splits.train.cuont: unknown key; did you mean 'count'?",
    "splits: {'a/b': {count: 1}}": "'a/b' is no name",
    "splits: {train: {count: 2, cameras: {final: [rihgt]}}}": (
        "splits.train.cameras.final: unknown camera 'rihgt'; did you mean 'right'?"
    ),
    "splits: {train: {count: 2, sampling: {visible: 30}}}": "splits.train.sampling.visible: 30 visible objects",
    "seed: [1": "config.yaml:2: is no YAML we can use",
    "just text": "holds 'just text'; write keys and values",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_line_that_names_its_place(text, tmp_path):
    needs_base = "splits:" not in text and ":" in text
    path = write_config(tmp_path, (BASE if needs_base and not text.startswith("seed: [") else "") + text + "\n")
    with pytest.raises(UserError) as caught:
        loader.load(path)
    message = str(caught.value)
    assert FAULTS[text] in message
    assert "config.yaml" in message
    assert "\n" not in message


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_configs_load_by_path_and_by_name(name, tmp_path, monkeypatch):
    by_path = loader.load(f"configs/{name}.yaml")
    monkeypatch.chdir(tmp_path)  # paths never depend on the working directory
    assert loader.load(name).hash == loader.load(f"configs/{name}.yaml").hash == by_path.hash


@pytest.mark.parametrize("name", SHIPPED)
def test_a_resolved_config_is_the_config(name):
    config = loader.load(name)
    text = json.dumps(config.document)
    again = loader.from_document(json.loads(text), "again")
    assert again.hash == config.hash
    assert json.dumps(again.document) == text
    assert again.vocabulary == config.vocabulary
    assert again.scene == config.scene


def test_a_resolved_config_can_be_generated_from(tmp_path):
    path = write_config(tmp_path, yaml.safe_dump(load().document))
    assert loader.load(path).hash == load().hash
    assert loader.load(path).vocabulary.shapes["cube"].data


def test_a_preset_gives_what_is_not_given():
    def rendered(*overrides, split="train"):
        return (
            loader.load("quickstart", documents.assignments(("splits.val={count: 1}", *overrides))).split(split).render
        )

    names = PRESETS["standard"]
    assert {name: getattr(rendered(), name) for name in names} == PRESETS["standard"]
    for preset, expected in PRESETS.items():
        assert {name: getattr(rendered(f"render.preset={preset}"), name) for name in names} == expected
    assert rendered("render.preset=high", "render.samples=5").samples == 5
    own = ("render.samples=5", "splits.val.render.preset=draft")
    assert (rendered(*own).samples, rendered(*own, split="val").samples) == (5, PRESETS["draft"]["samples"])
    assert rendered("render.preset=draft", split="val") == rendered("render.preset=draft")
    assert PRESETS["draft"]["samples"] < PRESETS["standard"]["samples"] < PRESETS["high"]["samples"]


def test_overrides_reach_any_key():
    config = load(
        "seed=9", "splits.val={count: 3}", "splits.val.cameras.final=[left]", "sampling.only.color=[red, blue]"
    )
    assert config.seed == 9
    assert config.splits["val"].cameras.final == ("left",)
    assert config.splits["train"].cameras.final == ("left", "center", "right")
    assert tuple(config.splits["val"].vocabulary.colors) == ("red", "blue")


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


def test_cameras_stand_by_angles_and_in_rigs(tmp_path):
    scene = (
        "cameras: {near: {azimuth: 90, elevation: 30, distance: 10}}\n"
        "orbit: {count: 4, elevation: 45, distance: 10, azimuth: 10}\n"
        "lights: {a: {location: [1, 2, 3], power: 9}}\n"
    )
    (tmp_path / "scene.yaml").write_text(scene)
    text = BASE + "scene: scene.yaml\ncameras: {initial: orbit_1, final: [near, orbit_3]}\n"
    config = loader.load(write_config(tmp_path, text))
    assert list(config.scene.cameras) == ["near", "orbit_0", "orbit_1", "orbit_2", "orbit_3"]
    assert config.scene.cameras["near"].location == pytest.approx((0, 8.66, 5), abs=1e-3)
    for k in range(4):
        camera = config.scene.cameras[f"orbit_{k}"]
        assert (camera_model.azimuth(camera) - 10 - 90 * k + 1) % 360 == pytest.approx(1, abs=0.01)
        assert camera.location[2] == pytest.approx(7.071, abs=1e-3)


def test_a_split_inherits_what_it_does_not_say():
    config = load(
        "sampling.steps=2", "splits.val={count: 1}", "splits.val.sampling.visible=3", "splits.val.render.samples=9"
    )
    assert config.splits["val"].sampling.steps == config.splits["train"].sampling.steps == (2,)
    assert config.splits["val"].sampling.visible == (3,)
    assert config.splits["train"].sampling.visible == tuple(range(1, 11))
    assert (config.splits["val"].render.samples, config.splits["train"].render.samples) == (9, 4)


def test_unknown_configs_and_splits_name_the_nearest():
    with pytest.raises(UserError, match="did you mean 'quickstart'"):
        loader.load("quickstrat.yaml")
    with pytest.raises(UserError, match="no split 'trian'; did you mean 'train'"):
        load().split("trian")


def test_the_device_does_not_make_another_dataset():
    one, other = load(), load("render.device=cuda", "render.threads=3", "splits.train.render.threads=2")
    assert one.hash == other.hash
    assert differences(identity(one.document), identity(load("seed=8", "render.samples=5").document)) == [
        "render.samples",
        "seed",
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_dict_is_read_as_a_file_is(name):
    document = yaml.safe_load((ROOT / "configs" / f"{name}.yaml").read_text())
    config = tvrgen.Config.from_dict(document)
    assert json.dumps(config.document) == json.dumps(loader.load(name).document)
    assert config.vocabulary.shapes["cube"].data
    assert document == yaml.safe_load((ROOT / "configs" / f"{name}.yaml").read_text())


def test_a_dict_names_files_of_its_folder(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: scenes/clevr.yaml\nworld: {strength: 2}\n")
    document = {"splits": {"train": {"count": 4}}, "scene": "mine.yaml", "question": {"prompt": "terse"}}
    for folder in (tmp_path, str(tmp_path)):
        assert tvrgen.Config.from_dict(document, folder).scene.world.strength == 2
    with pytest.raises(UserError, match=r"^config: scene: no file 'mine\.yaml'"):
        tvrgen.Config.from_dict(document)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, "config: splits: is missing"),
        (7, "config: top level: holds 7; write keys and values"),
        ({"splits": {"train": {"count": 0}}}, "config: splits.train.count: 0 is too small; write at least 1"),
        ({"splits": {1: {"count": 1}}}, "config: splits.1: the key is 1, not text; write it in quotes"),
        ({"splits": {"a": {"count": 1}}, "sampling": {"kinds": ["colour"]}}, "config: sampling.kinds: unknown kind"),
    ],
)
def test_faults_of_a_dict_are_one_line(document, says):
    with pytest.raises(UserError) as caught:
        tvrgen.Config.from_dict(document)
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


KIND = """
import dataclasses

class Paint:
    name = "paint"

    def values(self, vocabulary):
        return ("dots", "stripes")

    def apply(self, obj, value, vocabulary):
        return dataclasses.replace(obj, rotation=obj.rotation + 30)

    def phrase(self, value):
        return value
"""


def test_a_kind_beside_the_config_is_found_by_other_processes_and_leaves_the_path_as_it_was(tmp_path, monkeypatch):
    (tmp_path / "painting_beside.py").write_text(KIND)
    path = write_config(tmp_path, BASE + "sampling: {kinds: ['painting_beside:Paint', color], steps: 1}\n")
    before = list(sys.path)
    config = loader.load(path)
    assert sys.path == before
    assert "paint" in config.split("train").kinds
    (tmp_path / "pickle").write_bytes(pickle.dumps(config))
    code = (
        "import pickle, sys; before = list(sys.path)\n"
        f"config = pickle.loads(open({str(tmp_path / 'pickle')!r}, 'rb').read())\n"
        "assert sys.path == before; print(*config.split('train').kinds, config.hash)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert found.split() == ["paint", "color", config.hash]
    monkeypatch.delitem(sys.modules, "painting_beside")
    with pytest.raises(UserError, match="is its folder on PYTHONPATH"):
        loader.from_document(config.document, "dataset")
