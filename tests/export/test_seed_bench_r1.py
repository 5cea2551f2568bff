"""SEED-Bench-R1, whose own loaders and reward read the rows of every ready config that it can hold."""

import json
from random import Random

import pytest

from tests.consumers.rules import seed_bench_r1
from tests.export.data import refused, with_rationales
from tests.tiny import ONE_FAMILY, SHIPPED
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.run import export
from tvrgen.export.seed_bench_r1 import levels

FITTING = [name for name in SHIPPED if name not in ONE_FAMILY]
CHOICES = "questions=[{family: relation}, {family: distance, as: choice}, {family: nearest, as: choice, each: 2}]"


def rows_of(out) -> dict[str, list[dict]]:
    """The rows of each file."""
    return {path.stem: [json.loads(text) for text in path.read_text().splitlines()] for path in out.glob("*.jsonl")}


def said(answer: str) -> str:
    return f"<think>I looked.</think><answer>{answer}</answer>"


@pytest.mark.rays
@pytest.mark.parametrize("config", FITTING)
def test_right_letters_are_paid_and_no_other_ones(ready, config, tmp_path):
    data, out = ready(config, *([] if config == "clips" else [CHOICES]), clips=True), tmp_path / "out"
    export(data, "seed-bench-r1", out)
    lines = {line["id"]: line for line in open_dataset(data).questions()}
    fitting = [key for key, line in lines.items() if len(line.get("options", ())) == 4]
    found = rows_of(out)
    assert sorted(row["sample_id"] for rows in found.values() for row in rows) == sorted(fitting)
    for name, rows in found.items():
        assert len({tuple(row) for row in rows}) == 1
        for row in rows:
            line = lines[row["sample_id"]]
            assert {*seed_bench_r1.REQUIRED} <= row.keys()
            assert ("golden_choice_idx" in row) == name.startswith("validation_L1_")
            media = seed_bench_r1.media(row, out / "EgoPlan")
            assert all(path.is_file() for path in media)
            assert [path.suffix for path in media] == [*([".mp4"] if "clip" in line else []), ".png"]
            asked = [seed_bench_r1.trained(row, Random(seed)) for seed in range(5)]
            if "golden_choice_idx" in row:
                asked.append(seed_bench_r1.inferred(row, out / "EgoPlan"))
                assert asked[-1][1] == said(f"{line['answer']}.").removeprefix("<think>I looked.</think>")
            for problem, solution in asked:
                assert problem.startswith(row["question"] + "\nA. ")
                assert all(problem.count(f". {option}\n") == 1 for option in line["options"])
                paid = {letter: seed_bench_r1.accuracy(said(letter), solution) for letter in "ABCD"}
                right = line["options"]["ABCD".index(line["answer"])]
                assert [letter for letter in "ABCD" if paid[letter]] == [problem.split(f". {right}\n")[0][-1]]
            assert row["question"].split("\n")[0] in line["question"]


@pytest.mark.rays
def test_the_thought_of_a_row_names_no_letter_that_the_trainer_shuffles(ready, tmp_path):
    export(ready("clips", with_rationales("clips"), clips=True), "seed-bench-r1", tmp_path / "out")
    for name, rows in rows_of(tmp_path / "out").items():
        assert all(row["rationale"] for row in rows)
        named = [row["rationale"].endswith(f"is {row.get('golden_choice_idx', '')}.") for row in rows]
        assert all(named) if name.startswith("validation") else not any("So the answer" in r["rationale"] for r in rows)


LEVELS = {
    "test": "{count: 1}",
    "test_fewer_views": "{count: 1, cameras: {final: [left]}}",
    "test_view": "{count: 1, cameras: {final: [left, low]}}",
    "test_objects": "{count: 1, sampling: {objects: 5}}",
    "val_kinds": "{count: 1, sampling: {kinds: [color, size]}}",
    "test_steps": "{count: 1, sampling: {steps: 1}}",
    "test_pairs": "{count: 1, sampling: {never: {color: [red]}}, cameras: {final: [high]}}",
    "test_families": "{count: 1, questions: [{family: counting}]}",
    "more": "{count: 1, cameras: {final: [beyond_high]}}",
}


def test_levels_follow_from_what_splits_change():
    splits = ", ".join(f"{name}: {own}" for name, own in {"train": "{count: 1}", **LEVELS}.items())
    overrides = ["scene=scenes/many_views.yaml", "cameras.final=[left, right]", f"splits={{{splits}}}"]
    config = loader.load("spatial", assignments([*overrides, "questions=[{family: distance}]"])).document
    assert levels(config) == {
        "train": "", "test": "L1", "test_fewer_views": "L1", "test_view": "L2", "test_objects": "L2", "val_kinds": "L3",
        "test_steps": "L3", "test_pairs": "L3", "test_families": "L3", "more": "",
    }  # fmt: skip


def test_levels_of_ready_configs():
    assert levels(loader.load("generalisation").document) == {
        "train": "", "test_same": "L1", "test_views": "L2", "test_views_and_combinations": "L3",
    }  # fmt: skip
    for name in SHIPPED:
        found = levels(loader.load(name).document)
        assert not next(iter(found.values()))
        assert all(bool(level) == split.startswith(("test", "val")) for split, level in [*found.items()][1:])


@pytest.mark.rays
def test_what_is_no_choice_among_four_is_refused(ready, tmp_path):
    match = r"no question is left .* \d+ that are no choice among 4 options \(as: choice\)"
    refused(match, ready("spatial", "questions=[{family: counting}]"), "seed-bench-r1", tmp_path / "out")
    assert not (tmp_path / "out").exists()
