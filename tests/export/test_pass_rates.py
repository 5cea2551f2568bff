"""Filters of pass rates."""

import json

import pytest

from tests.export.data import refused
from tests.export.rows import READ
from tvrgen.export.run import export


@pytest.fixture
def rates(questions, tmp_path):
    """A file of pass rates of all questions but the last two."""
    found = {line["id"]: k % 5 / 4 for k, line in enumerate(questions[:-2])}
    path = tmp_path / "rates.jsonl"
    path.write_text("".join(json.dumps({"id": name, "pass_rate": rate}) + "\n" for name, rate in found.items()))
    return path, found


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("pass_rate<0.7", lambda rate: rate < 0.7),
        ("pass_rate>=0.5", lambda rate: rate >= 0.5),
        ("pass_rate!=1", lambda rate: rate != 1),
        ("pass_rate=0,1", lambda rate: rate in (0, 1)),
    ],
)
def test_a_filter_keeps_questions_with_such_a_pass_rate(text, keeps, rates, flat_dataset, tmp_path):
    """And none without a pass rate, whatever the comparison."""
    path, found = rates
    export(flat_dataset, "llamafactory", tmp_path / "out", filters=text, pass_rates=path)
    kept = [row.id for row in READ["llamafactory"](tmp_path / "out", "train")]
    assert kept == [name for name, rate in found.items() if keeps(rate)]
    assert "--pass-rates pass_rates.jsonl" in (tmp_path / "out/README.md").read_text()


def test_other_pass_rates_are_another_export(rates, flat_dataset, tmp_path):
    path, found = rates
    arguments = flat_dataset, "llamafactory", tmp_path / "out"
    export(*arguments, filters="pass_rate<1", pass_rates=path)
    assert "is complete already" in export(*arguments, filters="pass_rate<1", pass_rates=found)
    refused("holds an export of another filter", *arguments, filters="pass_rate<1", pass_rates=found | {"x": 0.5})


@pytest.mark.parametrize(
    ("filters", "given", "says"),
    [
        (["pass_rate<0.7"], None, "pass_rates: is missing; the filter pass_rate<0.7 needs the pass_rates.jsonl"),
        ([], {"train-000000-left": 0.5}, "pass_rates: no filter compares them"),
        (["steps=1"], {"train-000000-left": 0.5}, "pass_rates: no filter compares them"),
        (["pass_rate<1"], {"other": 0.5}, "filters='pass_rate<1': keeps no question"),
        (["pass_rate<x"], {"other": 0.5}, "'x' is no number"),
    ],
)
def test_pass_rates_that_are_missing_or_for_nothing_are_refused(filters, given, says, flat_dataset, tmp_path):
    refused(says, flat_dataset, "llamafactory", tmp_path / "out", filters=filters, pass_rates=given)
    assert not (tmp_path / "out").exists()
