"""Configs from files, dicts and datasets: every shipped one loads, and is the same each time."""

import hashlib
import json
import pickle
import subprocess
import sys

import pytest
import yaml

import tvrgen
from tests.config.faults import BASE, fault
from tests.tiny import ROOT, SHIPPED, load, write_config
from tvrgen._support.errors import UserError
from tvrgen.config import loader


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_configs_load_by_path_and_by_name(name, tmp_path, monkeypatch):
    by_path = loader.load(f"configs/{name}.yaml")
    monkeypatch.chdir(tmp_path)  # paths never depend on the working directory
    assert loader.load(name).hash == loader.load(f"configs/{name}.yaml").hash == by_path.hash


RESOLVED = {
    "changes": "03f5b68f76397a3d",
    "clips": "c51b99bdb5236313",
    "compositional": "f4b1f4ceb6eca491",
    "easy_to_hard": "a437804a5010c0a0",
    "generalisation": "8a9a95b7b579fdb0",
    "quickstart": "4617291da8539a08",
    "spatial": "8ff668c30fe41b9c",
    "star_r1": "160d63a0f7edeee6",
    "star_r1_mixed": "8903d25d59d46c6f",
    "trance_basic": "d17bfd5142517dd7",
    "trance_event": "03d12baef18c5f0e",
    "trance_view": "dad3be5a757776f9",
    "views": "4a33baddc6bbdea6",
}
"""Config -> SHA-256 of its resolved document as JSON, cut. If one changes, no run continues an older dataset."""


@pytest.mark.parametrize("name", SHIPPED)
def test_resolved_configs_are_those_of_datasets_made_before(name):
    """But for what is not part of a dataset's identity: the device, `cpu` by default before, and turns of shapes."""
    document = json.loads(json.dumps(loader.load(name).document))
    document["render"]["device"] = "cpu"
    for shape in document["vocabulary"]["shapes"].values():
        shape.pop("least_turn", None)
    assert hashlib.sha256(json.dumps(document).encode()).hexdigest()[:16] == RESOLVED[name]
    assert loader.load(name).hash == loader.from_document(document, "before").hash


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


def test_unknown_configs_name_the_nearest():
    with pytest.raises(UserError, match="did you mean 'quickstart'"):
        loader.load("quickstrat.yaml")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_dict_is_read_as_a_file_is(name):
    document = yaml.safe_load((ROOT / "configs" / f"{name}.yaml").read_text())
    config = tvrgen.Config.from_dict(document)
    assert json.dumps(config.document) == json.dumps(loader.load(name).document)
    assert config.vocabulary.shapes["cube"].data
    assert document == yaml.safe_load((ROOT / "configs" / f"{name}.yaml").read_text())


def test_load_names_the_function_for_a_dict():
    with pytest.raises(UserError, match=r"for a dict, write tvrgen\.Config\.from_dict"):
        loader.load({"splits": {"train": {"count": 1}}})


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
    with pytest.raises(UserError, match="or its folder on PYTHONPATH"):
        loader.from_document(config.document, "dataset")


SPLIT = "{count: 3}"
NAMES = {
    f"splits: {{log: {SPLIT}}}": "splits.log: is the name of the folder of logs; choose another name",
    f"splits: {{train: {SPLIT}, LOG: {SPLIT}}}": "splits.LOG: is the name of the folder of logs",
    f"splits: {{con: {SPLIT}}}": "splits.con: is the name of a device on Windows",
    f"splits: {{Com1: {SPLIT}}}": "splits.Com1: is the name of a device on Windows",
    f"splits: {{train: {SPLIT}, Train: {SPLIT}}}": "splits: train and Train are one folder on macOS and Windows",
    f"splits: {{{'x' * 300}: {SPLIT}}}": "xxx... has 300 characters; write at most 100",
    f"vocabulary: {{colors: {{{'x' * 300}: [1, 2, 3]}}}}": "xxx... has 300 characters; write at most 100",
    "scene: {extends: scenes/clevr.yaml, cameras: {Left: {location: [9, 0, 5]}}}": "left and Left differ in case alone",
}


@pytest.mark.parametrize("text", NAMES, ids=[text[:40] for text in NAMES])
def test_names_that_are_not_those_of_files_of_their_own_are_refused(text, tmp_path):
    assert NAMES[text] in fault(tmp_path, text)


def test_more_shards_than_a_run_can_list_are_refused_with_the_size_that_fits(tmp_path):
    text = "splits: {train: {count: 100000000}, test: {count: 5}}\noutput: {shard_size: %d}"
    assert "output.shard_size: 1 makes 100000005 shards; write at least 101" in fault(tmp_path, text % 1)
    loader.load(write_config(tmp_path, text % 101))


def test_more_splits_than_can_be_checked_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TVRGEN_MAX_SPLITS", "2")
    text = f"splits: {{a: {SPLIT}, b: {SPLIT}, c: {SPLIT}}}"
    assert "splits: has 3 splits; at most 2 are read, unless TVRGEN_MAX_SPLITS is set to more" in fault(tmp_path, text)


def test_a_mesh_file_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    (tmp_path / "big.obj").write_bytes(bytes(100))
    monkeypatch.setenv("TVRGEN_MAX_MESH_BYTES", "99")
    assert "shapes.big.mesh: big.obj: has 100 bytes; at most 99" in fault(
        tmp_path, "vocabulary: {shapes: {big: {mesh: big.obj}}}"
    )
