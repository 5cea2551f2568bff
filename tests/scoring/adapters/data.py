"""A right answer, and the calls by which each adapter is asked for its reward."""

import json

import pytest

from tvrgen.scoring.adapters import easyr1, lmms_eval, trl, verl, vlm_r1

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
