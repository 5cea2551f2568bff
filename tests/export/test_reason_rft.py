"""Reason-RFT: its rows, and questions for which it has no words."""

import copy
import json
import re

import pytest

from tests.consumers import loaders
from tests.consumers.responses import FULL, NONE, wrong
from tests.export.data import suited
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.reason_rft import ReasonRft
from tvrgen.export.run import export
from tvrgen.scoring import star_r1_reward


def test_reason_rft(dataset, tmp_path):
    """It finds calls of functions by words."""
    data = suited("reason-rft", dataset)
    export(data, "reason-rft", tmp_path / "out")
    rows = json.loads((tmp_path / "out/train.json").read_text())
    for row, question in zip(rows, open_dataset(data).questions("train"), strict=True):
        found = re.findall(r"change_(\w+)\((\d+), '(\w+)'\)", row["solution"])
        assert [(name, int(index)) for name, index, _ in found] == [
            (change["attribute"], change["index"]) for change in question["changes"]
        ]
        assert row["answer"] == row["solution"]
        assert not {"<image>", "no change", "position", "front"} & set(re.split(r"[^\w<> ]", row["problem"]))
        said = f"<think>t</think><answer>{row['solution']}</answer>"
        assert star_r1_reward(said, row["solution"]).total == FULL
        assert star_r1_reward(said, question["changes"]).total == FULL
        assert star_r1_reward(wrong(question), row["solution"]).total == NONE
    limit = int(re.search(r"--max_prompt_length (\d+)", (tmp_path / "out/README.md").read_text())[1])
    around = 3000  # characters of its own prompt
    assert limit > loaders.QWEN_TOKENS_A_CHARACTER * (max(len(row["problem"]) for row in rows) + around) + 12


def test_what_moves_can_be_left_out(dataset, tmp_path):
    with pytest.raises(UserError, match="leave it out: --filter 'kind!=position'"):
        export(dataset, "reason-rft", tmp_path / "out")
    with pytest.raises(UserError, match="keeps no question"):
        export(dataset, "reason-rft", tmp_path / "out", filters=["kind!=position"])


CHANGE = {"objects": [0], "index": 0, "attribute": "color", "value": "blue", "accepted": ["blue"]}
OTHER = {"objects": [1], "index": 1, "attribute": "size", "value": "large", "accepted": ["large"]}
REFUSED = {
    "nothing": ([], "has no change, and Reason-RFT pays nothing for that; generate with sampling.no_change=0"),
    "five": (
        [{**CHANGE, "objects": [k], "index": k} for k in range(5)],
        "has 5 changes, .* asks for 4 at most; .*--filter 'steps<=4'",
    ),
    "twice": ([CHANGE, OTHER, CHANGE], "makes the same change twice, which .* counts once; .*sampling.repeat=false"),
    "a colour": ([{**CHANGE, "value": "teal"}], "has color teal, which Reason-RFT's prompt does not have"),
    "a kind": ([{**CHANGE, "attribute": "turn", "value": "90"}], "has turn 90, which Reason-RFT's prompt does not"),
    "a move": (
        [{**CHANGE, "attribute": "position", "value": "left.1"}],
        "moves an object, and Reason-RFT has no words for how far; generate with",
    ),
}
"""Question -> its changes, and what is said of them."""


@pytest.mark.parametrize("name", REFUSED)
def test_questions_that_it_cannot_pay_are_refused(name, questions):
    changes, said = REFUSED[name]
    with pytest.raises(UserError, match=f"reason-rft: train-000000-left {said}") as caught:
        ReasonRft.refuse(None, {**questions[0], "changes": changes})
    assert "\n" not in str(caught.value)
    ReasonRft.refuse(None, {**questions[0], "changes": [CHANGE, OTHER]})


def test_objects_are_named_by_its_own_words(questions):
    line = copy.deepcopy({**questions[0], "changes": [CHANGE]})
    line["initial_objects"][1]["material"] = "wood"
    with pytest.raises(UserError, match="has material wood, which"):
        ReasonRft.refuse(None, line)


def test_the_same_call_twice_is_paid_less_there():
    """So is what it has no words for: why such questions are refused."""
    solution = "change_color(0, 'red'), change_color(0, 'red')"
    assert loaders.reason_rft_accuracy(f"<answer>{solution}</answer>", solution) == 0.5
    assert loaders.reason_rft_accuracy("<answer>no change</answer>", "no change") == 0.0


def test_objects_that_look_alike_are_refused(tmp_path):
    """Its list of objects has looks alone, so answers could not name one of two twins."""
    data = generate_flat(tmp_path / "data", load("sampling.twins=true"), FlatRenderer())
    with pytest.raises(UserError, match=r"reason-rft: split train has objects that look alike \(sampling\.twins\)"):
        export(data, "reason-rft", tmp_path / "out")
    assert not (tmp_path / "out").exists()
