"""verl: its RLHFDataset over the export, and its reward manager with the reward by its path."""

import asyncio

import numpy as np
import pytest
import torch
import tvrgen.adapters.verl
from omegaconf import OmegaConf
from tensordict import TensorDict
from verl import DataProto
from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager
from verl.trainer.ppo.reward import get_custom_reward_fn
from verl.utils import hf_processor, hf_tokenizer
from verl.utils.dataset.rl_dataset import RLHFDataset, collate_fn

from tests.consumers import tiny_model
from tests.consumers.responses import FULL, NONE, right, wrong


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(tiny_model.save(tmp_path_factory.mktemp("model")))


@pytest.fixture
def data(model, exports, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "datasets"))
    config = OmegaConf.create(
        {"cache_dir": str(tmp_path / "cache"), "max_prompt_length": 4096, "filter_overlong_prompts": True}
    )
    files = sorted(map(str, (exports / "verl").glob("train-*.parquet")))
    return RLHFDataset(files, hf_tokenizer(model), config, processor=hf_processor(model))


def test_rows(data, questions):
    assert len(data) == len(questions)  # none is dropped as too long or broken
    for k, question in enumerate(questions):
        row = data[k]
        first, second, text = row["raw_prompt"][0]["content"]
        assert (first["type"], second["type"]) == ("image", "image")
        assert text["text"] == question["question"]
        assert row["index"] == k
        assert row["extra_info"]["id"] == question["id"]
    images, videos = asyncio.run(RLHFDataset.process_vision_info(data[0]["raw_prompt"], 14, data.config))
    assert len(images) == 2
    assert not videos
    batch = collate_fn([data[0], data[1]])
    assert list(batch["data_source"]) == ["tvr", "tvr"]


@pytest.mark.parametrize(("say", "score", "acc"), [(right, FULL, 1.0), (wrong, NONE, 0.0)])
def test_rewards(say, score, acc, data, model, questions):
    tokenizer = hf_tokenizer(model)
    manager = NaiveRewardManager(OmegaConf.create({}), tokenizer, get_custom_reward_fn(config()))
    for k, question in enumerate(questions):
        result = asyncio.run(scored(manager, data[k], tokenizer, say(question)))
        assert result["reward_score"] == score
        assert result["reward_extra_info"]["acc"] == acc


def test_options(questions):
    reward = get_custom_reward_fn(config(value=2, format=0.0))
    assert reward("tvr", right(questions[0]), questions[0]["changes"])["score"] == 4.0


def config(**options):
    given = {"path": tvrgen.adapters.verl.__file__, "name": "compute_score", "reward_kwargs": options}
    return OmegaConf.create({"reward": {"custom_reward_function": given}})


async def scored(manager, row, tokenizer, text):
    """What the manager of this event loop says of a response to a row."""
    manager.loop = asyncio.get_running_loop()
    response = tokenizer(text, return_tensors="pt")["input_ids"]
    tensors = {"prompts": torch.zeros(1, 1, dtype=torch.long), "responses": response}
    tensors["attention_mask"] = torch.ones(1, 1 + response.shape[1], dtype=torch.long)
    others = {name: np.array([row[name]], dtype=object) for name in ("data_source", "reward_model", "extra_info")}
    return await manager.run_single(DataProto(TensorDict(tensors, batch_size=1), others))
