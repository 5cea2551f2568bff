"""docs/python.md runs as it is, block after block."""

import functools
import inspect
import logging
import re
import signal

import pytest

import tvrgen
from tests.tiny import ROOT
from tvrgen.cli.main import parser

BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/python.md").read_text(), re.MULTILINE | re.DOTALL)
STOPS = (signal.SIGINT, signal.SIGTERM)


OTHER_NAMES = {"split": "splits", "filter": "filters", "log_json": "on_event", "reward": "options"}
OF_LOAD = {"set", "trust"}
OWN_OF_COMMANDS = {"help", "debug", "json", "untagged", "dataset", "format"}


@pytest.mark.parametrize("command", ["generate", "validate", "status", "export", "score", "harvest"])
def test_options_are_parameters_but_for_those_that_the_table_names(command):
    subcommands = next(action for action in parser()._actions if action.dest != "version" and action.choices)
    options = {action.dest for action in subcommands.choices[command]._actions} - OWN_OF_COMMANDS
    if "config" in options:
        options -= OF_LOAD
    parameters = inspect.signature(getattr(tvrgen, command)).parameters
    assert {name for name in options if not {name, OTHER_NAMES.get(name)} & parameters.keys()} == set()


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Runs the page in an empty folder."""
    monkeypatch.chdir(tmp_path)
    logger = logging.getLogger("tvrgen")  # whose level the page sets
    level = logger.level
    before = [signal.getsignal(number) for number in STOPS]

    def run() -> dict[str, object]:
        names: dict[str, object] = {}
        for block in BLOCKS:
            exec(compile(block, "docs/python.md", "exec"), names)
        assert [signal.getsignal(number) for number in STOPS] == before
        return names

    yield run
    logger.setLevel(level)


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
