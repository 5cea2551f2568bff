"""Lines of format 1: read as those of the latest format, and written as they were."""

import json

import pytest

from tests.dataset.test_old_datasets import DATASETS, OLD
from tests.tiny import handmade, load, question_lines, scene_line
from tvrgen._support.errors import UserError
from tvrgen.dataset import records
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.upgrade import upgraded, written

CONFIG = load()
SPLIT = CONFIG.split("train")
PLANNED = handmade(CONFIG, SPLIT, 0)
LINES = {"scene": scene_line(PLANNED, SPLIT), "question": question_lines(PLANNED, SPLIT, 0)[0]}
FORMER = [name for name in DATASETS if name.endswith("-files")]


def stored(root, kind) -> list[str]:
    return [line for path in sorted(root.glob(f"*/*/{kind}s.jsonl")) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("dataset", FORMER)
def test_former_lines_are_written_to_the_byte(dataset, kind):
    """They fit the schema of today, and going back gives what the version then wrote."""
    texts = stored(OLD / dataset, kind)
    assert len(texts) in (4, 7)
    for text in texts:
        line = upgraded(json.loads(text), kind)
        records.check(line, kind, "line")
        assert records.dump(written(line, kind, 1)) == text


@pytest.mark.parametrize("dataset", DATASETS)
def test_former_datasets_are_read_in_the_latest_form(dataset):
    found = open_dataset(OLD / dataset)
    steps = [step for line in found.scenes() for step in line["steps"]]
    changes = [change for line in found.questions() for change in line["changes"]]
    assert {tuple(step) for step in steps} == {tuple(LINES["scene"]["steps"][0])}
    assert {tuple(change) for change in changes} == {tuple(LINES["question"]["changes"][0])}


@pytest.mark.parametrize("kind", LINES)
def test_a_line_of_the_latest_format_stays_and_a_former_one_becomes_the_same(kind):
    line = json.loads(records.dump(LINES[kind]))
    assert upgraded(line, kind) is line
    assert written(line, kind, 2) is line
    former = written(line, kind, 1)
    assert former != line
    assert records.dump(upgraded(former, kind)) == records.dump(line)


def test_what_an_object_becomes_is_known_from_the_steps_after_it():
    objects = [{"color": color, "on_stage": True} for color in ("red", "blue")]
    steps = [
        {"object": 0, "kind": "color", "value": value, "from": {"color": before}, "accepted": [value]}
        for before, value in (("red", "green"), ("green", "gray"))
    ]
    final = [{"color": "gray", "on_stage": True}, objects[1]]
    line = upgraded({"initial": {"objects": objects}, "final": {"objects": final}, "steps": steps}, "scene")
    changed = [(d["before"]["color"], d["after"]["color"]) for step in line["steps"] for d in step["differences"]]
    assert changed == [("red", "green"), ("green", "gray")]


FAULTS = [None, [], "line", {}, {"steps": 3}, {"steps": [[]]}, {"steps": [{"object": "0"}]}, {"changes": [{}]}]
FAULTS += [{"steps": [{"object": 9}], "initial": {"objects": []}, "final": {"objects": []}}]


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("line", FAULTS, ids=map(str, FAULTS))
def test_what_is_no_line_stays_as_it_is(kind, line):
    assert upgraded(line, kind) is line


@pytest.mark.parametrize("changes", [{"object": [0]}, {"type": "up"}, {"type": []}, {"from": {"size": "large"}}])
def test_a_former_step_of_another_form_is_refused(changes):
    former = written(json.loads(records.dump(LINES["scene"])), "scene", 1)
    former["steps"][1].update(changes)
    with pytest.raises(UserError, match=r"^line: train-000000: steps\[1?0?\]"):
        records.check(upgraded(former, "scene"), "scene", "line")


def test_several_objects_do_not_fit_into_the_former_format():
    scene, question = (json.loads(records.dump(line)) for line in LINES.values())
    scene["steps"][0].update(objects=[0, 1], roles=2 * scene["steps"][0]["roles"])
    del question["changes"][0]["index"]
    for kind, line in (("scene", scene), ("question", question)):
        with pytest.raises(UserError, match=r"has format 1, .* cannot hold; choose another folder"):
            written(line, kind, 1)
