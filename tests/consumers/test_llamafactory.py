"""LLaMA-Factory: its loader over the export, and one step of its supervised fine-tuning."""

import pytest
from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import get_train_args
from llamafactory.model import load_tokenizer
from llamafactory.train.tuner import run_exp

from tests.consumers import tiny_model
from tests.consumers.responses import FULL
from tvrgen.scoring import star_r1_reward


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


def test_rows(arguments, questions):
    model, data, training, _, _ = get_train_args(dict(arguments))
    tokens = load_tokenizer(model)
    template = get_template_and_fix_tokenizer(tokens["tokenizer"], data)
    rows = get_dataset(template, model, data, training, stage="sft", **tokens)["train_dataset"]
    assert len(rows) == len(questions)
    tokenizer = tokens["tokenizer"]
    image_token = tokenizer.convert_tokens_to_ids("<|vision_start|>")
    for row, question in zip(rows, questions, strict=True):
        assert row["input_ids"].count(image_token) == len(row["images"]) == 2
        prompt = tokenizer.decode(
            [i for i, label in zip(row["input_ids"], row["labels"], strict=True) if label == -100]
        )
        learnt = tokenizer.decode([label for label in row["labels"] if label != -100], skip_special_tokens=True)
        assert question["question"] in prompt
        assert "<image>" not in prompt
        assert learnt.strip() == f"<think></think><answer>{question['answer']}</answer>"
        assert star_r1_reward(learnt, question["changes"]).total == FULL


def test_one_step(arguments, tmp_path):
    run_exp(dict(arguments))
    assert (tmp_path / "out/train_results.json").is_file()
