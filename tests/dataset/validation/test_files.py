"""A dataset as a whole: a sound one has no fault, and dataset.json and config.json say what its shards are."""

import shutil

import pytest

from tests.dataset.validation import test_problems, test_shards
from tests.dataset.validation.damages import (
    CONTENTS,
    SHARD,
    change_json,
    check_named,
    description,
    remove,
    seal,
    swap,
    turn_round,
)
from tvrgen._support.errors import UserError
from tvrgen.cli import main
from tvrgen.dataset.validation.files import dataset_faults

DAMAGES = {
    "missing shard": (remove(SHARD), "shard-00001: is missing; run tvrgen generate again"),
    "missing config": (remove("config.json"), "config.json: cannot be read"),
    "stray shard": (
        lambda r: shutil.copytree(r / SHARD, r / "train/shard-00009"),
        "shard-00009: does not belong to the dataset",
    ),
    "no versions": (description(lambda d: d.update(versions={})), "dataset.json does not list"),
    "empty versions": (description(lambda d: d["versions"].update(flat=[])), "does not list '1'"),
    "count": (description(lambda d: d["splits"]["train"].update(count=6)), "splits.train.count: holds 6; expected 5"),
    "problems": (description(lambda d: d["splits"]["train"].update(problems=4)), "splits.train.problems: holds 4"),
    "questions": (description(lambda d: d["splits"]["train"].update(questions=1)), "splits.train.questions: holds 1"),
    "shard of another size": (description(lambda d: d["shards"][0].update(problems=1)), "shards[0].problems: holds 1"),
    "shards swapped": (description(lambda d: swap(d["shards"])), "shards[0].path"),
    "shard not listed": (description(lambda d: d["shards"].pop(1)), "shard-00001: is not listed in dataset.json"),
    "no shards": (description(lambda d: d.update(shards=[])), "shards: lists none; run tvrgen generate again"),
    "shard that is none": (description(lambda d: d["shards"][0].update(path="train/shard-00009")), "is not listed"),
    "hash of a shard": (description(lambda d: d["shards"][0].update(sha256="0")), "hash differs from dataset.json"),
    "unknown key": (description(lambda d: d.update(extra=None)), "dataset.json: extra: does not belong there"),
    "hash of the config": (description(lambda d: d.update(hash="0")), "hash: is not the hash of the config"),
    "config": (description(lambda d: d["config"].update(seed=8)), "hash: is not the hash of the config"),
    "config.json": (
        lambda r: change_json(r / "config.json", lambda c: c.update(seed=8)),
        "config.json: seed: holds 8; expected 7",
    ),
    "order of values": (
        lambda r: change_json(r / "config.json", lambda c: turn_round(c["vocabulary"], "colors")),
        "config.json: vocabulary.colors: its keys are in another order",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_every_damage_is_named(name, dataset):
    check_named(dataset, *DAMAGES[name])


def test_a_sound_dataset_has_no_fault(dataset):
    assert list(dataset_faults(dataset)) == []
    seal(dataset)
    assert list(dataset_faults(dataset)) == []


def test_each_of_several_faults_is_named(dataset):
    for name in ("answer", "intrinsics"):
        test_problems.DAMAGES[name][0](dataset)
    for name in ("gray picture", "missing run.json"):
        test_shards.DAMAGES[name][0](dataset)
    assert len(list(dataset_faults(dataset))) == 4


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_a_description_that_is_none_is_refused_in_one_line(content, dataset):
    (dataset / "dataset.json").write_bytes(content)
    with pytest.raises(UserError, match=r"dataset\.json: ") as caught:
        list(dataset_faults(dataset))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", [None, 5, "x", [1], {"train": None}, [{"path": 1}], {"train": {"questions": "1"}}])
@pytest.mark.parametrize("key", ["versions", "hash", "splits", "shards", "config"])
def test_a_description_that_lacks_a_part_is_refused(key, part, dataset):
    change = (lambda d: d.update({key: part})) if part is not None else (lambda d: d.pop(key))
    change_json(dataset / "dataset.json", change)
    if (key, part) == ("hash", "x"):
        assert len(list(dataset_faults(dataset))) == 1
        return
    with pytest.raises(UserError, match=r"dataset\.json") as caught:
        list(dataset_faults(dataset))
    assert "\n" not in str(caught.value)


def test_the_command_names_the_faults_and_exits_1(dataset, tmp_path, capsys):
    assert main.main(["validate", str(dataset)]) == 0
    assert "sound, 15 questions in train" in capsys.readouterr().out
    test_shards.DAMAGES["truncated picture"][0](dataset)
    assert main.main(["validate", str(dataset)]) == 1
    assert "000002-final-left.png: cannot be read as an image" in capsys.readouterr().out
    (dataset / "dataset.json").write_text("[]")
    for nothing in (dataset, tmp_path / "nothing"):
        assert main.main(["validate", str(nothing)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
