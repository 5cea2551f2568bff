"""Versions of a dataset: later formats are refused, and so is a run by another plan; what can be checked is checked."""

import json
import logging
import re
import shutil

import pytest

import tvrgen
from tests.dataset.validation.damages import seal
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.dataset import versions
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.validation.files import dataset_faults
from tvrgen.sampling.version import PLAN

SCENES, QUESTIONS = "train/shard-00001/scenes.jsonl", "train/shard-00001/questions.jsonl"


def change(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def set_plan(root, plan, maker):
    """Makes a dataset look as if a tvrgen `maker` with another plan had made it."""
    for path in root.glob("*/*/run.json"):
        run = json.loads(path.read_text())
        change(path, plan=plan, versions={**run["versions"], "tvrgen": maker})
    made = json.loads((root / "dataset.json").read_text())["versions"]
    change(root / "dataset.json", plan=plan, versions={**made, "tvrgen": [maker]})


@pytest.fixture
def of_another_plan(flat_dataset):
    set_plan(flat_dataset, PLAN + 1, "9.0.0")
    return flat_dataset


def test_format_and_plan_come_first(flat_dataset):
    description = json.loads((flat_dataset / "dataset.json").read_text())
    assert [*description.items()][:2] == [("format", versions.FORMAT), ("plan", PLAN)]
    runs = [json.loads(path.read_text()) for path in flat_dataset.glob("*/*/run.json")]
    assert {(run["format"], run["plan"]) for run in runs} == {(versions.FORMAT, PLAN)}


@pytest.mark.parametrize("command", [open_dataset, lambda root: list(dataset_faults(root)),
                                     lambda root: generate_flat(root, load(), FlatRenderer())])  # fmt: skip
@pytest.mark.parametrize("keys", [{"format": 3}, {"format": 4, "shards": "elsewhere"}])
def test_a_later_format_is_one_line_that_says_which_tvrgen_reads_it(command, keys, flat_dataset):
    change(flat_dataset / "dataset.json", **keys)
    message = rf"format {keys['format']} is newer than this tvrgen {tvrgen.__version__}, which reads formats up to 2; "
    with pytest.raises(UserError, match=message):
        command(flat_dataset)


@pytest.mark.parametrize("keys", [{"format": "2"}, {"plan": None}])
def test_a_number_that_is_none_describes_no_dataset(keys, flat_dataset):
    change(flat_dataset / "dataset.json", **keys)
    with pytest.raises(UserError, match="does not describe a dataset"):
        open_dataset(flat_dataset)


@pytest.mark.parametrize("lost", [(), ("dataset.json",), ("dataset.json", "train/shard-00000/run.json")])
def test_a_run_by_another_plan_is_refused(lost, of_another_plan):
    """Also where the run before it was killed, so that there is no dataset.json."""
    for name in lost:
        (of_another_plan / name).unlink()
    before = {path: path.read_bytes() for path in of_another_plan.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match=rf"made by plan {PLAN + 1}; .*another folder, or pip install tvrgen==9\.0\.0"):
        generate_flat(of_another_plan, load("splits.train.count=6"), FlatRenderer())
    assert {path: path.read_bytes() for path in of_another_plan.rglob("*") if path.is_file()} == before


def test_a_dataset_without_shards_takes_any_plan(of_another_plan):
    shutil.rmtree(of_another_plan / "train")
    generate_flat(of_another_plan, load(), FlatRenderer())
    assert open_dataset(of_another_plan).description["plan"] == PLAN


def test_a_sound_dataset_of_another_plan_is_sound_and_says_what_was_not_checked(of_another_plan, caplog):
    """Its problems are not those that this design deals."""
    assert list(dataset_faults(of_another_plan)) == []
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert f"was made by plan {PLAN + 1}, and this tvrgen {tvrgen.__version__} has plan {PLAN}" in caplog.text
    set_plan(of_another_plan, PLAN, tvrgen.__version__)
    assert any("by the design" in fault for fault in dataset_faults(of_another_plan))


@pytest.mark.parametrize(("value", "plan", "sound"), [("left.1", 1, True), ("up.1", 1, False), ("left.1", 0, False)])
def test_another_plan_may_have_accepted_more(value, plan, sound, flat_dataset):
    """Any value of the kind, in lines that agree with one another."""
    if plan:
        set_plan(flat_dataset, PLAN + plan, "9.0.0")
    for name in (SCENES, QUESTIONS):
        lines = [json.loads(line) for line in (flat_dataset / name).read_text().splitlines()]
        for line in lines:
            step = line.get("steps", line.get("changes"))[1]
            assert value not in step["accepted"]
            step["accepted"].append(value)
        (flat_dataset / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    seal(flat_dataset)
    assert (list(dataset_faults(flat_dataset)) == []) == sound


def edited(name, edit):
    """A damage to the first record of a file, with checksums that are right."""

    def damage(root):
        first, *rest = (root / name).read_text().splitlines()
        record = json.loads(first)
        edit(record)
        (root / name).write_text("\n".join([json.dumps(record), *rest]) + "\n")
        seal(root)

    return damage


FAULTS = {
    "file": (lambda root: (root / QUESTIONS).write_text(""), "size or hash differs"),
    "image": (lambda root: (root / "train/shard-00001/images/000002-final-left.png").unlink(), "is missing"),
    "schema": (edited(SCENES, lambda s: s.pop("lights")), "lights: is missing"),
    "step": (edited(SCENES, lambda s: s["steps"][0].update(value="green")), "hash: holds"),
    "final state": (
        edited(SCENES, lambda s: s["final"]["objects"][0].update(color="green")),
        r"final\.objects\[0\]\.color: holds 'green'; expected 'blue'",
    ),
    "rule": (
        edited(SCENES, lambda s: s["initial"]["objects"][1].update(position=s["initial"]["objects"][0]["position"])),
        "breaks the rule",
    ),
    "answer": (edited(QUESTIONS, lambda q: q.update(answer="0.color.red")), "answer: holds"),
    "accepted": (edited(QUESTIONS, lambda q: q["changes"][1]["accepted"].pop()), "accepted: has"),
    "format": (lambda root: change(root / "train/shard-00001/run.json", format=1), "format: is 1; expected 2"),
    "run": (lambda root: change(root / "train/shard-00001/run.json", plan=PLAN), "plan: is 2; expected 3"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_needs_no_planning_is_checked_by_any_plan(name, of_another_plan):
    damage, message = FAULTS[name]
    damage(of_another_plan)
    assert re.search(message, "\n".join(dataset_faults(of_another_plan)))


def test_texts_that_were_drawn_are_not_compared_by_another_plan(of_another_plan):
    edited(QUESTIONS, lambda q: q.update(question="What is different?"))(of_another_plan)
    assert list(dataset_faults(of_another_plan)) == []
