"""Names and texts that the locale's encoding lacks, in a locale of ASCII alone."""

import json
import os
import subprocess
import sys

import pytest

from tests.tiny import ROOT

pytestmark = [pytest.mark.rays, pytest.mark.skipif(sys.platform == "win32", reason="names are UTF-16 there")]

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""Python would use UTF-8 in the locale C if it were left to itself; this is as in a Latin-1 locale, but shipped."""

CONFIG = """
splits: {train: {count: 1}}
question: {prompt: {text: "{objects} Was hat sich geändert? → <answer>"}}
"""

COMMANDS = [
    ["plan", "für.yaml", "--out", "plän.jsonl"],
    ["plan", "für.yaml", "--out", "-", "--questions"],
    ["plan", "nö.yaml", "--out", "plän.jsonl"],
    ["plan", "für.yaml", "--out", "x", "--set", "question.prompt=tü"],
    ["score", "plän.jsonl", "sö.jsonl"],
]

SCRIPT = """
import json, os, sys
from tvrgen.cli.main import main

with open("commands.json", encoding="utf-8") as file:
    commands = [[os.fsdecode(argument.encode()) for argument in command] for command in json.load(file)]
print([main(command) for command in commands], file=sys.stderr)
"""


def test_umlauts_are_read_and_written_in_a_locale_without_them(tmp_path):
    (tmp_path / "für.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "commands.json").write_text(json.dumps(COMMANDS), encoding="utf-8")
    environment = {**os.environ, **ASCII, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=120)
    said = done.stderr.decode()
    assert "Traceback" not in said
    assert said.endswith("[0, 0, 2, 2, 2]\n")
    assert json.loads((tmp_path / "plän.jsonl").read_text(encoding="utf-8"))["split"] == "train"
    lines = done.stdout.decode().splitlines()
    assert "Was hat sich geändert? → <answer>" in json.loads(lines[-1])["question"]
