"""VLMEvalKit: its run.py, by the adapter's command, asks a server of this machine and scores what that says."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.consumers.responses import FULL, NONE, right, wrong
from tvrgen.scoring.adapters.vlmevalkit import score


@pytest.fixture
def server(questions):
    """An address that answers as OpenAI's, by the model "right" or "wrong", and the parts of each request it got."""
    by_text, seen = {question["question"]: question for question in questions}, []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            [message] = asked["messages"]
            seen.append([part["type"] for part in message["content"]])
            say = {"right": right, "wrong": wrong}[asked["model"]]
            said = say(by_text[message["content"][-1]["text"]])
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
            answer = {"id": "0", "object": "chat.completion", "created": 0, "model": "", "choices": [choice]}
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as own:
        threading.Thread(target=own.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{own.server_port}/v1", seen
        own.shutdown()


@pytest.mark.parametrize(("model", "tacc", "reward"), [("right", 1.0, FULL), ("wrong", 0.0, NONE)])
def test_command(model, tacc, reward, server, exports, questions, tmp_path):
    address, seen = server
    command = [sys.executable, "-m", "tvrgen.adapters.vlmevalkit", "run.py", "--data", "train", "--model", model]
    command += ["--base-url", address, "--api-nproc", "2", "--retry", "1", "--work-dir", str(tmp_path)]
    own = {**os.environ, "LMUData": str(exports / "vlmevalkit")}
    done = subprocess.run(command, capture_output=True, text=True, env=own, cwd=tmp_path, timeout=550)
    status = json.loads((tmp_path / model / "status.json").read_text())["datasets"]["train"]
    assert status["primary_metric"] == "tacc", done.stdout[-3000:] + done.stderr[-3000:]
    metrics = status["metrics"]
    assert (metrics["tacc"], metrics["reward"], metrics["format"]) == (tacc, reward, 1.0)
    assert metrics["tacc of left"] == tacc
    assert seen == [["image_url", "image_url", "text"]] * len(questions)
    assert score(tmp_path / model / f"{model}_train.xlsx") == metrics
