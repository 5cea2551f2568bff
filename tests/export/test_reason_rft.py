"""Reason-RFT, whose documented code reads the rows."""

import json
import re

import pytest

from tests.consumers.responses import FULL, NONE, wrong
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.export.run import export
from tvrgen.scoring import star_r1_reward


def test_reason_rft(exported, questions):
    """It finds calls of functions by words."""
    rows = json.loads((exported("reason-rft") / "train.json").read_text())
    for row, question in zip(rows, questions, strict=True):
        found = re.findall(r"change_(\w+)\((\d+), '(\w+)'\)", row["solution"])
        assert [(name, int(index)) for name, index, _ in found] == [
            (change["attribute"], change["index"]) for change in question["changes"]
        ]
        assert "<image>" not in row["problem"]
        said = f"<think>t</think><answer>{row['solution']}</answer>"
        assert star_r1_reward(said, row["solution"]).total == FULL
        assert star_r1_reward(said, question["changes"]).total == FULL
        assert star_r1_reward(wrong(question), row["solution"]).total == NONE


def test_objects_that_look_alike_are_refused(tmp_path):
    """Its list of objects has looks alone, so answers could not name one of two twins."""
    data = generate_flat(tmp_path / "data", load("sampling.twins=true"), FlatRenderer())
    with pytest.raises(UserError, match=r"reason-rft: split train has objects that look alike \(sampling\.twins\)"):
        export(data, "reason-rft", tmp_path / "out")
    assert not (tmp_path / "out").exists()
