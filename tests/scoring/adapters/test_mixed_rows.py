"""Rows whose right answers are none of ours: of other tasks in mixed training, of a wrong column, or broken."""

import functools
import json
import sys
from types import SimpleNamespace

import pytest

from tests.scoring.adapters.data import BEST, CALLS, CHANGES, RIGHT, TRUTH, by_ms_swift, by_verl
from tvrgen._support.errors import UserError
from tvrgen.scoring.adapters import easyr1, lmms_eval, trl, verl, vlm_r1

FOREIGN = ["42", "", "\\boxed{72}", 42, 3.5, float("nan"), ["a"], {"a": 1}, b"x", True, "[" * 5000, "{" * 99, "\ud800"]
FOREIGN += [{"changes": 3}, {"changes": [{"index": float("inf"), "attribute": "color", "value": "red"}]}, [None]]
FOREIGN.append(functools.reduce(lambda inner, _: [inner], range(5000), 7))  # nested 5,000 deep
NONE_OF_OURS = ("verl", "easyr1", "vlm-r1", "lmms-eval")
"""Adapters of consumers that know no rows of other tasks, or tell them by another column."""


@pytest.mark.parametrize("truth", FOREIGN, ids=map(str, range(len(FOREIGN))))
def test_trl_and_ms_swift_leave_out_rows_of_other_tasks(truth):
    columns = {"changes": [None, CHANGES, None], "answer": [truth, "2.color.cyan", None], "task": ["a", "b", "c"]}
    assert trl.reward(completions=[RIGHT] * 3, **columns) == [None, BEST, None]
    assert by_ms_swift(RIGHT, truth) is None


def test_the_column_that_counts_is_chosen_for_each_row():
    columns = {
        "solution": ["x = 42", None, "7"],
        "answer": [None, "2.color.cyan", "9"],
        "ground_truth": [TRUTH, None, ""],
    }
    assert trl.reward(completions=[RIGHT] * 3, **columns) == [BEST, 5.0, None]


def test_trl_of_rows_without_any_column_of_ours():
    with pytest.raises(UserError, match="keep one of the columns ground_truth, solution"):
        trl.reward(completions=[RIGHT], images=[[]])


@pytest.mark.parametrize("name", NONE_OF_OURS)
def test_a_wrong_column_is_said_at_the_first_batch_and_raises_nothing_later(name, caplog):
    for _ in range(2):
        with pytest.raises(UserError, match=r"^'what[?]' is no right answer; give the column") as error:
            CALLS[name](RIGHT, "what?")
        assert "\n" not in str(error.value)
    assert CALLS[name](RIGHT) == BEST
    assert not caplog.messages
    assert [CALLS[name](RIGHT, truth) for truth in FOREIGN] == [0.0] * len(FOREIGN)
    assert caplog.messages == ["'42' is no right answer; such rows get the reward 0"]


def test_trl_warns_once(caplog):
    for truth in ("4\n2", "43"):
        trl.reward(completions=[RIGHT], answer=[truth])
    assert caplog.messages == ["'4\\n2' is no right answer; such rows get no reward of tvrgen"]


def test_a_batch_with_some_right_answers_goes_on():
    given = [{"response": RIGHT, "ground_truth": truth} for truth in ("42", TRUTH, None)]
    assert [row["overall"] for row in easyr1.compute_score(given)] == [0.0, BEST, 0.0]
    assert vlm_r1.reward([RIGHT] * 2, ["<answer> 42 </answer>", f"<answer> {TRUTH} </answer>"]) == [0.0, BEST]
    assert lmms_eval.process_results({"answer": "42"}, [RIGHT])["tvr_reward"] == 0.0


@pytest.fixture
def own(monkeypatch):
    """The calls of verl's own function; it scores 1, or for math_dapo a mapping."""
    calls = []

    def default_compute_score(data_source, solution_str, ground_truth, extra_info=None, sandbox_fusion_url=None):
        calls.append((data_source, solution_str, ground_truth, extra_info, sandbox_fusion_url))
        if data_source == "unknown":
            raise NotImplementedError("Reward function is not implemented for data_source='unknown'")
        return {"score": -1.0, "acc": False, "pred": "7"} if data_source == "math_dapo" else 1.0

    module = SimpleNamespace(default_compute_score=default_compute_score)
    monkeypatch.setitem(sys.modules, "verl", SimpleNamespace(__path__=[]))
    monkeypatch.setitem(sys.modules, "verl.utils", SimpleNamespace(__path__=[]))
    monkeypatch.setitem(sys.modules, "verl.utils.reward_score", module)
    return calls


def test_other_data_sources_are_scored_by_verl(own):
    options = {"opened": True, "sandbox_fusion_url": "u", "reward_router_address": None}
    found = verl.compute_score("openai/gsm8k", "#### 72", "72", {"a": 1}, **options)
    assert own == [("openai/gsm8k", "#### 72", "72", {"a": 1}, "u")]
    assert found == {"score": 1.0, "acc": 1.0, "format": 0.0, "accuracy": 1.0, "share": 1.0}
    assert found.keys() == by_verl(RIGHT).keys()
    failed = verl.compute_score("math_dapo", "x", "7")
    assert failed == {"score": -1.0, "acc": 0.0, "format": 0.0, "accuracy": -1.0, "share": -1.0}
    assert all(isinstance(part, float) for part in failed.values())


def test_a_row_of_ours_with_another_data_source(own):
    assert verl.compute_score("my_tvr", RIGHT, TRUTH)["score"] == BEST
    assert verl.compute_score("my_tvr", RIGHT, json.loads(TRUTH))["score"] == BEST
    assert not own


def test_a_data_source_that_nobody_scores(own):
    with pytest.raises(UserError, match=r"^data source 'unknown' is neither 'tvr' nor one that verl scores$"):
        verl.compute_score("unknown", "x", "7")


def test_other_data_sources_without_verl(monkeypatch):
    monkeypatch.setitem(sys.modules, "verl", None)
    with pytest.raises(UserError, match=r"^data source 'openai/gsm8k' is not 'tvr', and there is no verl to score it"):
        verl.compute_score("openai/gsm8k", "...", "72", {})
