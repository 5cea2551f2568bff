"""What a process cannot check is said, and is no reason to make a shard again."""

import json
import logging
import sys

import pytest

from tests.questions.test_own import GOOD
from tests.sampling.test_dealt_again import without_turns
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen.dataset import catalog
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.validation import shards
from tvrgen.dataset.validation.files import validate
from tvrgen.questions import asking
from tvrgen.questions.own import FamilyError
from tvrgen.sampling.design import UndealtError

PLANNED = asking.plan_problem  # generate_flat replaces it

LIMITS = {
    "TVRGEN_MAX_IMAGE_PIXELS": 100,
    "TVRGEN_MAX_FILE_BYTES": 1000,
    "TVRGEN_MAX_LINE_BYTES": 500,
}


def marked(root):
    """The shards that the next run makes again."""
    return catalog.again(open_storage(root))


def generate(root, config):
    return generate_flat(root, config, FlatRenderer(), lambda c, split, index: PLANNED(c, split.name, index))


@pytest.mark.rays
def test_a_dataset_made_before_turns_were_noted_is_sound_and_says_what_was_not_checked(tmp_path, caplog):
    kinds = "sampling.kinds=[rotation, swap, color, shape, appear, replace]"
    config = load(kinds, "sampling.objects=[4, 6]", "sampling.on_stage=all", "splits.train.count=30")
    root = generate(tmp_path / "data", config)
    assert validate(root) == []
    assert not caplog.records
    former = without_turns(config)
    (root / "config.json").write_text(json.dumps(former))
    description = json.loads((root / "dataset.json").read_text())
    (root / "dataset.json").write_text(json.dumps({**description, "config": former}))
    assert validate(root) == []
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "was made before the least turns of shapes were noted: the levels of problems" in caplog.text
    caplog.clear()
    renderer = FlatRenderer()
    generate_flat(root, config, renderer)
    assert renderer.asked == []  # a run goes on with it, and notes them
    assert validate(root) == []
    assert not caplog.records


@pytest.mark.parametrize("variable", LIMITS)
@pytest.mark.parametrize("most", [1, 1000])
def test_what_a_limit_leaves_unread_is_named_and_not_marked(variable, most, by_hand, dataset, monkeypatch):
    monkeypatch.setattr(shards, "_MOST", most)
    monkeypatch.setenv(variable, str(LIMITS[variable]))
    faults = validate(dataset)
    assert any(fault.endswith(f"unless {variable} is set to more") for fault in faults)
    assert marked(dataset) == {}


@pytest.mark.rays
def test_a_deal_of_too_many_trials_is_an_error_of_the_process(tmp_path, monkeypatch):
    dataset = generate(tmp_path / "data", load())
    assert validate(dataset) == []
    monkeypatch.setenv("TVRGEN_MAX_TRIALS", "1")
    with pytest.raises(UndealtError, match="set TVRGEN_MAX_TRIALS to more than 1"):
        validate(dataset)
    assert marked(dataset) == {}


def test_a_missing_library_is_an_error_of_the_process(by_hand, dataset, monkeypatch):
    def check(*_):
        raise ModuleNotFoundError("No module named 'x'", name="x")
        yield

    monkeypatch.setattr(shards, "clip_faults", check)
    with pytest.raises(ModuleNotFoundError):
        validate(dataset)
    assert marked(dataset) == {}


def test_a_family_of_the_users_own_that_fails_is_an_error_of_the_family(by_hand, tmp_path, monkeypatch):
    (tmp_path / "alike.py").write_text(GOOD)
    monkeypatch.syspath_prepend(tmp_path)
    config = load("questions=[{family: 'alike:SameColor'}]", "sampling.on_stage=all")
    root = generate_flat(tmp_path / "data", config, FlatRenderer())
    assert validate(root, trust=True) == []
    monkeypatch.setattr(sys.modules["alike"].SameColor, "answer", lambda *_: {}["x"])
    with pytest.raises(FamilyError, match=r"^family same_color: answer: raised KeyError: 'x'"):
        validate(root, trust=True)
    assert marked(root) == {}
    sys.modules.pop("alike", None)


def test_what_is_damaged_is_marked_besides(by_hand, dataset, monkeypatch):
    path = next(dataset.glob("train/shard-00001/images/*.png"))
    path.write_bytes(path.read_bytes() + b"x")
    monkeypatch.setenv("TVRGEN_MAX_LINE_BYTES", "500")
    assert len(validate(dataset)) > 1
    assert [*marked(dataset)] == ["train/shard-00001"]
