"""OpenVLThinker: stages by difficulty, sentences before answers, and its own reward over the rows."""

import json

import pytest

from tests import asked
from tests.consumers.rules import llamafactory
from tests.consumers.rules.openvlthinker import alike, paid
from tests.export.data import contents, kept, refused, suited, with_rationales, wrong
from tests.export.rows import read, tables
from tests.export.test_folder import stopped_after
from tests.tiny import ONE_FAMILY, SHIPPED
from tvrgen.config import loader
from tvrgen.dataset.reader import open_dataset
from tvrgen.export import one_text, run
from tvrgen.export.reasoning import SENTENCE
from tvrgen.export.run import export

GRPO = ("grpo-medium", "grpo-hard")


def said(answer: str) -> str:
    return f"<think>I looked.</think>\nThat is it.\n<answer>{answer}</answer>"


def pays_right_answers_alone(root, out, split):
    """Asserts it of the exported rows of a split, whose questions are those with one right text."""
    lines = {line["id"]: line for line in open_dataset(root).questions(split)}
    rows = read("openvlthinker", out, split)
    assert [row.id for row in rows] == [line["id"] for line in kept("openvlthinker", lines.values())]
    for row in rows:
        line = lines[row.id]
        assert "\n" not in row.truth
        assert paid(said(row.truth), row.truth) == 1.0
        assert wrong(line)
        assert not any(paid(said(answer), row.truth) for answer in wrong(line))
    for _, response, images in llamafactory.conversations(out / "sft", f"tvr_{split}"):
        gold = response.rsplit("<answer>", 1)[1].removesuffix("</answer>")
        assert paid(response, gold) == 1.0
        assert response.startswith("<think>")
        assert all(image.is_file() for image in images)


@pytest.mark.rays
@pytest.mark.parametrize("name", SHIPPED)
def test_right_answers_of_ready_configs_are_paid(ready, name, tmp_path):
    more = [f"splits.{split}.count=12" for split in loader.load(name).splits if name in ONE_FAMILY]
    root = ready(name, with_rationales(name), *more)  # few questions have one change, with one right value
    for split in open_dataset(root).splits:
        count = len(kept("openvlthinker", open_dataset(root).questions(split)))
        if count >= 3:
            export(root, "openvlthinker", tmp_path / split, split=split)
            pays_right_answers_alone(root, tmp_path / split, split)
        else:
            match = (
                "no question is left for this format: it leaves out" if not count else f"has {count} questions? for 3"
            )
            refused(match, root, "openvlthinker", tmp_path / split, split=split)
            assert not (tmp_path / split).exists()


@pytest.mark.rays
@pytest.mark.parametrize("steps", ["sampling.steps=1", "sampling.no_change=1"])
def test_questions_of_one_change_or_none_are_paid(ready, steps, tmp_path):
    root = ready("star_r1", "question.rationale=short", "splits.train.count=6", steps)
    export(root, "openvlthinker", tmp_path / "out", split="train")
    pays_right_answers_alone(root, tmp_path / "out", "train")


def test_stages_are_thirds_from_easy_to_hard(dataset, tmp_path):
    root = suited("openvlthinker", dataset)
    export(root, "openvlthinker", tmp_path / "out")
    for split, count in (("train", 15), ("test", 6)):
        scores = {line["id"]: line["difficulty"]["score"] for line in open_dataset(root).questions(split)}
        sft = json.loads((tmp_path / f"out/sft/{split}.json").read_text())
        stages = [sft, *(list(tables(f"{stage}/{{split}}/*.parquet")(tmp_path / "out", split)) for stage in GRPO)]
        assert [len(stage) for stage in stages] == [count // 3] * 3
        found = [scores[row["id"]] for stage in stages for row in stage]
        assert found == sorted(scores.values())
        assert len(set(found)) > 1


@pytest.mark.parametrize("part", [1, 4, 1000])
def test_stages_do_not_depend_on_parts(part, tmp_path, monkeypatch):
    """A part may lie in two stages."""
    root = asked.dataset(tmp_path / "data")
    whole = [row.id for row in kept_rows(root, tmp_path / "whole")]
    monkeypatch.setattr(run, "PART", part)
    assert [row.id for row in kept_rows(root, tmp_path / "parts")] == whole


def kept_rows(root, out):
    export(root, "openvlthinker", out)
    return read("openvlthinker", out)


@pytest.mark.parametrize("name", ["openvlthinker", "vision-r1"])
def test_goes_on_where_it_was_stopped(dataset, name, tmp_path, monkeypatch):
    """Each part has files of two kinds."""
    monkeypatch.setattr(run, "PART", 4)
    root = suited(name, dataset)
    export(root, name, tmp_path / "at once/out")
    for count in (0, 3, 7):
        stopped_after(monkeypatch, count, root, name, tmp_path / "in pieces/out")
    export(root, name, tmp_path / "in pieces/out")
    assert contents(tmp_path / "in pieces/out") == contents(tmp_path / "at once/out")


def test_prompts_ask_for_the_sentence_that_responses_have(tmp_path):
    root = asked.dataset(tmp_path / "data")
    export(root, "openvlthinker", tmp_path / "out")
    lines = {line["answer"]: line for line in open_dataset(root).questions("train")}
    for prompt, response, _ in llamafactory.conversations(tmp_path / "out/sft", "tvr_train"):
        assert prompt.endswith(f"\n{SENTENCE.asks}")
        thought, rest = response.removeprefix("<think>").split("</think>")
        sentence, answer = rest.removesuffix("</answer>").split("<answer>")
        *before, last = lines[answer]["rationale"]
        assert (thought, sentence.strip()) == (" ".join(own["text"] for own in before), last["text"])


def test_too_few_for_three_stages_are_refused(dataset, tmp_path):
    root, one = suited("openvlthinker", dataset), {"filters": "view=left"}
    refused("split test has 2 questions for 3 stages; generate more", root, "openvlthinker", tmp_path / "out", **one)
    assert not (tmp_path / "out").exists()
    export(root, "openvlthinker", tmp_path / "out", split="train", **one)


@pytest.mark.parametrize("name", ["openvlthinker", "vision-r1"])
def test_a_dataset_without_rationales_is_refused(dataset, name, tmp_path):
    match = "which the dataset does not have; generate with question.rationale=full"
    refused(match, dataset, name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


LEFT_OUT = {
    "several changes": ({"changes": [{"accepted": ["red"]}] * 2}, "several changes"),
    "several ways": ({"changes": [{"accepted": ["front.1", "front.2"]}]}, "said in several ways"),
    "alternatives": ({"changes": [{"accepted": ["red"]}], "alternatives": [[]]}, "said in several ways"),
    "a map": ({"family": "map", "answer_form": "map", "truth": {}}, "map"),
    "a distance": ({"family": "distance", "answer_form": "number", "truth": {"approximate": True}}, "any number near"),
    "a change": ({"changes": [{"accepted": ["red"]}]}, ""),
    "none": ({"changes": []}, ""),
    "a choice of maps": ({"family": "map", "answer_form": "choice", "truth": {}}, ""),
    "a number": ({"family": "counting", "answer_form": "number", "truth": {}}, ""),
}
"""Question -> its line, and why it is left out."""


@pytest.mark.parametrize("name", LEFT_OUT)
def test_questions_with_several_right_texts_are_told(name):
    line, why = LEFT_OUT[name]
    assert why in one_text.several(line)
    assert bool(why) == bool(one_text.several(line))


def test_why_they_are_left_out():
    """The same changes in another order, and the other values that are right, would be paid nothing."""
    assert paid(said("2.shape.cube, 7.color.gray"), "7.color.gray, 2.shape.cube") == 0.0
    assert paid(said("0.position.front.2"), "0.position.front.1") == 0.0
    assert paid(said("3.9"), "3.8") == 0.0


def test_what_it_pays():
    assert paid("<think>t</think><answer>7.color.gray</answer>", "7.color.gray") == 0.5
    assert paid("<think>t</think>So.<answer>7.COLOR.gray</answer>", "7.color.gray") == 1.0
    assert paid("<think>t</think>So.<answer>\n7.color.gray\n</answer>", "7.color.gray") == 0.0
    assert paid("B", "b") == 1.0
    assert alike("3.0", "3")
    assert alike("80", "80 degrees")
    assert not alike("3.1", "3")
