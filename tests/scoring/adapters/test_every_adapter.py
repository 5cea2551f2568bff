"""The reward as each consumer calls it: all for the true answer, less for a wrong one, never an error."""

import json
import math
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.scoring.adapters.data import BEST, CHANGES, RIGHT, TRUTH, WRONG, consumers
from tests.tiny import ROOT


@consumers
@pytest.mark.parametrize("truth", [TRUTH, json.dumps(CHANGES)], ids=["object", "list"])
def test_the_true_answer_gets_the_full_reward_and_a_wrong_one_does_not(call, truth):
    assert call(RIGHT, truth) == BEST
    assert call(WRONG, truth) == 1.0 - 1.0 - 1.0
    assert call(RIGHT.replace("cyan<", "red<").replace("color.cyan", "color.red"), truth) == 1.0 + 1.5 + 5.0
    assert call("", truth) == -2.0


@consumers
def test_an_answer_by_description(call):
    truth = json.dumps({"changes": CHANGES[:1], "looks": [["large", "red", "metal", "cube"]] * 2 + [["small", "red"]]})
    assert call("<think>t</think><answer>small red.color.cyan</answer>", truth) == 6.0
    assert call("<think>t</think><answer>red.color.cyan</answer>", truth) < 6.0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["content", "text", "role", "x"]), inner),
    max_leaves=10,
)
PIECES = ["<answer>", "</answer>", "<think>", "</think>", "2.color.cyan", "change_color(2, 'red')", ",", "[", "\n"]


@consumers
@example(response=float("nan"))
@example(response="<answer>" * 100_000)
@example(response="<think></think><answer>" + "2.color.cyan, " * 10_000 + "</answer>")
@example(response="<answer>" + "[" * 100_000 + "</answer>")
@example(response="x" * 1_000_000)
@settings(deadline=None)
@given(response=JSON | st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
def test_any_response_gets_a_number(call, response):
    reward = call(response)
    assert isinstance(reward, float)
    assert math.isfinite(reward)
    assert reward <= BEST


@pytest.mark.parametrize("name", ["trl", "verl", "easyr1", "vlm_r1", "lmms_eval"])
def test_importing_an_adapter_loads_no_framework(name):
    heavy = ("torch", "transformers", "datasets", "pandas", "PIL", "numpy", "trl", "verl", "lmms_eval")
    code = f"import sys, tvrgen.adapters.{name}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
