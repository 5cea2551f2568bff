"""Errors in one line, and the end of a log."""

import os

import pytest

from tvrgen.generation import process


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("a\n  b"), "ValueError: a b"),
        (ValueError(), "ValueError"),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (OSError(), "OSError"),
    ],
)
def test_an_error_is_one_line(error, line):
    assert process.reason(error) == line


def test_the_tail_of_a_log_is_its_last_lines(tmp_path):
    path = tmp_path / "log"
    path.write_text("\n".join(f"line {k}" for k in range(10_000)))
    assert process.tail(path, 2) == "line 9998\nline 9999"
    assert process.tail(tmp_path / "nothing") == ""


def test_about_names_this_process():
    about = process.about()
    assert about["pid"] == os.getpid()
    assert str(os.getpid()) in process.log_in(process.Path("log")).name
