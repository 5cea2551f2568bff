"""SVQA-R1: pairs of twins, and what its reward of two groups pays for their answers."""

import io

import pytest
from PIL import Image, ImageOps

from tests import asked
from tests.asked import said, wrong
from tests.consumers.rules import svqa_r1
from tests.export.data import refused
from tests.export.rows import tables
from tests.tiny import SHIPPED, FlatRenderer, generate_flat, load
from tvrgen.config.loader import load as ready_config
from tvrgen.dataset.reader import open_dataset
from tvrgen.export import run
from tvrgen.export.run import export
from tvrgen.scoring import reward, two_group_rewards

READ = tables("data/{split}-*.parquet")

TWINS = [
    name for name in SHIPPED
    if any(own.twin for split in ready_config(name).splits for own in ready_config(name).split(split).questions)
]  # fmt: skip
"""The ready configs with twins."""


def pairs(dataset, split="train"):
    """The lines of twins, the mirrored one second."""
    lines = {line["id"]: line for line in open_dataset(dataset).questions(split)}
    return [(line, lines[line["twin"]]) for line in lines.values() if "twin" in line and "mirrored" not in line]


def check(row, line, twin):
    assert (row["pair_id"], row["id_flipped"], row["transform"]) == (line["id"], twin["id"], "hflip")
    assert row["invariant"] == (line["answer"] == twin["answer"]) == (not line["flips"])
    for own, end in ((line, ""), (twin, "_flipped")):
        images = [image["bytes"] for image in row[f"images{end}"]]
        assert len(images) == len(own["images"])
        (user, asks), (assistant, answers) = svqa_r1.turns(row[f"messages{end}"], images)
        assert (user, assistant) == ("user", "assistant")
        assert asks == [*images, own["question"]]
        assert answers == [own["answer"]] == [row[f"answer{end}"]]


@pytest.mark.rays
@pytest.mark.parametrize("name", SHIPPED)
def test_rows_of_ready_configs(ready, name, tmp_path):
    if name not in TWINS:
        refused(r"no question is left .* that have no twin \(generate with", ready(name), "svqa-r1", tmp_path / "out")
        return
    export(ready(name), "svqa-r1", tmp_path / "out")
    for split in open_dataset(ready(name)).splits:
        for row, (line, twin) in zip(READ(tmp_path / "out", split), pairs(ready(name), split), strict=True):
            check(row, line, twin)
            right = [said(line["answer"]), said(twin["answer"])]
            truths = [row["ground_truth"], row["ground_truth_flipped"]]
            assert two_group_rewards(right[:1] * 3, truths[0], right[1:] * 3, truths[1]) == tuple(svqa_r1.best(3))
            if reward(right[0], twin).correct:
                continue  # the same answer is right of both
            # who is right of one image and says the same of its mirror image gets less for both
            answers = [row["answer"], row["answer_flipped"]]
            unmoved = two_group_rewards(right[:1], truths[0], right[:1], truths[1])
            assert all(paid < 1 for (paid,) in unmoved)
            alike = two_group_rewards(right[:1], answers[0], right[:1], answers[1], svqa_r1.exact)
            assert list(alike) == svqa_r1.rewards([right[:1]] * 2, answers, svqa_r1.exact) == [[0.5], [0.5]]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Twins of several families among questions without."""
    return asked.dataset(tmp_path_factory.mktemp("asked") / "data")


def test_questions_without_twin_are_left_out_and_counted(mixed, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "PART", 5)
    told = export(mixed, "svqa-r1", tmp_path / "out")
    lines, due = list(open_dataset(mixed).questions("train")), pairs(mixed)
    without = sum("twin" not in line for line in lines)
    assert f"{2 * len(due)} questions for SVQA-R1 (left out: {without} that have no twin" in told
    rows = list(READ(tmp_path / "out", "train"))
    for row, (line, twin) in zip(rows, due, strict=True):
        check(row, line, twin)
        for one, other in zip(row["images"], row["images_flipped"], strict=True):
            with Image.open(io.BytesIO(one["bytes"])) as image, Image.open(io.BytesIO(other["bytes"])) as flipped:
                assert ImageOps.mirror(image).tobytes() == flipped.tobytes()
        best = two_group_rewards([said(line["answer"])], row["ground_truth"], [said(twin["answer"])], twin)
        assert best == ([1.0], [1.0])
        for answer in wrong(line):
            both = two_group_rewards([said(answer)], row["ground_truth"], [said(twin["answer"])], twin)
            assert all(paid < 1 for (paid,) in both)
    assert {len(row["images"]) for row in rows} == {2}
    text = (tmp_path / "out/README.md").read_text()
    assert "## Twins" not in text
    assert f"Questions left out: {without} that have no twin" in text


@pytest.mark.rays
def test_a_pair_is_kept_if_filters_keep_both_and_stays_together(ready, tmp_path):
    data = ready("views")
    export(data, "svqa-r1", tmp_path / "out", order="difficulty", filters=["level!=here.left", "family!=changes"])
    asked_of = [(one, two) for one, two in pairs(data) if "family" in one]
    due = [pair for pair in asked_of if "here.left" not in (pair[0]["level"], pair[1]["level"])]
    assert any(two["level"] == "here.left" for _, two in asked_of)
    assert 0 < len(due) < len(asked_of)
    due.sort(key=lambda pair: pair[0]["difficulty"]["score"])
    for row, (line, twin) in zip(READ(tmp_path / "out", "train"), due, strict=True):
        check(row, line, twin)
    refused("keeps no question", data, "svqa-r1", tmp_path / "none", filters="mirrored=yes")


def test_without_twins_it_is_refused(tmp_path):
    data = generate_flat(tmp_path / "data", load(), FlatRenderer())
    refused(
        r"15 that have no twin \(generate with questions that have twin: true\)$", data, "svqa-r1", tmp_path / "out"
    )
    assert not (tmp_path / "out").exists()
