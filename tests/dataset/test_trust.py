"""Kinds of change that a dataset names: imported when the user says so, and not before."""

import json
import logging
import sys

import pytest

import tvrgen
from tests.dataset.validation.damages import change_json
from tvrgen._support.errors import UserError
from tvrgen.cli.main import main
from tvrgen.config import loader
from tvrgen.generation.status import status

KIND = "tests.export.data:Turn"


@pytest.fixture
def own_kind(flat_dataset):
    """A dataset whose config names a kind of its maker's, in a module that is not loaded."""

    def name_it(document):
        document["sampling"]["kinds"] = ["color", "size", "material", "position", KIND]

    change_json(flat_dataset / "config.json", name_it)
    change_json(flat_dataset / "dataset.json", lambda d: name_it(d["config"]))
    sys.modules.pop("tests.export.data", None)
    return flat_dataset


def test_without_trust_nothing_is_imported_and_what_needs_no_kind_works(own_kind):
    dataset = tvrgen.open_dataset(own_kind)
    questions = list(dataset.questions())
    assert questions
    assert len(list(dataset.scenes())) == 5
    assert tvrgen.open_image(questions[0]["images"][1]).size == (80, 60)
    assert status(own_kind).splits["train"].problems == 5
    with pytest.raises(UserError, match=rf"^trust: .*names code, which was not imported: {KIND}"):
        dataset.config()
    assert "tests.export.data" not in sys.modules


def test_with_trust_it_is_imported_which_the_log_says(own_kind, caplog):
    with caplog.at_level(logging.INFO, "tvrgen"):
        config = tvrgen.open_dataset(own_kind, trust=True).config()
    assert "turn" in config.split("train").kinds
    assert f"imports {KIND}, as it is trusted" in caplog.text


COMMANDS = (
    "validate {}",
    "score {} --baseline oracle",
    pytest.param("plan {}/config.json --out {}/../p.jsonl", marks=pytest.mark.rays),
    pytest.param("check {}/config.json --count 1 --render 0", marks=pytest.mark.rays),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_that_need_it_name_the_option(command, own_kind, capsys):
    arguments = command.replace("{}", str(own_kind)).split()
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("tvrgen: error: --trust: ")
    assert f"names code, which was not imported: {KIND}" in said
    assert said.count("\n") == 1
    assert not (own_kind.parent / "p.jsonl").exists()
    assert main([*arguments, "--trust"]) in (0, 1)  # the kind belongs to no problem
    assert "tests.export.data" in sys.modules


def test_a_module_that_is_not_found_is_named_at_the_first_refusal(own_kind, tmp_path, monkeypatch):
    for name in ("config.json", "dataset.json"):
        path = own_kind / name
        path.write_text(path.read_text().replace(KIND, "own_elsewhere.kinds:Turn"))
    with pytest.raises(
        UserError, match=r"trust whoever wrote that, and have the folder of own_elsewhere on PYTHONPATH$"
    ):
        tvrgen.open_dataset(own_kind).config()
    (tmp_path / "own_elsewhere.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match=r"trust whoever wrote that$"):
        tvrgen.open_dataset(own_kind).config()


def test_a_yaml_file_is_the_users_own(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        f"splits: {{train: {{count: 3}}}}\nsampling: {{steps: 1, kinds: [color, '{KIND}']}}\n"
    )
    assert "turn" in loader.load(tmp_path / "mine.yaml").split("train").kinds
    document = loader.load(tmp_path / "mine.yaml").document
    (tmp_path / "theirs.json").write_text(json.dumps(document))
    with pytest.raises(UserError, match=r"^trust: "):
        loader.load(tmp_path / "theirs.json")
    assert loader.load(tmp_path / "theirs.json", trust=True).document == document


ODD = ("os", "os:", ":system", "../x:y", "os:system()", "os;x:y", "a b:c", "x::y", "1a:b", "")


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_name_of_a_class_is_refused_with_trust_too(name):
    with pytest.raises(UserError, match=r"unknown kind|names no kind"):
        tvrgen.Config.from_dict({"splits": {"train": {"count": 3}}, "sampling": {"kinds": [name]}})


def test_a_shard_that_is_listed_twice_is_refused(own_kind):
    """Else a small description could have one shard read any number of times."""
    described = json.loads((own_kind / "dataset.json").read_text())
    described["shards"] += described["shards"][:1]
    (own_kind / "dataset.json").write_text(json.dumps(described))
    with pytest.raises(UserError, match="shards: train/shard-00000 is listed twice"):
        tvrgen.open_dataset(own_kind)
