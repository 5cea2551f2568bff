"""docs/python.md runs as it is, block after block."""

import functools
import re
import signal

import pytest

import tvrgen
from tests.tiny import ROOT

BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/python.md").read_text(), re.MULTILINE | re.DOTALL)
STOPS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Runs the page in an empty folder."""
    monkeypatch.chdir(tmp_path)
    before = [signal.getsignal(number) for number in STOPS]

    def run() -> dict[str, object]:
        names: dict[str, object] = {}
        for block in BLOCKS:
            exec(compile(block, "docs/python.md", "exec"), names)
        assert [signal.getsignal(number) for number in STOPS] == before
        return names

    return run


@pytest.mark.rays
def test_the_page_runs(page, monkeypatch, capsys):
    """With painted images, so that it needs no Blender."""
    painted = functools.partial(tvrgen.generate, opener="tests.faulty:open_faulty")
    monkeypatch.setenv("FAULTS", "{}")
    monkeypatch.setattr(tvrgen, "generate", painted, raising=False)
    assert str(page()["outcome"]) == "demo: 4 problems, 12 questions; look at demo/preview.png"
    assert capsys.readouterr().err == ""


@pytest.mark.blender
def test_the_page_runs_with_blender(page):
    assert page()["outcome"].given_up == ()
    config = tvrgen.load("quickstart", {"splits.train.count": 1, "render.width": 80, "render.samples": 4})
    assert tvrgen.generate(config, "another").problems == 1  # a second dataset in the same process
    assert tvrgen.validate("another") == []
