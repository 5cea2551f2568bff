"""VLMEvalKit: result files, and what is none."""

import json
import subprocess
import sys

import pytest

from tvrgen._support.errors import UserError
from tvrgen.scoring.adapters import vlmevalkit


def test_vlmevalkit_with_nothing_said(tmp_path, capsys):
    rows = [{"index": 0, "answer": "0.color.red", "prediction": None}, {"index": 1, "answer": "0.color.red"}]
    (tmp_path / "result.json").write_text(json.dumps(rows))
    vlmevalkit.main([str(tmp_path / "result.json")])
    assert json.loads(capsys.readouterr().out) == {"tacc": 0.0, "reward": -1.0, "share": 0.0, "format": 0.0}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("result.pkl", "", r"write one that ends in \.xlsx"),
        ("gone.json", None, "No such file"),
        ("result.json", "{", "cannot be read"),
        ("result.json", '{"a": 1}', "holds no rows"),
        ("result.json", "[]", "holds no rows"),
        ("result.json", '[{"prediction": "a"}]', "no right answer"),
        ("result.tsv", "", "holds no rows"),
        ("run.py", None, "write the path of its run.py"),
    ],
)
def test_vlmevalkit_of_what_is_no_result(name, content, says, tmp_path):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(UserError, match=says):
        vlmevalkit.main([str(tmp_path / name)])


def test_vlmevalkit_tells_it_in_one_line(tmp_path):
    command = [sys.executable, "-m", "tvrgen.adapters.vlmevalkit", str(tmp_path / "gone.json")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
