"""Parser and messages of the command, in this process."""

import argparse
import logging

import pytest

from tvrgen._support.errors import ArgumentError, UserError
from tvrgen.cli import common, main
from tvrgen.generation import run


@pytest.mark.parametrize("command", main.COMMANDS, ids=lambda command: command.__name__)
def test_every_command_has_a_handler_and_help(command, capsys):
    name = command.__name__.rpartition(".")[2]
    with pytest.raises(SystemExit) as stop:
        main.main([name, "--help"])
    assert stop.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert " ".join(command.DESCRIPTION.split())[:40] in text
    assert "--debug" in text


def test_warnings_are_lines_on_standard_error(monkeypatch, capsys):
    def run_command(options):
        logging.getLogger("tvrgen.dataset.storage").warning("the store does not answer")
        return 0

    monkeypatch.setattr(main.status, "run", run_command)
    before = list(logging.getLogger("tvrgen").handlers)
    assert main.main(["status", "x"]) == 0
    assert capsys.readouterr().err == "tvrgen: the store does not answer\n"
    assert logging.getLogger("tvrgen").handlers == before


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (UserError("is\nwrong"), 2, "tvrgen: error: is wrong\n"),
        (ArgumentError("cpus_per_worker", 0, "is wrong"), 2, "tvrgen: error: --cpus-per-worker 0: is wrong\n"),
        (ArgumentError("filters", "steps > 1", "is wrong"), 2, "tvrgen: error: --filter 'steps > 1': is wrong\n"),
        (ArgumentError("order", None, "is wrong"), 2, "tvrgen: error: --order: is wrong\n"),
        (FileNotFoundError(2, "No such file", "x"), 2, "tvrgen: error: x: No such file\n"),
        (
            ModuleNotFoundError("No", name="h5py"),
            2,
            "tvrgen: error: h5py is not installed; pip install 'tvrgen[export]'\n",
        ),
        (
            ModuleNotFoundError("No", name="bpy"),
            2,
            "tvrgen: error: bpy is not installed; pip install 'tvrgen[render]'\n",
        ),
        (KeyboardInterrupt(), 130, "tvrgen: stopped; the status is incomplete\n"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_is_one_line(error, code, says, monkeypatch, capsys):
    def run_command(options):
        raise error

    monkeypatch.setattr(main.status, "run", run_command)
    assert main.main(["status", "x"]) == code
    assert capsys.readouterr().err == says


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["genrate"], ("'genrate'; did you mean 'generate'?", "see tvrgen --help")),
        (["score", "x", "--baseline", "randm"], ("did you mean 'random'?", "see tvrgen score --help")),
        (["status", "x", "--fast"], ("unknown arguments: --fast; see tvrgen status --help",)),
    ],
)
def test_a_slip_is_answered_with_a_suggestion_or_the_help_of_the_command(given, says, capsys):
    with pytest.raises(SystemExit) as stop:
        main.main(given)
    assert stop.value.code == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert all(text in printed for text in says)


@pytest.mark.parametrize(("finished", "says"), [(False, "no shard was finished"), (True, "finished shards are kept")])
def test_a_stopped_run_says_whether_anything_is_kept(finished, says, tmp_path, monkeypatch, capsys):
    def stopped(*_, **__):
        if finished:
            (tmp_path / "train/shard-00000").mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "generate", stopped)
    assert main.main(["generate", "quickstart", "--out", str(tmp_path)]) == 130
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"tvrgen: stopped; {says}")


def test_a_logged_message_is_one_line_without_codes_for_the_terminal(monkeypatch, capsys):
    def run_command(_):
        logging.getLogger("tvrgen.dataset").warning("%s: is missing", "a\x1b[2Jb\nc")
        return 0

    monkeypatch.setattr(main.status, "run", run_command)
    main.main(["status", "x"])
    assert capsys.readouterr().err == "tvrgen: a\\x1b[2Jb c: is missing\n"


@pytest.mark.parametrize("command", ["validate", "status"])
def test_a_folder_that_does_not_exist(command, tmp_path, capsys):
    assert main.main([command, str(tmp_path / "dmeo")]) == 2
    assert capsys.readouterr().err == f"tvrgen: error: {tmp_path / 'dmeo'}: there is no such folder\n"


def test_debug_raises(monkeypatch):
    with pytest.raises(UserError):
        main.main(["status", "/nowhere/at/all", "--debug"])


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (common.positive, {"1": 1, "12": 12}, ["0", "-1", "1.5", "x", ""]),
        (common.natural, {"0": 0, "12": 12}, ["-1", "1.5", "x"]),
        (common.amount, {"0": 0.0, "0.5": 0.5}, ["-1", "nan", "inf", "x"]),
    ],
)
def test_types_of_arguments(kind, good, bad):
    assert {text: kind(text) for text in good} == good
    for text in bad:
        with pytest.raises(argparse.ArgumentTypeError, match="write a"):
            kind(text)


@pytest.mark.parametrize("command", ["plan quickstart", "generate quickstart", "export x trl", "stats x"])
def test_two_dashes_are_no_value_of_an_option(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main.main([*command.split(), "--out=--"])
    assert stop.value.code == 2
    assert "argument --out: expected a value, not --" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        "plan quickstart --out {}",
        "plan quickstart --out {}/x",
        "plan {} --out x",
        "stats {} --out x",
        "status {}",
        "validate {}",
        "generate quickstart --out {}",
        "export {} trl --out x",
        "plan {}/x.yaml --out y",
    ],
)
def test_a_link_that_leads_to_itself_is_one_line(command, tmp_path, monkeypatch, capsys):
    if command.startswith("stats"):
        pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tvrgen.imaging.blender.requirements.lacking", lambda: "")
    monkeypatch.setattr("tvrgen.sampling.design.check", lambda *_: None)
    (tmp_path / "loop").symlink_to("loop")
    assert main.main(command.format("loop").split()) == 2
    said = capsys.readouterr().err
    assert said.startswith("tvrgen: error: loop")
    assert said.count("\n") == 1


def test_a_name_that_a_file_cannot_hold_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(main.status, "run", lambda options: "b\udcff".encode())
    assert main.main(["status", "x"]) == 2
    assert "'b\\udcff' cannot be written in utf-8; write names and texts in UTF-8" in capsys.readouterr().err
