"""The progress bar: a bar on a terminal, lines in a log."""

import os
import pty
import subprocess
import sys

import pytest

from tvrgen.cli.progress_bar import Bar

WORK = """
import os, sys
if sys.stderr.isatty():
    import fcntl, struct, termios
    fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
from tvrgen.cli.progress_bar import Bar
with Bar("counting", "questions", 20_000) as bar:
    for k in range(20_000):
        bar.update(1)
"""


def test_a_log_has_lines_and_few_of_them():
    said = subprocess.run([sys.executable, "-c", WORK], capture_output=True).stderr.decode()
    assert "\r" not in said
    first, *between, last = said.splitlines()
    assert "0/20000 questions" in first
    assert "20000/20000 questions" in last
    assert len(between) < 5


@pytest.mark.skipif(sys.platform != "linux", reason="another system's terminals")
def test_a_terminal_has_a_bar():
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", WORK], stderr=theirs) as process:
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 4096):
                said += part
        except OSError:  # how a terminal ends
            pass
    os.close(ours)
    assert process.returncode == 0
    assert b"\rcounting: 100%|" in said


def test_nothing_is_shown_before_the_first_update(capsys):
    bar = Bar("counting", "questions")
    bar.expect(10)
    bar.__exit__(ValueError)  # an early error
    with Bar("counting", "questions"):
        pass  # nothing was expected
    assert capsys.readouterr().err == ""


def test_work_that_was_done_before_is_shown_at_the_end(capsys):
    with Bar("counting", "questions") as bar:
        bar.expect(10, 10)
    assert "100%" in capsys.readouterr().err


def test_each_stage_starts_anew(capsys):
    with Bar("exporting", "questions") as bar:
        for total, note in [(4, "looking through"), (2, "")]:
            bar.expect(total)
            for _ in range(total):
                bar.update(1, note)
    shown = capsys.readouterr().err
    assert "4/4 questions" in shown
    assert "looking through" in shown
    assert shown.splitlines()[-1].count("2/2 questions") == 1
