"""Harvests of made-up models: pass rates, data for fine-tuning and reinforcement learning, rounds."""

import json
from pathlib import Path

import pytest

import tvrgen
from tests.export.data import contents
from tests.export.rows import READ
from tests.harvesting import models
from tests.harvesting.models import REFUSED, SAMPLES, generated, has_color, no_color
from tests.tiny import SHIPPED, run
from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.dataset.reader import open_dataset
from tvrgen.export import FORMATS
from tvrgen.export import folder as export_folder
from tvrgen.harvesting.run import harvest
from tvrgen.scoring import reward

pytestmark = pytest.mark.rays


def rates_in(root: Path) -> dict[str, float]:
    lines = map(json.loads, (root / "pass_rates.jsonl").read_text().splitlines())
    return {line["id"]: line["pass_rate"] for line in lines}


def sft_rows(root: Path) -> list[dict]:
    return [row for path in sorted((root / "sft").glob("*.json")) if path.name.startswith("train")
            for row in json.loads(path.read_text())]  # fmt: skip


def rl_ids(root: Path) -> set[str]:
    return {row.id for row in READ["trl"](root, "train")} if root.exists() else set()


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_fine_tuned_on_is_right(name, ready, tmp_path):
    """Of every family of every ready config, in the form of its answers."""
    dataset = ready(name)
    first = open_dataset(dataset).splits[0]
    said = models.responses(dataset, lambda line: line["difficulty"]["score"] > 0.4, skill=2, split=first)
    harvest(dataset, said, tmp_path / "next")
    asked = {line["id"]: line for line in open_dataset(dataset).questions(first)}
    rows = json.loads((tmp_path / f"next/sft/{first}.json").read_text())
    assert [row["id"] for row in rows] == [*asked]
    for row in rows:
        user, assistant = row["messages"]
        assert reward(assistant["content"], asked[row["id"]]).correct
        assert assistant["content"] in said[row["id"]]
        assert user["content"].count("<image>") == len(row["images"])
        assert all((tmp_path / "next/sft" / image).is_file() for image in row["images"])


def test_a_model_that_never_sees_colours(dataset, lines, tmp_path):
    """It shows in the pass rates, in what is trained on, and in the kinds of the next problems."""
    said = models.responses(dataset, has_color, no_color, skill=1)
    harvest(dataset, said, tmp_path / "next")
    coloured = {line["id"] for line in lines if has_color(line)}
    assert 0 < len(coloured) < len(lines)
    rates = rates_in(tmp_path / "next")
    assert rates == {line["id"]: 1 / SAMPLES if line["id"] in coloured else 1.0 for line in lines}
    assert rl_ids(tmp_path / "next/rl-hard") == coloured
    assert not (tmp_path / "next/rl-medium").exists()
    assert {row["id"] for row in sft_rows(tmp_path / "next")} == set(rates)
    config = loader.load(tmp_path / "next/config.yaml")
    assert {kind for split in config.splits.values() for kind in split.kinds} == {"color"}


def test_a_model_that_gets_better_over_two_rounds(dataset, tmp_path):
    """Its failures go from hard to medium, and then there are none, and no further config."""
    hard, medium = [], []
    for number, skill in enumerate((1, 3, SAMPLES)):
        out = tmp_path / f"round{number}"
        said = harvest(dataset, models.responses(dataset, has_color, no_color, skill=skill), out, count=6)
        hard.append(bool(rl_ids(out / "rl-hard")))
        medium.append(any((out / "rl-medium").rglob("*.parquet")))
        if skill < SAMPLES:
            dataset = generated(tmp_path / f"data{number}", loader.load(out / "config.yaml"))
            assert len(list(open_dataset(dataset).scenes())) == 6
    assert hard == [True, False, False]
    assert medium == [False, True, False]
    assert not (out / "config.yaml").exists()
    assert "config.yaml: not written, as no sample is wrong" in said


def test_a_question_that_no_sample_answers_right(dataset, lines, tmp_path):
    """It may be at fault itself, so that it is hard only if the user says so."""
    said = models.responses(dataset, has_color, no_color)
    coloured = {line["id"] for line in lines if has_color(line)}
    printed = harvest(dataset, said, tmp_path / "without")
    assert "rl-hard: not written, as no question has pass_rate>0 and pass_rate<0.4" in printed
    assert coloured.isdisjoint(row["id"] for row in sft_rows(tmp_path / "without"))
    assert f"{len(coloured)} that no sample answers right" in (tmp_path / "without/sft/README.md").read_text()
    harvest(dataset, said, tmp_path / "with", unsolved=True)
    assert rl_ids(tmp_path / "with/rl-hard") == coloured


def test_one_sample_of_each_question_says_to_take_several(dataset, tmp_path):
    said = {name: own[:1] for name, own in models.responses(dataset, has_color, no_color).items()}
    assert (
        "rl-hard: not written, as no question has pass_rate>0 and pass_rate<0.4; sample each several times"
        in harvest(dataset, said, tmp_path / "next")
    )


def test_a_harvest_goes_on_where_it_was_stopped(dataset, tmp_path, monkeypatch):
    """And the same command writes the same bytes; one that is complete is left alone, and others are refused."""
    said = models.responses(dataset, has_color, no_color, skill=1)
    harvest(dataset, said, tmp_path / "whole")
    for stop in ("sft", "rl-hard", "harvest"):

        def stopped(self, finish=export_folder.Output.finish, stop=stop):
            if self.made_from["format"] == stop or self.root.name == stop:
                raise KeyboardInterrupt
            finish(self)

        out = tmp_path / stop / "whole"
        with monkeypatch.context() as patch:
            patch.setattr(export_folder.Output, "finish", stopped)
            with pytest.raises(KeyboardInterrupt):
                harvest(dataset, said, out)
        assert not (out / "export.json").exists()
        harvest(dataset, said, out)
        assert contents(out) == contents(tmp_path / "whole")
    assert "is complete already" in harvest(dataset, said, out)
    for options, what in (({"rank": 1}, "another filter, order, licence or other options"), ({}, "other responses")):
        other = said if options else {name: own[:-1] for name, own in said.items()}
        with pytest.raises(UserError, match=f"holds an export of {what}"):
            harvest(dataset, other, out, **options)
    (out / "config.yaml").write_text("")
    with pytest.raises(UserError, match="was altered after the export"):
        harvest(dataset, said, out)


def test_a_full_disk_is_one_line_and_the_same_command_continues(dataset, tmp_path, monkeypatch):
    said = models.responses(dataset, has_color, no_color, skill=1)

    def full(self, path, content, text=export_folder.Output.text):
        if path == "config.yaml":
            raise OSError(28, "No space left on device", str(self.root / path))
        text(self, path, content)

    with monkeypatch.context() as patch:
        patch.setattr(export_folder.Output, "text", full)
        with pytest.raises(UserError, match=r"config.yaml: No space left on device; the same command continues"):
            harvest(dataset, said, tmp_path / "next")
    assert (tmp_path / "next/sft/export.json").exists()
    assert not (tmp_path / "next/export.json").exists()
    harvest(dataset, said, tmp_path / "next")
    harvest(dataset, said, tmp_path / "other/next")
    assert contents(tmp_path / "next") == contents(tmp_path / "other/next")


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in REFUSED])
def test_the_hard_questions_are_written_in_any_format(name, dataset, tmp_path):
    harvest(dataset, models.responses(dataset, has_color, no_color, skill=1), tmp_path / "next", rl_format=name)
    written = json.loads((tmp_path / "next/rl-hard/export.json").read_text())
    assert written["made_from"]["format"] == name
    assert sum(written["questions"].values())


def test_test_splits_are_harvested_only_if_they_are_named(ready, tmp_path):
    dataset = ready("star_r1")
    said = models.responses(dataset, lambda line: False)
    printed = harvest(dataset, said, tmp_path / "next")
    tests = [name for name in open_dataset(dataset).splits if name.startswith("test")]
    assert f"left out: all of {', '.join(sorted(tests))}" in printed.splitlines()[0]
    assert {name.split("-")[0] for name in rates_in(tmp_path / "next")} == {"train"}
    alone = {name: own for name, own in said.items() if name.startswith("test")}
    with pytest.raises(UserError, match=r"has samples of test_.* alone, which is not to be trained on; name the split"):
        harvest(dataset, alone, tmp_path / "alone")
    harvest(dataset, alone, tmp_path / "alone", split=tests[0])
    assert {name.split("-")[0] for name in rates_in(tmp_path / "alone")} == {tests[0]}


def test_samples_of_any_form_are_read(dataset, lines, tmp_path):
    """Lines of one sample each, or lists; no text is a wrong sample; ids of nothing are left out, and said."""
    first, second, third = lines[:3]
    text = "\n".join(
        [
            json.dumps({"id": first["id"], "response": models.right(first)}),
            json.dumps({"id": second["id"], "responses": [models.right(second), None, 3, "\ud800", "x" * 10**6]}),
            json.dumps({"id": first["id"], "response": {"text": "no"}}),
            json.dumps({"id": "train-999999-left", "response": ""}),
            json.dumps({"id": third["id"], "responses": []}),
        ]
    )
    (tmp_path / "r.jsonl").write_text(text)
    printed = harvest(dataset, tmp_path / "r.jsonl", tmp_path / "next")
    assert rates_in(tmp_path / "next") == {first["id"]: 0.5, second["id"]: 0.2}
    assert f"left out: 2 ids without question or samples, such as '{third['id']}'" in printed


def test_the_command_does_what_the_function_does(dataset, tmp_path):
    said = models.responses(dataset, has_color, no_color, skill=1)
    (tmp_path / "r.jsonl").write_text("".join(json.dumps({"id": i, "responses": r}) + "\n" for i, r in said.items()))
    out = tmp_path / "command/next"
    done = run("harvest", dataset, tmp_path / "r.jsonl", "--out", out, "--without", "wait", "--count", "7", check=True)
    printed = tvrgen.harvest(dataset, tmp_path / "r.jsonl", tmp_path / "next", without="wait", count=7)
    assert done.stdout.splitlines()[1:] == printed.splitlines()[1:]
    assert contents(out) == contents(tmp_path / "next")
    exported = run("export", dataset, "trl", "--out", tmp_path / "low", "--filter", "pass_rate<0.7")
    assert exported.returncode == 2
    assert exported.stderr.startswith("tvrgen: error: --pass-rates: is missing")
    run("export", dataset, "trl", "--out", tmp_path / "low", "--filter", "pass_rate<0.7", "--pass-rates",
        out / "pass_rates.jsonl", check=True)  # fmt: skip
    assert rl_ids(tmp_path / "low") == rl_ids(out / "rl-hard")
