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


def test_vlmevalkit_says_what_has_no_response_or_was_cut(tmp_path, caplog):
    said = ["", None, float("nan"), "x" * 32_767, "<answer>0.color.red</answer>"]
    rows = [{"index": k, "answer": "0.color.red", "prediction": text} for k, text in enumerate(said)]
    (tmp_path / "result.json").write_text(json.dumps(rows))
    assert vlmevalkit.score(tmp_path / "result.json")["tacc"] == 0.2
    empty, cut = (record.getMessage() for record in caplog.records)
    assert empty.endswith("3 of 5 rows have no prediction, and count as wrong")
    assert "1 of 5 predictions fill a cell of .xlsx (32,767 characters) and may have been cut" in cut
    (tmp_path / "result.json").write_text(json.dumps(rows[4:]))
    caplog.clear()
    vlmevalkit.score(tmp_path / "result.json")
    assert not caplog.records


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
