"""JSON lines: errors name the file and the line."""

import pytest

from tvrgen._support import json_lines
from tvrgen._support.errors import UserError


def test_records_are_read_in_order(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_text('{"a": 1}\n{"a": 2}\n')
    assert list(json_lines.read(path)) == [{"a": 1}, {"a": 2}]
    assert list(json_lines.from_lines(path.read_bytes(), "x")) == [(1, {"a": 1}), (2, {"a": 2})]


@pytest.mark.parametrize("line", [b"{", b"\xff\xfe", b"[" * 100_000], ids=["cut", "binary", "deep"])
def test_a_line_that_is_not_json_is_named(line, tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b'{"a": 1}\n' + line + b"\n")
    with pytest.raises(UserError, match=r"lines\.jsonl:2: is not JSON"):
        list(json_lines.read(path))
    with pytest.raises(UserError, match="here:2: is not JSON"):
        list(json_lines.from_lines(path.read_bytes(), "here"))


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nothing: cannot be read"):
        list(json_lines.read(tmp_path / "nothing"))
