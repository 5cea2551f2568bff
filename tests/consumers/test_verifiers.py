"""verifiers: the taskset as its loader makes it, and a task that scores traces."""

import asyncio
import base64
import sys

import pytest
import verifiers.v1 as vf
from tvrgen.adapters.verifiers import TvrConfig, TvrTask, TvrTaskset, load_taskset
from verifiers.v1.configs.agent import AgentConfig
from verifiers.v1.configs.select import SelectConfig
from verifiers.v1.graph import MessageNode
from verifiers.v1.trace import AgentInfo, TraceTask
from verifiers.v1.utils import loaders

from tests.consumers.responses import FULL, NONE, right, wrong
from tvrgen._support.errors import UserError


@pytest.fixture
def path(exports):
    return exports / "verifiers/train.jsonl"


def test_tasks(path, questions):
    tasks = list(load_taskset(path))
    assert [task.key for task in tasks] == [question["id"] for question in questions]
    for k, (task, question) in enumerate(zip(tasks, questions, strict=True)):
        assert task.data.idx == k
        assert task.data.prompt_text == question["question"]
        first, second, _ = task.data.prompt[0].content
        for part in (first, second):
            kind, content = part.image_url.url.split(",")
            assert kind == "data:image/png;base64"
            assert base64.b64decode(content).startswith(b"\x89PNG")
    shuffled = load_taskset(path).select(SelectConfig(shuffle=True, limit=3))
    assert len(list(shuffled)) == 3


def test_the_loader_finds_it_by_a_name_without_dots(path, tmp_path, monkeypatch):
    lines = 'from tvrgen.adapters.verifiers import TvrTaskset\n\n__all__ = ["TvrTaskset"]\n'
    (tmp_path / "tvr_images.py").write_text(lines)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert loaders.taskset_class("tvr-images") is TvrTaskset
    config = loaders.taskset_config_type("tvr-images")
    assert config is TvrConfig
    assert next(iter(TvrTaskset(config(path=str(path))))).data.idx == 0


def test_scores(path, questions):
    for task, question in zip(load_taskset(path), questions, strict=True):
        good, bad, silent = (scored(task, text) for text in (right(question), wrong(question), None))
        assert good.reward == FULL
        assert good.metrics == {"correct": 1.0, "share": 1.0, "format": 1.0}
        assert bad.reward == NONE
        assert bad.metrics == {"correct": 0.0, "share": 0.0, "format": 1.0}
        assert silent.reward < NONE


def test_a_missing_file_is_named():
    with pytest.raises(UserError, match=r"nowhere\.jsonl.* is no file"):
        list(load_taskset("nowhere.jsonl"))


def scored(task: TvrTask, text: str | None) -> vf.Trace:
    nodes = [] if text is None else [MessageNode(message=vf.AssistantMessage(content=text), sampled=True)]
    told = TraceTask(type=type(task).__name__, data=task.data)
    trace = vf.Trace(task=told, agent=AgentInfo(config=AgentConfig()), nodes=nodes)
    asyncio.run(task.score(trace))
    return trace
