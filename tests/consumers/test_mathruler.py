"""mathruler, which compares answers for OpenVLThinker: its reward over the export, and the rules that stand for it."""

import json

from mathruler.grader import grade_answer

from tests.asked import said, wrong
from tests.consumers.rules import openvlthinker


def test_right_answers_of_the_export_are_paid(exports, asked):
    for row in json.loads((exports / "openvlthinker/sft/train.json").read_text()):
        line, response = asked[row["id"]], row["messages"][1]["content"]
        assert openvlthinker.paid(response, line["answer"], grade_answer) == 1.0
        assert openvlthinker.paid(said(line["answer"]), line["answer"], grade_answer) == 0.5
        assert not any(openvlthinker.paid(said(answer), line["answer"], grade_answer) for answer in wrong(line))


ANSWERS = [
    *"ABCDEFGHIJ", *map(str, range(13)), "2.5", "2.50", "3.0", "left", "right", "first", "second", "80 degrees",
    "60 degrees", "80", "red cube", "small red cube", "the same size", "none of these", "red cube, sphere, blue cone",
    "sphere, red cube, blue cone", "no change", "0.color.blue", "1.color.blue", "0.position.front_left.1", "0+2.swap",
    "2+0.swap", "color(0, 'blue')", "large red metal cube.color.blue", "red cube.size.large",
]  # fmt: skip
"""Answers of tvrgen's kinds."""


def test_the_rules_compare_as_it_does():
    for gold in ANSWERS:
        for answer in ANSWERS:
            assert openvlthinker.alike(answer, gold) == grade_answer(answer, gold), (answer, gold)
