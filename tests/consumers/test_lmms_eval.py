"""lmms-eval: its command over the exported task, with its dummy model, which says the same to every question."""

import json
import os
import subprocess
import sys

import pytest

from tests.consumers.responses import FULL, NONE, right, wrong


@pytest.mark.parametrize(("say", "accuracy", "reward"), [(right, 1.0, FULL), (wrong, 0.0, NONE)])
def test_command(say, accuracy, reward, exports, questions, tmp_path):
    """All problems of the test dataset have the same right answer."""
    assert len({question["answer"] for question in questions}) == 1
    response = say(questions[0]).replace(",", ";")  # lmms-eval parts a model's settings at commas
    command = [sys.executable, "-m", "lmms_eval", "--model", "dummy", "--model_args", f"response={response}"]
    command += ["--include_path", exports / "lmms-eval/tasks", "--tasks", "tvr_train", "--batch_size", "1"]
    command += ["--output_path", tmp_path / "out", "--log_samples"]
    caches = {"HF_HOME": str(tmp_path / "hf"), "LMMS_EVAL_HOME": str(tmp_path / "lmms")}
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, env={**os.environ, **caches}, timeout=550
    )
    results = list((tmp_path / "out").rglob("*_results.json"))
    assert len(results) == 1, done.stdout[-3000:] + done.stderr[-3000:]  # it exits with 0, whatever happens
    found = json.loads(results[0].read_text())["results"]["tvr_train"]
    metrics = {key.split(",")[0]: value for key, value in found.items()}
    assert metrics["tvr_accuracy"] == accuracy
    assert metrics["tvr_reward"] == reward
    assert metrics["tvr_format"] == 1.0
    [samples] = (tmp_path / "out").rglob("*_samples_tvr_train.jsonl")
    assert len(samples.read_text().splitlines()) == len(questions)
