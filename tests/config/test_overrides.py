"""Overrides, as texts of the command line and as values of Python; plain copies."""

from pathlib import Path

import numpy as np
import pytest

from tests.tiny import load
from tvrgen._support.errors import UserError
from tvrgen.config import loader, overrides


@pytest.mark.parametrize(
    "assignment",
    ["render.width=1", "render.widht=100", "nonsense", "=3", "a..b=3", "seed.x=1", "render.width=[1"],
)
def test_wrong_overrides_are_one_line(assignment):
    with pytest.raises(UserError) as caught:
        load("seed=3", assignment)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"render.width": 1}, "render.width: 1 is too small"),
        ({"render.widht": 100}, "render.widht: unknown key; did you mean 'width'?"),
        ({"seed.x": 1}, "seed.x: 'seed' holds 0, not keys"),
        ({"cameras.final.x": 1}, "cameras.final.x: 'final' holds ['left', 'center', 'right'], not keys"),
        ({"": 3}, "'': is not a key; write one such as render.samples"),
        ({"a..b": 3}, "'a..b': is not a key"),
        ({"splits.trian.count": 3}, "splits.trian.count: no split 'trian'; did you mean 'train'?"),
        ({"splits": {2024: {"count": 3}}}, "splits: 2024: the key is 2024, not text"),
    ],
)
def test_wrong_overrides_from_python_name_the_key_and_no_flag(wrong, says):
    with pytest.raises(UserError) as caught:
        loader.load("quickstart", {"seed": 0} | wrong)
    assert says in str(caught.value)
    assert "--set" not in str(caught.value)


def test_overrides_of_python_and_of_the_command_line_are_the_same():
    texts = ["render.samples=64", "sampling.steps=[2, 3]", "splits.val={count: 3}", "output.blend=true"]
    values = {
        "render.samples": np.int64(64),
        "sampling.steps": (2, 3),
        "splits.val": {"count": 3},
        "output.blend": True,
    }
    by_text, by_value = loader.load("quickstart", overrides.assignments(texts)), loader.load("quickstart", values)
    assert by_text.document == by_value.document
    assert by_text.hash == by_value.hash


def test_later_overrides_win():
    pairs = overrides.assignments(["render.samples=1", "render={samples: 2}", "render.samples = 3"])
    assert overrides.override({}, pairs) == {"render": {"samples": 3}}


def test_a_key_below_a_list_is_one_of_every_entry():
    document = {"questions": [{"family": "changes", "rationale": "short"}, {"family": "counting"}]}
    changed = overrides.override(document, [("questions.rationale", "full")])
    assert changed == {"questions": [own | {"rationale": "full"} for own in document["questions"]]}


def test_a_document_is_not_changed_by_overriding_it():
    document = {"render": {"samples": 1}}
    overrides.override(document, [("render.samples", 2), ("image.format", "png")])
    assert document == {"render": {"samples": 1}}


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ((1, (2, 3)), [1, [2, 3]]),
        ({"a": {"b": np.float64(0.5)}}, {"a": {"b": 0.5}}),
        (Path("a.yaml"), "a.yaml"),
        (np.int32(4), 4),
        (True, True),
        ("x", "x"),
        (None, None),
    ],
)
def test_plain_values_are_those_of_yaml(value, plain):
    found = overrides.plain(value, "x")
    assert found == plain
    assert type(found) is type(plain)


def test_texts_are_no_pairs_of_keys_and_values():
    """A list of the command line's texts, which Python would read as pairs of characters or not at all."""
    with pytest.raises(UserError, match=r"overrides: holds 'seed=3'; write keys and values"):
        overrides.listed(["seed=3"])
    assert overrides.listed([("seed", 3)]) == overrides.listed({"seed": 3}) == [("seed", 3)]
