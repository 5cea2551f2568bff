"""TRL: one step of its GRPOTrainer on the export, with the reward by its name, and nothing cut off the prompts."""

import re

import pytest
import torch
from trl import GRPOConfig, GRPOTrainer

from tests.consumers import tiny_model
from tests.consumers.responses import FULL, NONE, right, wrong
from tvrgen.scoring.adapters.trl import reward


@pytest.mark.parametrize("data", ["trl", "harvest/rl-hard"])
def test_one_step(data, exports, load_trl, questions, tmp_path):
    """The trainer gets the responses that it is to score from the test; all else is its own, its processor too.

    The processor that it loads cuts prompts on the left, where the images are, if the README's lines do not prevent it.
    """
    seen = []

    def watched(completions, **columns):
        said = [right(q) if k % 2 else wrong(q) for k, q in enumerate(_of(columns["id"], questions))]
        answered = [[{"role": "assistant", "content": text}] for text in said]
        seen.append((completions, reward(completions, **columns), reward(answered, **columns)))
        return seen[-1][2]

    folder = tiny_model.save(tmp_path / "model")
    arguments = GRPOConfig(
        output_dir=str(tmp_path / "out"),
        per_device_train_batch_size=4,
        num_generations=4,
        max_completion_length=8,
        max_steps=1,
        learning_rate=0.1,
        report_to="none",
        save_strategy="no",
        use_cpu=True,
        bf16=False,
        logging_steps=1,
        model_init_kwargs={"dtype": torch.float32},
    )
    rows = load_trl(data)
    readme = (exports / data / "README.md").read_text()
    exec(re.search(r"^if hasattr\(arguments.*\n.*$", readme, re.MULTILINE)[0], {"arguments": arguments})
    trainer = GRPOTrainer(
        model=str(folder),
        reward_funcs=[reward, watched],
        args=arguments,
        train_dataset=rows,
    )
    before = {name: p.detach().clone() for name, p in trainer.model.named_parameters()}
    trainer.train()
    assert trainer.state.global_step == 1
    [(completions, own, given)] = seen
    assert len(completions) == len(own) == 4
    assert all(isinstance(completion[0]["content"], str) for completion in completions)
    assert given == [NONE, FULL, NONE, FULL]
    learnt = [name for name, p in trainer.model.named_parameters() if (p != before[name]).any()]
    assert any("visual" in name for name in learnt)  # gradients reached what encodes the images
    log = next(entry for entry in trainer.state.log_history if "rewards/watched/mean" in entry)
    assert log["rewards/watched/mean"] == pytest.approx((FULL + NONE) / 2)
    assert log["rewards/reward/mean"] == pytest.approx(sum(own) / 4)
    shortest = min(len(row["prompt"][0]["content"]) for row in rows)  # the model has a token for each byte
    assert log["num_tokens"] > 4 * shortest > 4 * 512


def _of(ids, questions):
    by_id = {question["id"]: question for question in questions}
    return [by_id[name] for name in ids]
