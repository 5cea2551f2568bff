"""A right answer, and the calls by which each adapter is asked for its reward."""

import importlib
import json
import sys
from types import ModuleType, SimpleNamespace

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


def stand_in(name, **members):
    """Adds a module for one that is not installed; its packages, too."""
    parts = name.split(".")
    for k in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:k]), ModuleType(".".join(parts[:k])))
    vars(sys.modules[name]).update(members)


def by_ms_swift(response, truth=TRUTH):
    completions, adapter = [response], _over_stand_in("swift.rewards", "ms_swift", ORM=object, orms={})
    return adapter.Tvr()(completions, solution=[truth], tvr_id=["x"])[0]


def by_reasoning_gym(response, truth=TRUTH):
    adapter = _over_stand_in("reasoning_gym.factory", "reasoning_gym", DATASETS={"tvr": 0}, register_dataset=None)
    return adapter.TvrDataset.score_answer(None, response, {"answer": "?", "metadata": {"ground_truth": truth}})


class Base:
    """Stands for any class of verifiers."""

    def __class_getitem__(cls, _):
        return cls


def by_verifiers(response, truth=TRUTH):
    marks = {"reward": lambda method: method, "metric": lambda method: method}
    classes = dict.fromkeys(("TaskData", "Task", "Taskset", "TasksetConfig", "Trace"), Base)
    adapter = _over_stand_in("verifiers.v1", "verifiers", **marks, **classes)
    task = SimpleNamespace(data=SimpleNamespace(ground_truth=truth))
    try:
        adapter.TvrTask.tvr(task, SimpleNamespace(last_reply=response)).send(None)
    except StopIteration as done:
        return done.value


class Fields:
    """Stands for any record of NeMo Gym."""

    def __init__(self, **fields):
        vars(self).update(fields)


def by_nemo_gym(response, truth=TRUTH):
    names = ("BaseResourcesServerConfig", "BaseVerifyRequest", "BaseVerifyResponse", "SimpleResourcesServer")
    adapter = _over_stand_in("nemo_gym.base_resources_server", "nemo_gym", **dict.fromkeys(names, Fields))
    said = SimpleNamespace(output=[], output_text=response)
    body = SimpleNamespace(response=said, ground_truth=truth, model_dump=lambda exclude: {"id": "x"})
    try:
        adapter.TvrResourcesServer.verify(None, body).send(None)
    except StopIteration as done:
        return done.value.total


def _over_stand_in(name, adapter, **members):
    """An adapter, over the consumer's module if it is installed, else over one that has the names that it takes."""
    try:
        importlib.import_module(name)
    except ImportError:
        stand_in(name, **members)
        if adapter == "reasoning_gym":
            stand_in("reasoning_gym.dataset", ProceduralDataset=object)
    return importlib.import_module(f"tvrgen.scoring.adapters.{adapter}")


CALLS = {
    "trl": by_trl,
    "verl": lambda response, truth=TRUTH: by_verl(response, truth)["score"],
    "easyr1": lambda response, truth=TRUTH: by_easyr1(response, truth)["overall"],
    "vlm-r1": by_vlm_r1,
    "lmms-eval": lambda response, truth=TRUTH: by_lmms_eval(response, truth)["tvr_reward"],
    "ms-swift": by_ms_swift,
    "verifiers": by_verifiers,
    "nemo-gym": by_nemo_gym,
}
consumers = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
