"""Validation: a sound dataset has no fault, and every damage is found and named."""

import json

import pytest
from PIL import Image

from tests.tiny import run
from tvrgen import validate

SHARD = "train/shard-00001"


def change_line(path, change):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    change(lines[0])
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def scene(change):
    return lambda root: change_line(root / SHARD / "scenes.jsonl", change)


def asked(change):
    return lambda root: change_line(root / SHARD / "questions.jsonl", change)


def truncate(root):
    path = root / SHARD / "images/000002-final-left.png"
    path.write_bytes(path.read_bytes()[:60])


def shrink(root):
    Image.new("RGB", (8, 8)).save(root / SHARD / "images/000003-initial-center.png")


def drop_line(root):
    path = root / SHARD / "questions.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))


def remove(name):
    import shutil

    return lambda root: shutil.rmtree(root / name) if (root / name).is_dir() else (root / name).unlink()


DAMAGES = {
    "truncated picture": (truncate, "000002-final-left.png: is no picture"),
    "wrong size": (shrink, "is 8x8, not 80x60"),
    "missing picture": (remove(f"{SHARD}/images/000002-final-left.png"), "000002-final-left.png: is missing"),
    "missing shard": (remove(SHARD), "shard-00001: is missing; run tvrgen generate again"),
    "missing records": (remove(f"{SHARD}/scenes.jsonl"), "scenes.jsonl: is missing"),
    "missing manifest": (remove(f"{SHARD}/shard.json"), "shard.json"),
    "changed hash": (
        lambda r: (r / SHARD / "shard.json").write_text('{"files": {}}'),
        "hash differs from dataset.json",
    ),
    "question lost": (drop_line, "does not hold each problem's questions"),
    "not JSON": (lambda r: (r / SHARD / "scenes.jsonl").write_text("{"), "scenes.jsonl:1: is not JSON"),
    "other final state": (
        scene(lambda s: s["final"]["objects"][0].update(color="cyan")),
        "train-000002: final: is not what replaying the steps gives",
    ),
    "impossible step": (scene(lambda s: s["steps"][0].update(value="red")), "steps: cannot be replayed"),
    "unknown object": (scene(lambda s: s["steps"][0].update(object=9)), "steps: cannot be replayed"),
    "accepted too much": (scene(lambda s: s["steps"][0]["accepted"].append("red")), "steps[0].accepted"),
    "on stage": (scene(lambda s: s["initial"]["objects"][0].update(on_stage=False)), "on_stage does not follow"),
    "off schema": (scene(lambda s: s.pop("lights")), "lights: is missing"),
    "wrong answer": (asked(lambda q: q.update(answer="0.color.red")), "'0.color.red' does not follow from the steps"),
    "wrong changes": (asked(lambda q: q["changes"].pop()), "changes: do not follow"),
    "wrong prompt": (asked(lambda q: q.update(question="What?")), "question: is not the prompt"),
    "wrong objects": (asked(lambda q: q["initial_objects"].pop()), "initial_objects: are not those of the scene"),
    "no scene": (asked(lambda q: q.update(scene="train-000099")), "no sound scene line 'train-000099'"),
    "config": (
        lambda r: (r / "dataset.json").write_text((r / "dataset.json").read_text().replace('"seed": 7', '"seed": 8')),
        "hash: is not the hash of the config",
    ),
}


def test_a_sound_dataset_has_no_fault(flat_dataset):
    assert list(validate.faults(flat_dataset)) == []


@pytest.mark.parametrize("name", DAMAGES)
def test_every_damage_is_named(name, flat_dataset):
    damage, expected = DAMAGES[name]
    damage(flat_dataset)
    faults = list(validate.faults(flat_dataset))
    assert any(expected in fault for fault in faults), faults
    assert all("\n" not in fault for fault in faults)


def test_the_command_names_the_fault_and_exits_1(flat_dataset, tmp_path):
    result = run("validate", flat_dataset)
    assert result.returncode == 0
    assert "sound, 15 questions in train" in result.stdout
    truncate(flat_dataset)
    result = run("validate", flat_dataset)
    assert result.returncode == 1
    assert "000002-final-left.png" in result.stdout
    result = run("validate", tmp_path / "nothing")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
