"""ms-swift: its loader over the export, and one step of its GRPO with the plugin by its path."""

import importlib.util
import sys
from pathlib import Path

import pytest
from swift import load_dataset, rlhf_main
from swift.rewards import ORM, orms
from swift.utils import import_external_file

from tests.consumers import tiny_model
from tests.consumers.responses import FULL, NONE, right, wrong

PLUGIN = importlib.util.find_spec("tvrgen.adapters.ms_swift").origin


@pytest.fixture
def path(exports):
    return str(exports / "ms-swift/train.jsonl")


def test_rows(path, questions):
    data, _ = load_dataset([path], load_from_cache_file=False, remove_unused_columns=False)
    assert [row["tvr_id"] for row in data] == [question["id"] for question in questions]
    for row, question in zip(data, questions, strict=True):
        assert row["messages"][0]["content"] == "<image><image>" + question["question"]
        assert all(Path(image["path"]).is_file() for image in row["images"])
        assert len(row["images"]) == 2


def test_rewards(path, questions):
    import_external_file(PLUGIN)
    data, _ = load_dataset([path], load_from_cache_file=False, remove_unused_columns=False)
    columns = {name: [row[name] for row in data] for name in ("solution", "changes", "tvr_id")}
    reward = orms["tvr"]()
    assert reward([right(question) for question in questions], **columns) == [FULL] * len(questions)
    assert reward([wrong(question) for question in questions], **columns) == [NONE] * len(questions)


def test_the_plugin_hides_no_module():
    """ms-swift puts a plugin's folder first on the path."""
    import_external_file(PLUGIN)
    assert sys.path[0] == str(Path(PLUGIN).parent)
    assert "adapters" not in Path(importlib.util.find_spec("trl").origin).parts


def test_one_step(path, questions, tmp_path, monkeypatch):
    """The responses that `watched` scores come from the test; all else is the trainer's own."""
    by_id, seen = {question["id"]: question for question in questions}, []

    class Watched(ORM):
        def __call__(self, completions, **columns):
            asked = [by_id[name] for name in columns["tvr_id"]]
            said = [right(q) if k % 2 else wrong(q) for k, q in enumerate(asked)]
            reward = orms["tvr"](self.args)
            seen.append((completions, reward(completions, **columns), reward(said, **columns)))
            return seen[-1][2]

    monkeypatch.setitem(orms, "watched", Watched)
    model = tiny_model.save(tmp_path / "model", tiny_model.QWENS)
    arguments = {
        "rlhf_type": "grpo",
        "model": model,
        "model_type": "qwen2_5_vl",
        "template": "qwen2_5_vl",
        "dataset": path,
        "external_plugins": PLUGIN,
        "reward_funcs": ["tvr", "watched"],
        "output_dir": tmp_path / "out",
        "tuner_type": "full",
        "torch_dtype": "float32",
        "per_device_train_batch_size": 2,
        "num_generations": 2,
        "max_completion_length": 8,
        "max_length": 8192,
        "max_steps": 1,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
        "use_cpu": True,
        "load_from_cache_file": False,
        "split_dataset_ratio": 0,
        "dataset_num_proc": 1,
        "dataloader_num_workers": 0,
    }
    line = []
    for name, value in arguments.items():
        line += [f"--{name}", *map(str, value if isinstance(value, list) else [value])]
    rlhf_main(line)
    completions, own, given = seen[0]
    assert all(isinstance(text, str) for text in completions)
    assert len(own) == len(completions)
    assert given == [NONE, FULL] * (len(given) // 2)
