"""JSON lines: errors name the file and the line."""

import json

import pytest

from tvrgen._support import json_lines
from tvrgen._support.errors import UserError


def test_records_are_read_in_order(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_text('{"a": 1}\n{"a": 2}\n')
    assert list(json_lines.read(path)) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("line", [b"{", b"\xff\xfe", b"[" * 100_000], ids=["cut", "binary", "deep"])
def test_a_line_that_is_not_json_is_named(line, tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b'{"a": 1}\n' + line + b"\n")
    with pytest.raises(UserError, match=r"lines\.jsonl:2: is not JSON"):
        list(json_lines.read(path))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '[{"b": {"a": 1, "a": 1}}]',
        "NaN",
        "[-Infinity]",
        "[1e999]",
        '{"a": -1e400}',
        "123456789012345678901234567890",
        f"[{1 << 63}]",
        "1" * 5000,
        r'"\ud800"',
        r'{"\uDFFF": 1}',
        r'["\ud83d \ude00"]',
        b'"\xed\xa0\x80"',
        b"\xff\xfe[\x00]\x00",
    ],
)
def test_what_json_readers_understand_differently_is_refused(text):
    with pytest.raises(UserError, match="here: is not JSON") as caught:
        json_lines.parse(text, "here")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [1e300, -(1 << 63), (1 << 63) - 1, "\U0001f600", "\\ud800", {"e": [1.5e-7, "9e9"]}])
def test_numbers_and_texts_that_fit_are_read(value):
    for ascii_only in (True, False):
        assert json_lines.parse(json.dumps(value, ensure_ascii=ascii_only), "here") == value


def test_a_line_beyond_the_limit_is_refused_before_it_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("TVRGEN_MAX_LINE_BYTES", "20")
    path = tmp_path / "lines.jsonl"
    path.write_text('{"a": 1}\n"' + "x" * 20 + '"\n')
    with pytest.raises(UserError, match=r"line 2 has more than 20 bytes.*unless TVRGEN_MAX_LINE_BYTES is set to more"):
        list(json_lines.read(path))
    monkeypatch.setenv("TVRGEN_MAX_LINE_BYTES", "23")
    assert len(list(json_lines.read(path))) == 2


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nothing: cannot be read"):
        list(json_lines.read(tmp_path / "nothing"))


def test_a_key_that_is_there_twice_is_found_in_an_object_of_many():
    text = json.dumps({f"k{k}": 0 for k in range(100_000)})[:-1] + ', "k99999": 1}'
    with pytest.raises(UserError, match="the key 'k99999' is there twice"):
        json_lines.parse(text, "x")
