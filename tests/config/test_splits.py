"""One split: what it inherits, and names and numbers that it cannot have; old names of keys."""

import json

import pytest

from tests.config.faults import fault
from tests.tiny import SHIPPED, load
from tvrgen._support.errors import UserError
from tvrgen.config import documents, loader

FAULTS = {
    "sampling: {kinds: [colour]}": "sampling.kinds: unknown kind 'colour'; did you mean 'color'?",
    "sampling: {kinds: ['nowhere:Kind']}": "sampling.kinds: cannot load kind 'nowhere:Kind'",
    "sampling: {kinds: ['json:JSONDecodeError']}": "sampling.kinds: cannot load kind",
    "sampling: {kinds: ['json:JSONDecoder']}": "sampling.kinds: cannot load kind 'json:JSONDecoder': it lacks name",
    "sampling: {only: {shape: [cone]}}": "sampling.only.shape: unknown shape 'cone'",
    "sampling: {only: {color: [rde]}}": "sampling.only.color: unknown color 'rde'; did you mean 'red'?",
    "sampling: {kinds: [':Rotate']}": "sampling.kinds: ':Rotate' names no kind",
    "sampling: {only: {step: [color.rde]}}": "sampling.only.step: unknown step 'color.rde'; did you mean 'color.red'?",
    "sampling: {never: {views: [centre]}}": "sampling.never.views: unknown camera 'centre'",
    "sampling: {never: {views: [center]}}": "cameras.final: only and never leave no final camera",
    "sampling: {never: {steps: [1, 2, 3, 4]}}": "sampling.steps: only and never leave none of [1, 4]",
    "sampling: {only: {visible: [12]}}": "sampling.on_stage: only and never leave none of [1, 10]",
    "sampling: {only: {pairs: [{when: {shape: [cone]}, then: {color: [red]}}]}}": "sampling.only.pairs[0].when.shape",
    "sampling: {visible: [5, 2]}": "sampling.visible: [5, 2] is empty",
    "sampling: {visible: all, only: {visible: [12]}}": "sampling.objects: only and never leave none of [10, 10]",
    "cameras: {final: [centre]}": "cameras.final: unknown camera 'centre'; did you mean 'center'?",
    "cameras: {initial: top}": "cameras.initial: unknown camera 'top' (known: center, left, right)",
    "splits: {train: {count: 2, cameras: {final: [rihgt]}}}": (
        "splits.train.cameras.final: unknown camera 'rihgt'; did you mean 'right'?"
    ),
    "splits: {train: {count: 2, hashes: [2, 2]}}": "splits.train.hashes: holds [2, 2]; write a remainder",
    "splits: {train: {count: 2, hashes: [0]}}": "splits.train.hashes: has 1 entries; write at least 2",
    "splits: {train: {count: 2, hashes: all}}": "splits.train.hashes: holds 'all'; write [remainder, divisor]",
    "splits: {a: {count: 1, hashes: [1, 4]}, b: {count: 1, hashes: [5, 6]}}": (
        "splits.b.hashes: [5, 6] and [1, 4], those of a, have some in common"
    ),
    "splits: {a: {count: 1}, b: {count: 1, hashes: [2, 4]}}": "splits.b.hashes: [2, 4] and [0, 2], those of a, have",
    "hashes: [0, 2]": "hashes: unknown key",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_line_that_names_its_place(text, tmp_path):
    assert FAULTS[text] in fault(tmp_path, text)


def test_overrides_reach_any_key():
    config = load(
        "seed=9", "splits.val={count: 3}", "splits.val.cameras.final=[left]", "sampling.only.color=[red, blue]"
    )
    assert config.seed == 9
    assert config.splits["val"].cameras.final == ("left",)
    assert config.splits["train"].cameras.final == ("left", "center", "right")
    assert tuple(config.splits["val"].vocabulary.colors) == ("red", "blue")


def test_splits_have_hashes_of_their_own_unless_they_name_them():
    own = load("splits={a: {count: 1}, c: {count: 1}, b: {count: 1}}")
    assert {name: split.hashes for name, split in own.splits.items()} == {"a": (0, 3), "b": (1, 3), "c": (2, 3)}
    named = "{a: {count: 1, hashes: [1, 4]}, b: {count: 1, hashes: [1, 4]}, c: {count: 1, hashes: [2, 6]}}"
    assert [split.hashes for split in load(f"splits={named}").splits.values()] == [(1, 4), (1, 4), (2, 6)]
    assert "hashes" not in str(own.document["splits"])  # so that the hashes of configs are as they were


def test_a_split_inherits_what_it_does_not_say():
    config = load(
        "sampling.steps=2", "splits.val={count: 1}", "splits.val.sampling.visible=3", "splits.val.render.samples=9"
    )
    assert config.splits["val"].sampling.steps == config.splits["train"].sampling.steps == (2,)
    assert config.splits["val"].sampling.on_stage == (3,)
    assert config.splits["train"].sampling.on_stage == tuple(range(1, 11))
    assert (config.splits["val"].render.samples, config.splits["train"].render.samples) == (9, 4)


def renamed(value):
    """A document with `on_stage` for `visible`."""
    if isinstance(value, dict):
        return {("on_stage" if key == "visible" else key): renamed(entry) for key, entry in value.items()}
    return [renamed(entry) for entry in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", SHIPPED)
def test_visible_is_another_name_for_on_stage(name):
    old = loader.load(name, {"sampling.never.visible": [199]})
    document = renamed(old.document)
    assert '"visible"' not in json.dumps(document)
    new = loader.from_document(document, "renamed")
    assert json.dumps(new.document) == json.dumps(old.document)  # datasets keep their bytes
    assert new.hash == old.hash
    for split in old.splits:
        assert new.split(split).sampling == old.split(split).sampling
    assert documents.with_old_names(document) == documents.with_old_names(old.document) == old.document


@pytest.mark.parametrize("written", ["on_stage", "visible"])
@pytest.mark.parametrize("override", ["on_stage", "visible"])
def test_either_name_overrides_the_other(written, override):
    base = load("sampling.visible=[2, 3]", "sampling.only.visible=[3]")
    found = load(
        f"sampling.{written}=[1, 9]",
        f"sampling.only.{written}=[1]",
        f"sampling.{override}=[2, 3]",
        f"sampling.only.{override}=[3]",
    )
    assert found.document == base.document
    assert found.split("train").sampling.on_stage == (3,)


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"sampling.on_stage": 11}, "sampling.on_stage: 11 objects on stage, but"),
        ({"sampling.visible": 11}, "sampling.visible: 11 objects on stage, but"),
        ({"splits.train.sampling": {"on_stage": 11}}, "splits.train.sampling.on_stage: 11 objects"),
        ({"splits.train.sampling": {"visible": 11}}, "splits.train.sampling.visible: 11 objects"),
        ({"sampling": {"visible": 2, "on_stage": 2}}, "sampling.on_stage: is given under its old name, visible, too"),
        (
            {"splits.train.sampling": {"never": {"visible": [2], "on_stage": [2]}}},
            "splits.train.sampling.never.on_stage: is given under its old name",
        ),
        ({"sampling": {"on_stge": 2}}, "sampling.on_stge: unknown key; did you mean 'on_stage'?"),
        ({"sampling": {"visibel": 2}}, "sampling.visibel: unknown key; did you mean 'on_stage'?"),
    ],
)
def test_messages_name_the_key_that_was_written(overrides, says):
    with pytest.raises(UserError) as caught:
        loader.load("quickstart", overrides)
    assert says in str(caught.value)


def test_a_split_may_use_the_other_name_than_the_whole():
    document = {
        "sampling": {"visible": 3},
        "splits": {"a": {"count": 1, "sampling": {"on_stage": 2}}, "b": {"count": 1}},
    }
    config = loader.Config.from_dict(document)
    assert config.split("a").sampling.on_stage == (2,)
    assert config.split("b").sampling.on_stage == (3,)


class Odd:
    """A kind whose name and values are set by the test."""

    name, given = "odd", ("a",)

    def values(self, vocabulary):
        return self.given

    def apply(self, obj, value, vocabulary):
        return obj

    def phrase(self, value):
        return value


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "two words"}, "kind two words: name: is 'two words'; write letters, digits and underscores"),
        ({"name": "1st"}, "kind 1st: name: is '1st'"),
        ({"name": 3}, "kind 3: name: is 3"),
        ({"name": "color"}, "two kinds are named 'color', whatever the case; choose another name"),
        ({"name": "Color"}, "two kinds are named 'Color', whatever the case"),
        ({"name": "Change"}, "kind Change: name: is no name for a kind: an answer such as '0.Change.a' is not read"),
        (
            {"given": ("a", "light blue")},
            "kind odd: values: has 'light blue', which answers cannot hold; write text without spaces and commas",
        ),
        ({"given": ("a.", "b")}, "kind odd: values: has 'a.'"),
        ({"given": (90,)}, "kind odd: values: returned (90,); return a tuple of texts"),
    ],
)
def test_kinds_whose_words_answers_cannot_hold_are_refused(changes, says, monkeypatch):
    for key, value in changes.items():
        monkeypatch.setattr(Odd, key, value)
    with pytest.raises(UserError, match=r"sampling\.kinds: ") as caught:
        load("sampling.kinds=[color, 'tests.config.test_splits:Odd']")
    assert says in str(caught.value)
