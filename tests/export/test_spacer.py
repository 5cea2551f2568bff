"""SpaceR and Video-R1, whose own loaders and rewards read the rows of every ready config that they can hold."""

import json
import re

import pytest

from tests.consumers.rules import spacer, video_r1
from tests.export.data import refused, two_splits, with_rationales, wrong
from tests.tiny import ONE_FAMILY, SHIPPED
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.reader import Reader
from tvrgen.export.run import export
from tvrgen.questions.forms.choice import LETTERS

FITTING = [name for name in SHIPPED if name not in ONE_FAMILY]


def rows_of(out) -> list[dict]:
    return [json.loads(text) for path in sorted(out.glob("*.jsonl")) for text in path.read_text().splitlines()]


def said(answer: str, drawn: dict | None = None) -> str:
    thought = "I looked." if drawn is None else f"I looked. <map>{drawn}</map>"
    return f"<think>{thought}</think>\n<answer>{answer}</answer>"


@pytest.fixture(scope="module", params=FITTING)
def made(request, ready, tmp_path_factory):
    """A ready config's dataset, and the exports of its questions to both."""
    root, data = tmp_path_factory.mktemp(request.param), ready(request.param, clips=True)
    for name in ("spacer", "video-r1"):
        export(data, name, root / name)
    return data, root


@pytest.mark.rays
def test_right_answers_are_paid_in_full_and_wrong_ones_less(made):
    data, root = made
    lines = {line["id"]: line for line in open_dataset(data).questions()}
    for row in rows_of(root / "video-r1"):
        assert {*video_r1.REQUIRED} <= row.keys()
        assert video_r1.accuracy(said(video_r1.answer(row["solution"])), row) == 1.0
        assert not any(video_r1.accuracy(said(answer), row) for answer in wrong(lines[row["problem_id"]]))
    known = spacer.maps(root / "spacer")
    rows = rows_of(root / "spacer")
    assert len({tuple(row) for row in rows}) == 1
    for row in rows:
        assert {*spacer.REQUIRED} <= row.keys()
        right = spacer.answer(row["solution"])
        assert spacer.reward(said(right), row, known) == 2.0
        assert all(spacer.reward(said(answer), row, known) < 2.0 for answer in wrong(lines[row["problem_id"]]))
        names = spacer.prompt_names(row, known)
        if names is not None:
            drawn = known[spacer.name(row)]
            assert spacer.reward(said(right, drawn), row, known) == pytest.approx(3.0)
            assert all(
                spacer.accuracy(said(answer, drawn), row, known) < 2.0 for answer in wrong(lines[row["problem_id"]])
            )
            assert spacer.accuracy(said(right, {}), row, known) == 0.0


@pytest.mark.rays
@pytest.mark.parametrize("name", ["spacer", "video-r1"])
def test_rows_hold_the_questions_of_one_picture_with_a_letter_or_a_number(made, name):
    data, root = made
    lines = {line["id"]: line for line in open_dataset(data).questions()}
    rows = {row["problem_id"]: row for row in rows_of(root / name)}
    fitting = [
        key for key, line in lines.items()
        if line["answer_form"] in ("choice", "number") and ("clip" in line or len(line["images"]) == 1)
        and (name == "video-r1" or line["answer"] != "0")
    ]  # fmt: skip
    assert [*rows] == sorted(fitting, key=lambda key: (lines[key]["split"], fitting.index(key)))
    for key, row in rows.items():
        line = lines[key]
        assert row["data_type"] == ("video" if "clip" in line else "image")
        path = video_r1.file(row, root / name)
        shown = line["clip"]["file"] if "clip" in line else line["images"][0]
        assert path.is_file()
        assert path.suffix == shown[shown.rindex(".") :]
        asked = video_r1.question(row)
        assert not re.search("</?(think|answer)>", asked)
        assert row["problem"].split(" If you draw")[0].strip() in line["question"]
        for letter, option in zip(LETTERS, line.get("options", ()), strict=False):
            assert asked.count(f"{letter}. {option}\n") == 1
        assert asked.count("Options:\n") == ("options" in line)


@pytest.mark.rays
@pytest.mark.parametrize("config", FITTING)
def test_what_is_trained_before_is_paid_in_full(ready, config, tmp_path):
    data = ready(config, with_rationales(config), clips=True)
    for name in ("spacer", "video-r1"):
        export(data, name, tmp_path / name)
    known = spacer.maps(tmp_path / "spacer")
    for row in rows_of(tmp_path / "video-r1"):
        response = f"{row['process']}\n{row['solution']}"
        assert len(row["process"]) > len("<think></think>")
        assert video_r1.accuracy(response, row) == video_r1.well_formed(response) == 1.0
    for row, trained in zip(rows_of(tmp_path / "spacer"), rows_of(tmp_path / "spacer/sft"), strict=True):
        assert trained | {"solution": row["solution"]} == row
        best = 2.0 if spacer.prompt_names(row, known) is None else 3.0
        assert spacer.reward(trained["solution"], row, known) == pytest.approx(best)


@pytest.mark.rays
@pytest.mark.parametrize("config", SHIPPED)
def test_the_core_of_a_prompt_lacks_options_and_how_to_answer_alone(ready, config):
    data = open_dataset(ready(config, clips=True))
    for question in Reader(data, data.splits[0]).questions(images=False):
        offered = [f"{letter}. {text}" for letter, text in zip(LETTERS, question.line.get("options", ()), strict=False)]
        lines = question.line["question"].split("\n")
        left = [line for line in lines if line not in offered and not re.search("</?(think|answer)>", line)]
        assert "\n".join(left).strip() == question.core
        assert 0 < len(left) < len(lines) - len(offered) + 1


@pytest.mark.parametrize("name", ["spacer", "video-r1", "seed-bench-r1"])
def test_questions_that_stand_beside_how_to_answer_are_left_out(name, tmp_path):
    text = "What is number {number}? Write {how} inside <answer></answer>.{options}"
    asked = f"questions=[{{family: 'tests.asked:Sides', as: choice, prompt: {{text: '{text}'}}}}]"
    said = "leaves out 21 that say how to answer in the line of the question"
    refused(said, two_splits(tmp_path / "data", asked), name, tmp_path / "out")


@pytest.mark.rays
def test_maps_show_where_the_objects_in_sight_stand(made):
    """Its places, written anew: turned to the viewer of the picture, and divided into ten cells a side."""
    data, root = made
    known = spacer.maps(root / "spacer")
    scenes = {scene["id"]: scene for scene in open_dataset(data).scenes()}
    mapped = {spacer.name(row): row for row in rows_of(root / "spacer") if row["data_source"] == "SR_dataset"}
    assert known.keys() == mapped.keys()
    for name, found in known.items():
        assert {*found} == {"cube", "sphere", "cylinder"}
        split, number, when, view = f"{name}-initial-center".split("-")[:4]  # a clip has the name of its scene alone
        line = scenes[f"{split}-{number}"]
        own = line["mirrored"] if view.endswith("_mirrored") else line
        cameras = own["cameras"] | (own.get("final_cameras", {}) if when == "final" else {})
        x, y, _ = cameras[view]["location"]
        assert abs(y) < x  # it looks along -x: right is +y, away is -x
        cells = [
            (thing["shape"], min(9, (thing["position"][1] + 20) // 4), min(9, (20 - thing["position"][0]) // 4))
            for thing, sight in zip(own[when]["objects"], own["visibility"][when][view], strict=True)
            if thing["on_stage"] and sight["pixels"]
        ]
        assert sorted(cells) == sorted((shape, *cell) for shape, listed in found.items() for cell in listed)


MAP = {"red cube": [[3, 7]], "sphere": [[0, 0]]}


@pytest.mark.parametrize(
    ("kind", "gold", "response", "paid"),
    [
        ("multiple choice", "B", said("B"), (1, 1)),
        ("multiple choice", "B", said("B."), (0, 1)),
        ("multiple choice", "B", said("b"), (0, 1)),
        ("multiple choice", "B", said("B", MAP), (2, 1)),
        ("multiple choice", "B", f"<think>.</think><map>{MAP}</map><answer>B</answer>", (2, 0)),
        ("multiple choice", "B", said("B", {"Red Cube": [[3, 7]]}), (1.5, 1)),
        ("multiple choice", "B", said("B", {"cone": [[3, 7]]}), (0, 1)),
        ("multiple choice", "C", said("B", MAP), (0, 1)),
        ("numerical", "3", said("3"), (1, 1)),
        ("numerical", "3", said("three"), (1, 1)),
        ("numerical", "5", said("4"), (0.6, 1)),
        ("numerical", "0", said("0"), (0, 1)),
        ("numerical", "-3", said("100"), (1, 1)),
        ("numerical", "3", said("a 3"), (0, 1)),
        ("numerical", "1200", said("1,200"), (0, 1)),
        ("numerical", "3", said("3", MAP), (2, 1)),
        ("numerical", "3", "3", (0, 0)),
    ],
)
def test_rules_pay_what_was_measured(kind, gold, response, paid):
    row = {"problem_type": kind, "solution": f"<answer>{gold}</answer>", "path": "./images/one.png"}
    assert (spacer.accuracy(response, row, {"one": MAP}), spacer.well_formed(response)) == pytest.approx(paid)


def test_a_map_is_worth_nothing_where_none_is_known():
    row = {"problem_type": "multiple choice", "solution": "<answer>B</answer>", "path": "./images/one.png"}
    assert spacer.accuracy(said("B", MAP), row, {}) == 0
    assert spacer.accuracy(said("B", MAP), row, {"one": {"Red Cube": [[3, 7]], "Sphere": [[0, 0]]}}) == 0


@pytest.mark.rays
@pytest.mark.parametrize("name", ["spacer", "video-r1"])
@pytest.mark.parametrize("config", ONE_FAMILY)
def test_datasets_that_ask_what_changed_alone_are_refused(ready, config, name, tmp_path):
    said = r"no question is left for this format: it leaves out \d+ that ask what changed, which its reward cannot"
    refused(said, ready(config), name, tmp_path / "out")
    assert not (tmp_path / "out").exists()
