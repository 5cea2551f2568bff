"""LLaMA-Factory: its loader over the exports for it, and one step of its supervised fine-tuning."""

import json

import pytest
from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import get_train_args
from llamafactory.model import load_tokenizer
from llamafactory.train.tuner import run_exp

from tests.consumers import tiny_model
from tests.consumers.responses import FULL, right
from tests.consumers.rules import llamafactory
from tvrgen.scoring import reward, star_r1_reward


@pytest.fixture
def arguments(exports, tmp_path):
    return {
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "full",
        "model_name_or_path": str(tiny_model.save(tmp_path / "model")),
        "dataset": "tvr_train",
        "dataset_dir": str(exports / "llamafactory"),
        "media_dir": str(exports / "llamafactory"),
        "template": "qwen2_vl",
        "cutoff_len": 8192,
        "output_dir": str(tmp_path / "out"),
        "cache_dir": str(tmp_path / "cache"),
        "max_steps": 1,
        "per_device_train_batch_size": 1,
        "use_cpu": True,
        "bf16": False,
        "report_to": "none",
        "save_strategy": "no",
        "logging_steps": 1,
    }


def loaded(arguments: dict) -> tuple[list[dict], list[tuple[str, str]], int]:
    """The rows as it trains on them, the prompt and the response of each, and the token of an image's start."""
    model, data, training, _, _ = get_train_args(dict(arguments))
    tokens = load_tokenizer(model)
    tokenizer = tokens["tokenizer"]
    template = get_template_and_fix_tokenizer(tokenizer, data)
    rows = list(get_dataset(template, model, data, training, stage="sft", **tokens)["train_dataset"])
    said = []
    for row in rows:
        given = [i for i, label in zip(row["input_ids"], row["labels"], strict=True) if label == -100]
        learnt = [label for label in row["labels"] if label != -100]
        said.append((tokenizer.decode(given), tokenizer.decode(learnt, skip_special_tokens=True).strip()))
    return rows, said, tokenizer.convert_tokens_to_ids("<|vision_start|>")


def test_rows(arguments, questions):
    rows, said, image_token = loaded(arguments)
    assert len(rows) == len(questions)
    for row, (prompt, learnt), question in zip(rows, said, questions, strict=True):
        assert row["input_ids"].count(image_token) == len(row["images"]) == 2
        assert question["question"] in prompt
        assert "<image>" not in prompt
        assert learnt == f"<think></think><answer>{question['answer']}</answer>"
        assert star_r1_reward(learnt, question["changes"]).total == FULL


@pytest.mark.parametrize("folder", ["openvlthinker/sft", "vision-r1/cold_start"])
def test_rows_of_formats_with_a_stage_of_fine_tuning(arguments, folder, exports, asked):
    """Its rows are those that tests/export reads by the rules of tests/consumers/rules."""
    where = dict.fromkeys(("dataset_dir", "media_dir"), str(exports / folder))
    rows, said, image_token = loaded(arguments | where)
    due = llamafactory.conversations(exports / folder, "tvr_train")
    ids = [row["id"] for row in json.loads((exports / folder / "train.json").read_text())]
    for row, (prompt, learnt), (asks, response, images), own in zip(rows, said, due, ids, strict=True):
        assert row["input_ids"].count(image_token) == len(row["images"]) == len(images)
        assert asks.replace("<image>", "") in prompt
        assert learnt == response
        assert reward(learnt, asked[own]).correct


def test_rows_of_a_harvest(arguments, exports, questions):
    """The responses that are trained are the model's own."""
    _, said, _ = loaded(arguments | dict.fromkeys(("dataset_dir", "media_dir"), str(exports / "harvest/sft")))
    assert [learnt for _, learnt in said] == [right(question) for question in questions]


@pytest.mark.parametrize("data", ["llamafactory", "harvest/sft"])
def test_one_step(data, arguments, exports, tmp_path):
    arguments |= dict.fromkeys(("dataset_dir", "media_dir"), str(exports / data))
    run_exp(dict(arguments))
    assert (tmp_path / "out/train_results.json").is_file()
