"""Maps as answers: what is read, what is near, and what is no map."""

import json
import random

import pytest

from tvrgen.questions.forms.map import Map

FORM = Map()
TRUTH = {"form": "map", "value": {"red cube": [[3.5, 7.25]], "sphere": [[0.0, 10.0], [4.0, 4.0]]}}
RIGHT = '{"red cube": [[3, 7]], "sphere": [[0, 9], [4, 4]]}'


def share(text):
    return FORM.judge(text, TRUTH).share


@pytest.mark.parametrize(
    "text",
    [
        RIGHT,
        RIGHT.replace('"', "'"),
        f"```json\n{RIGHT}\n```",
        RIGHT.upper(),
        '{"the red cube": [3, 7], "sphere": [[4, 4], [0, 9]]}',
        '{"red_cube": [[3, 7]], "sphere": [[0, 9], [3, 3]]}',  # 4.0 is on the line between two cells
        '{"red cube": [[3.5, 7.2]], "sphere": [[0.4, 9.9], [4.5, 4.5]]}',
    ],
)
def test_right_maps(text):
    assert FORM.judge(text, TRUTH) == (1.0, "")


def test_the_answer_is_written_and_right():
    assert FORM.write(TRUTH["value"]) == RIGHT
    assert not FORM.fault(TRUTH)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"red cube": [[3, 7]]}', 1 / 3),
        ('{"red cube": [[3, 7]], "sphere": [[0, 9]]}', 2 / 3),
        (RIGHT[:-1] + ', "cylinder": [[1, 1]]}', 3 / 4),
        ('{"red cube": [[3, 7], [3, 7]], "sphere": [[0, 9], [4, 4]]}', 3 / 4),
        ('{"cone": [[3, 7]]}', 0),
        ("{}", 0),
        ('{"red cube": [[3, 7]], "sphere": [[0, 9], [7, 8]]}', 1 - 5 / (10 * 2**0.5) / 3),
    ],
)
def test_shares(text, expected):
    assert share(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    ["", "no", "[[3, 7]]", '{"red cube": 3}', '{"red cube": [[3]]}', '{"red cube": [["3", 7]]}', '{"a": [[true, 1]]}',
     '{"red cube": [[3, 7]], "red cube": [[1, 1]]}', '{"a": [[NaN, 1]]}', '{"a": [[1e999, 1]]}', "[" * 5000,
     json.dumps({"red cube": [[1, 1]] * 51}), RIGHT + " " * 20_000 + "x"],
)  # fmt: skip
def test_faults(text):
    verdict = FORM.judge(text, TRUTH)
    assert verdict.share == 0
    assert verdict.fault


def test_nearer_is_better():
    shares = [share(RIGHT.replace("[4, 4]", f"[4, {y}]")) for y in range(4, 10)]
    assert shares == sorted(shares, reverse=True)
    assert len({*shares}) == 6


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"Red": [[1, 1]]},
        {"a-b": [[1, 1]]},
        {"a": []},
        {"a": [[1, 11]]},
        {"a": [[1]]},
        {"a": [1, 1]},
        {"a": 3},
    ],
)
def test_truths_that_are_none(value):
    assert FORM.fault({"form": "map", "value": value})


def test_guesses_are_maps_of_the_names():
    rng = random.Random(0)
    shares = [share(FORM.guess(TRUTH, rng.randrange)) for _ in range(300)]
    assert 0.4 < sum(shares) / 300 < 0.75
    assert "[x, y]" in FORM.how(TRUTH)
