"""Pass rates, and the file that holds them."""

import json

import numpy as np
import pytest

from tvrgen._support.errors import UserError
from tvrgen.scoring.pass_rates import PassRate, checked_rates, read_pass_rates


def test_what_is_written_is_read(tmp_path):
    rates = [PassRate("a", 3, 1), PassRate("b", 8, 0), PassRate("c", 1, 1)]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(own.line) + "\n" for own in rates))
    assert read_pass_rates(tmp_path / "r.jsonl") == {own.id: own.rate for own in rates} == {"a": 1 / 3, "b": 0, "c": 1}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no pass rates; write lines like"),
        ("no json", "r.jsonl:1: is not JSON.*pass_rate"),
        ('{"id": "a"}', "r.jsonl:1: holds .*; write lines like"),
        ('{"pass_rate": 1}', "r.jsonl:1: holds .*; write lines like"),
        ('{"id": "a", "pass_rate": 2}', "r.jsonl:1: holds .*; write lines like"),
        ('{"id": "a", "pass_rate": true}', "r.jsonl:1: holds .*; write lines like"),
        ('{"id": "a", "pass_rate": 0, "pass_rate": 1}', "r.jsonl:1: is not JSON: the key 'pass_rate' is there twice"),
        ('{"id": "a", "pass_rate": NaN}', "r.jsonl:1: holds .*; write lines like"),
        ('{"id": "a", "pass_rate": 1}\n{"id": "a", "pass_rate": 1}', "r.jsonl:2: a has a pass rate already"),
    ],
)
def test_files_that_hold_no_pass_rates_are_refused(text, says, tmp_path):
    (tmp_path / "r.jsonl").write_text(text)
    with pytest.raises(UserError, match=says) as caught:
        read_pass_rates(tmp_path / "r.jsonl")
    assert "\n" not in str(caught.value)


def test_numbers_by_ids_are_pass_rates_too():
    found = checked_rates({"a": np.float32(0.5), "b": 1, "c": 0.25})
    assert found == {"a": 0.5, "b": 1.0, "c": 0.25}
    assert {type(rate) for rate in found.values()} == {float}


@pytest.mark.parametrize("given", [{"a": "0.5"}, {"a": None}, {"a": True}, {"a": 1.5}, {"a": float("nan")}, {3: 0.5}])
def test_other_values_are_no_pass_rates(given):
    with pytest.raises(UserError, match=r"pass_rates: has .*; write an id and a number from 0 to 1"):
        checked_rates(given)
