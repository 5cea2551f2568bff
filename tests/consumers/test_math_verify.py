"""math-verify, which reads answers for Observe-R1: its reward over the export, and the rules that stand for it."""

import json
from functools import partial

import pytest
from math_verify import ExprExtractionConfig, LatexExtractionConfig, StringExtractionConfig, parse, verify

from tests.asked import wrong
from tests.consumers.rules import observe_r1

read = partial(parse, extraction_config=[StringExtractionConfig(), LatexExtractionConfig(), ExprExtractionConfig()])
"""As scripts/reward_func.py there calls it."""


def said(answer: str) -> str:
    return f"<observe>a</observe><think>b</think><answer>{answer}</answer>"


def test_right_answers_of_the_export_are_paid(exports, asked):
    rows = [json.loads(text) for text in (exports / "observe-r1/train.jsonl").read_text().splitlines()]
    assert {asked[row["id"]]["answer_form"] for row in rows} == {"choice", "number"}
    for row in rows:
        assert observe_r1.accuracy(said(row["answer"]), row["answer"], read, verify) == 1.0
        for answer in wrong(asked[row["id"]]):
            assert observe_r1.accuracy(said(answer), row["answer"], read, verify) == 0.0


@pytest.mark.parametrize("gold", observe_r1.PAID)
def test_what_the_reward_pays(gold):
    due = observe_r1.PAID[gold]
    assert {answer: observe_r1.accuracy(said(answer), gold, read, verify) for answer in due} == due


@pytest.mark.parametrize("gold", [*"ABCDEFGHIJ", *map(str, range(-3, 13)), "2.5", "0.5", "left", "red cube"])
def test_the_rules_pay_the_same(gold):
    for answer in [
        *"ABCDEFGHIJ",
        *"abcd",
        *map(str, range(-3, 13)),
        "2.5",
        "2.50",
        "red cube",
        "",
        "A. left",
        "3 cubes",
    ]:
        assert observe_r1.accuracy(said(answer), gold) == observe_r1.accuracy(said(answer), gold, read, verify), answer
