"""The reward as each trainer and evaluator calls it: all for the true answer, less for a wrong one, never an error."""

import json
import math
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.tiny import ROOT
from tvrgen.errors import UserError
from tvrgen.scoring.adapters import common, easyr1, lmms_eval, trl, verl, vlm_r1

CHANGES = [
    {"index": 2, "attribute": "color", "value": "cyan", "accepted": ["cyan"]},
    {"index": 4, "attribute": "position", "value": "front.1", "accepted": ["front.1", "front.2"]},
]
TRUTH = json.dumps({"changes": CHANGES})
RIGHT = "<think>The sphere turned cyan.</think><answer>2.color.cyan, 4.position.front.2</answer>"
WRONG = "<think>Nothing.</think><answer>3.color.cyan</answer>"
BEST = 11.0


def by_trl(response, truth=TRUTH):
    completions = [[{"role": "assistant", "content": response}]]
    return trl.reward(prompts=["?"], completions=completions, solution=[truth], trainer_state=None)[0]


def by_verl(response, truth=TRUTH, **options):
    return verl.compute_score("tvr", response, truth, extra_info={"id": "x"}, reward_router_address=None, **options)


def by_easyr1(response, truth=TRUTH, **options):
    given = [{"response": response, "response_length": 9, "ground_truth": truth}]
    return easyr1.compute_score(given, **options)[0]


def by_vlm_r1(response, truth=TRUTH):
    completions = [[{"role": "assistant", "content": response}]]
    return vlm_r1.reward(prompts=["?"], completions=completions, solution=[truth], image_path=[[]])[0]


def by_lmms_eval(response, truth=TRUTH):
    return lmms_eval.process_results({"id": "x", "question": "?", "ground_truth": truth}, [response])


CALLS = {
    "trl": by_trl,
    "verl": lambda response, truth=TRUTH: by_verl(response, truth)["score"],
    "easyr1": lambda response, truth=TRUTH: by_easyr1(response, truth)["overall"],
    "vlm-r1": by_vlm_r1,
    "lmms-eval": lambda response, truth=TRUTH: by_lmms_eval(response, truth)["tvr_reward"],
}
consumers = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


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
@given(response=JSON | st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
def test_any_response_gets_a_number(call, response):
    reward = call(response)
    assert isinstance(reward, float)
    assert math.isfinite(reward)
    assert reward <= BEST


def test_parts_of_the_reward():
    assert by_verl(RIGHT) == {"score": BEST, "acc": 1.0, "format": 1.0, "accuracy": 10.0, "share": 1.0}
    assert by_easyr1(RIGHT) == {"overall": BEST, "format": 1.0, "accuracy": 1.0, "share": 1.0}
    assert all(isinstance(part, float) for part in by_verl(WRONG).values())
    assert by_easyr1(RIGHT[:-9])["format"] == 0.0


def test_metrics_of_lmms_eval():
    assert by_lmms_eval(RIGHT) == {"tvr_accuracy": 1.0, "tvr_reward": BEST, "tvr_format": 1.0}
    assert lmms_eval.process_results({"changes": CHANGES}, [])["tvr_accuracy"] == 0.0
    assert lmms_eval.doc_to_text({"question": "What?"}, {"post_prompt": " Think."}) == "What? Think."


def test_options_go_by_keyword_or_environment(monkeypatch):
    twice = RIGHT.replace("2.color", "2.color.cyan, 2.color")
    assert by_verl(twice)["score"] == BEST - 1
    assert by_verl(twice, duplicates="ignore")["score"] == BEST
    assert by_easyr1(twice, duplicates="ignore", value=2)["overall"] == 5.0
    monkeypatch.setenv("TVRGEN_REWARD", " duplicates = ignore, format=0.5")
    assert {name: call(twice) for name, call in CALLS.items()} == dict.fromkeys(CALLS, BEST - 0.5)
    assert by_verl(twice, format=2)["score"] == BEST + 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no_chnage=1", "TVRGEN_REWARD: unknown option 'no_chnage' of the reward; did you mean 'no_change'?"),
        ("wrong=much", "TVRGEN_REWARD: wrong: 'much'; write a number"),
        ("reuse=perhaps", "TVRGEN_REWARD: reuse: 'perhaps'; write true or false"),
        ("duplicates=count", "TVRGEN_REWARD: duplicates: 'count'; write wrong or ignore"),
        ("reuse", "TVRGEN_REWARD: 'reuse'; write"),
    ],
)
def test_wrong_options_are_named(text, says, monkeypatch):
    monkeypatch.setenv("TVRGEN_REWARD", text)
    with pytest.raises(UserError, match="TVRGEN_REWARD") as error:
        common.options()
    assert str(error.value).startswith(says)


def test_easyr1_refuses_a_keyword_that_is_no_option():
    with pytest.raises(UserError, match="did you mean 'reuse'"):
        by_easyr1(RIGHT, reues=True)


def test_trl_leaves_out_rows_of_other_tasks():
    assert trl.reward(completions=[RIGHT, RIGHT], changes=[None, CHANGES]) == [None, BEST]
    with pytest.raises(UserError, match="keep one of the columns ground_truth, solution"):
        trl.reward(completions=[RIGHT], images=[[]])


@pytest.mark.parametrize(
    ("response", "text"),
    [
        ("a", "a"),
        ({"role": "assistant", "content": "a"}, "a"),
        ([{"role": "assistant", "content": "b"}, {"role": "assistant", "content": "a"}], "a"),
        ([{"content": [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]}], "ab"),
        ([], ""),
        (None, ""),
        (b"a", ""),
        ([[["a"]]], ""),
    ],
)
def test_text_of_a_response(response, text):
    assert common.text_of(response) == text


@pytest.mark.parametrize("name", ["trl", "verl", "easyr1", "vlm_r1", "lmms_eval"])
def test_importing_an_adapter_loads_no_framework(name):
    heavy = ("torch", "transformers", "datasets", "pandas", "PIL", "numpy", "trl", "verl", "lmms_eval")
    code = f"import sys, tvrgen.adapters.{name}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
