"""NeMo Gym: rows as its requests, and its server's rewards."""

import json
from unittest.mock import MagicMock

import pytest

pytest.importorskip("nemo_gym")  # Python 3.12 or later

from fastapi.testclient import TestClient
from nemo_gym.base_resources_server import BaseResourcesServerConfig
from nemo_gym.openai_utils import NeMoGymResponseCreateParamsNonStreaming
from nemo_gym.server_utils import ServerClient
from tvrgen.adapters.nemo_gym import TvrResourcesServer

from tests.consumers.responses import FULL, NONE, right, wrong


@pytest.fixture
def rows(exports):
    return [json.loads(line) for line in (exports / "nemo-gym/train.jsonl").read_text().splitlines()]


@pytest.fixture
def client():
    config = BaseResourcesServerConfig(host="", port=0, entrypoint="app.py", name="tvr")
    return TestClient(TvrResourcesServer(config=config, server_client=MagicMock(spec=ServerClient)).setup_webserver())


def response(text: str, thought: str = "") -> dict:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    message = {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": content}
    reasoning = {"id": "r", "type": "reasoning", "summary": [{"type": "summary_text", "text": thought}]}
    output = [reasoning, message] if thought else [message]
    about = {"parallel_tool_calls": False, "tool_choice": "auto", "tools": []}
    return {"id": "r", "created_at": 0, "model": "m", "object": "response", "output": output, **about}


def test_rows_are_requests(rows, questions):
    assert [row["id"] for row in rows] == [question["id"] for question in questions]
    for row, question in zip(rows, questions, strict=True):
        (message,) = NeMoGymResponseCreateParamsNonStreaming.model_validate(row["responses_create_params"]).input
        *images, text = message.content
        assert [image["type"] for image in images] == ["input_image"] * len(question["images"])
        assert text["text"] == question["question"]


def test_rewards(rows, questions, client):
    for row, question in zip(rows, questions, strict=True):
        for text, total in ((right(question), FULL), (wrong(question), NONE)):
            verified = client.post("/verify", json={**row, "response": response(text)}).json()
            assert verified["total"] == total
            assert verified["reward"] == max(0, total / FULL)
            assert verified["correct"] == (total == FULL)
            assert verified["id"] == question["id"]


def test_a_thought_beside_the_text_counts(rows, questions, client):
    """vllm_model takes <think>...</think> out of the text."""
    text = f"<answer>{questions[0]['answer']}</answer>"
    for thought, total in (("I looked.", FULL), ("", FULL - 1)):
        verified = client.post("/verify", json={**rows[0], "response": response(text, thought)}).json()
        assert verified["total"] == total
