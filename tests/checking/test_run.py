"""Checks find what is wrong, in the words of the protocol, and nothing where all is right."""

import re

import pytest

from tests.checking import wrong
from tests.tiny import FlatRenderer, write_config
from tests.transformations import kinds
from tvrgen._support.errors import UserError
from tvrgen.checking import given, run, subjects
from tvrgen.cli.main import main
from tvrgen.generation import worker
from tvrgen.imaging.blender import requirements
from tvrgen.testing import check_config, check_kind
from tvrgen.transformations import registry

pytestmark = pytest.mark.rays


@pytest.mark.parametrize("kind", wrong.WRONG, ids=lambda kind: kind.__name__)
def test_a_broken_promise_is_found_in_its_own_words(kind):
    with pytest.raises(AssertionError) as caught:
        check_kind(kind, count=2)
    lines = str(caught.value).splitlines()
    assert any(line.startswith(kind.says) for line in lines), lines


@pytest.mark.parametrize("names", [registry.DEFAULT, ("color", "rotation", "swap", "next_to", "recolor_like")])
def test_built_in_kinds_keep_every_promise_together(names):
    sampling = {"kinds": [*names], "on_stage": [4, 6], "steps": [1, 2]}
    check_config({"splits": {"train": {"count": 100}}, "sampling": sampling}, count=12)


def test_all_kinds_that_ship_keep_every_promise_together():
    check_config("changes", split="train", count=4)


@pytest.mark.full
@pytest.mark.parametrize("name", registry.BUILT_IN)
def test_each_built_in_kind_keeps_every_promise(name):
    check_kind(name, count=30)


@pytest.mark.parametrize("kind", [wrong.Turn, wrong.Turn(), f"{__package__}.wrong:Turn", kinds.Swap])
def test_a_kind_is_a_class_or_an_instance_or_a_name(kind):
    check_kind(kind, count=1)


def test_a_config_is_a_name_or_a_file_or_a_mapping(tmp_path):
    text = "splits: {train: {count: 2}, test: {count: 2}}\nsampling: {kinds: [color], on_stage: 3, steps: 1}\n"
    check_config(write_config(tmp_path, text), count=2)
    check_config({"splits": {"train": {"count": 2}}, "sampling": {"kinds": ["size"], "steps": 1}}, count=1)
    check_config("star_r1", split="test_left", count=1)
    with pytest.raises(UserError, match="no split 'test_up'"):
        check_config("star_r1", split="test_up")


def test_every_check_says_in_a_line_what_holds(capsys):
    assert main(["check", "color", "--count", "3", "--render", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  ok    values: answers are written and read back (3 as triplet, 3 as function, 3 as description)" in lines
    said = {line.split(":")[0].split()[-1] for line in lines if line.startswith("  ok")}
    members = {"members", "apply", "fields", "roles", "values", "phrase"}
    assert said == members | {"accepted", "alternatives", "balance", "outcome", "reward", "rules"}
    assert lines[-1] == "color: all checks hold"


def test_what_is_wrong_is_a_line_each_without_a_traceback(tmp_path, monkeypatch, capsys):
    (tmp_path / "own_wrong.py").write_text("from tests.checking.wrong import FailsLater\n")
    monkeypatch.chdir(tmp_path)
    command = ["check", "own_wrong:FailsLater", "--count", "2", "--render", "0"]
    assert main(command) == 1
    said = capsys.readouterr()
    (fault,) = (line for line in said.out.splitlines() if line.startswith("  FAULT"))
    assert re.match(r"  FAULT turn: phrase: raised ValueError: no words \(wrong.py:\d+\) \(train-00000", fault)
    assert said.out.splitlines()[-1].startswith("own_wrong:FailsLater: 1 fault")
    assert "Traceback" not in said.out + said.err
    with pytest.raises(UserError, match="no words") as caught:
        main([*command, "--debug"])
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("colour", "colour: no such kind or config; did you mean 'color'?"),
        ("nowhere:Kind", "cannot load kind 'nowhere:Kind': there is no module 'nowhere'; put it beside the config"),
        ("own.kinds.Swap", "own.kinds.Swap: no such kind or config; write own.kinds:Swap"),
        ("nowhere.yaml", "nowhere.yaml: no such config"),
        ("color --split train", "--split train: is for a config; leave it out"),
        ("star_r1 --split trian", "no split 'trian'; did you mean 'train'?"),
        ("color --set sampling.objcts=3", "sampling.objcts: unknown key"),
    ],
)
def test_wrong_use_is_one_line(arguments, says, capsys):
    assert main(["check", *arguments.split()]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.count("\n") == 1
    assert not said.out


def test_a_seed_gives_other_problems(tmp_path):
    own = subjects.of_kind("color", 1, tmp_path, (), 5)
    assert [subject.config.seed for subject in own] == [5, 5]


def test_names_of_what_was_never_given_are_none():
    with pytest.raises(AttributeError, match="no kind was given as 'Given999999'"):
        given.Given999999  # noqa: B018
    with pytest.raises(UserError, match="cannot load kind"):
        check_kind(f"{given.__name__}:Other")


@pytest.mark.parametrize("lacking", [None, "no Blender"])
def test_a_step_that_no_pixel_shows_is_found_where_there_is_blender(lacking, tmp_path, monkeypatch):
    """All images are painted in one colour, so that nothing shows."""
    monkeypatch.setattr(requirements, "lacking", lambda: lacking)
    monkeypatch.setattr(worker, "open_renderer", lambda *_: FlatRenderer())
    lines = []
    checking = run.Checking(count=2, render=1, say=lines.append)
    checking.kind("size", tmp_path)
    if lacking:
        assert "  skip  pixels: no Blender" in lines
        assert not checking.faults
    else:
        (fault,) = checking.faults
        assert fault.startswith(
            "size: pixels: a step does not show: fewer than 15 pixels of an image differ (train-0000"
        )
        assert " from left: 0 pixels; and in " in fault
