"""Demands that no scene can meet are refused when the config is loaded, with what to write."""

import pytest

from tests.config.faults import fault
from tvrgen._support.errors import UserError
from tvrgen.checking import given
from tvrgen.config import loader
from tvrgen.transformations.base import ObjectTransformation, Rejected

FAULTS = {
    "sampling: {objects: [2, 8], visible: all, moves: [in]}": "no object is off stage that could enter; add inner",
    "sampling: {kinds: [color, position], moves: [out], visible: 1, steps: 2}": (
        "2 steps, but 1 object on stage can change 1"
    ),
    "sampling: {visible: 1, steps: 3, balance: value}": "sampling.balance: position is 48% of the steps, but",
    "sampling: {never: {shape: [cube, sphere, cylinder]}}": "leave no shape",
    "sampling: {never: {pairs: [{shape: [cube, sphere, cylinder]}]}}": "only and never together allow no object at all",
    "sampling: {only: {color: [red]}}": "sampling.kinds: color has 1 value left",
    "sampling: {visible: 11}": (
        "sampling.visible: 11 objects on stage, but sampling.objects allows 10; write at most 10"
    ),
    "sampling: {objects: 5}": (
        "sampling.on_stage: is not written, and its default has up to 10 objects on stage, but sampling.objects allows"
        " 5; write sampling.on_stage: all"
    ),
    "splits: {train: {count: 2, sampling: {objects: 5}}}": "write sampling.on_stage: all, or a number of at most 5",
    "splits: {train: {count: 2, sampling: {objects: 5, on_stage: 7}}}": "on_stage: 7 objects on stage, but",
    "sampling: {on_stage: 1, steps: 3, balance: value}": "or set sampling.repeat: true",
    "sampling: {objects: 40, visible: 40}": "sampling.visible: 40 objects do not fit on 6 x 6 m",
    "sampling: {objects: 40, visible: all}": "sampling.objects: 40 objects do not fit",
    "sampling: {objects: 7, visible: all, only: {shape: [cube], size: [small], color: [red, blue]}, kinds: [color]}": (
        "sampling.objects: 7 objects cannot all look different; write at most 6"
    ),
    "sampling: {visible: 1, kinds: [color], steps: 2}": "sampling.steps: 2 steps, but 1 object on stage can change 1",
    "sampling: {kinds: [position], moves: [out], visible: [2, 5]}": (
        "4 steps, but 2 objects on stage can change 2 times"
    ),
    "sampling: {never: {pairs: [{shape: [cube]}]}}": "let no object change to shape.cube; leave it out (never: {",
    "splits: {train: {count: 2, sampling: {visible: 30}}}": "splits.train.sampling.visible: 30 objects on stage",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_line_that_names_its_place(text, tmp_path):
    assert FAULTS[text] in fault(tmp_path, text)


@pytest.mark.parametrize(
    "sampling",
    [
        {"only": {"color": ["red", "blue"]}, "never": {"step": ["color.red"]}},  # what is red becomes blue
        {"only": {"color": ["red", "blue"]}},
        {"kinds": ["position"], "moves": ["out"], "on_stage": [4, 5]},
        {"objects": 18, "on_stage": 18},
    ],
)
def test_what_can_just_be_met_is_accepted(sampling):
    config = loader.Config.from_dict({"splits": {"train": {"count": 4}}, "sampling": sampling})
    assert config.split("train").kinds


def values(number):
    """A config with this many sizes, materials and colors, of which no pair may occur."""
    vocabulary = {
        "sizes": {f"s{k}": 0.2 for k in range(number)},
        "materials": {f"m{k}": {"recipe": "matte"} for k in range(number)},
        "colors": {f"c{k}": [k % 256, 0, 0] for k in range(number)},
    }
    return {"splits": {"train": {"count": 4}}, "vocabulary": vocabulary}


def test_more_looks_than_can_be_tried_are_refused_at_once():
    with pytest.raises(UserError, match=r"3 shapes x 303 sizes x 308 colors x 303 materials are \d+ looks of objects"):
        loader.Config.from_dict(values(300))


def test_pairs_lower_the_number_of_looks():
    pairs = [{"size": ["s0"], "color": ["c0"]}] * 9
    with pytest.raises(UserError, match=r"for 9 pairs in only and never; write at most 100000"):
        loader.Config.from_dict(values(35) | {"sampling": {"never": {"pairs": pairs}}})


def test_a_kind_that_rejects_every_look_is_named_with_its_rule():
    class Never(ObjectTransformation):
        name = "never"

        def change(self, obj, value, vocabulary):
            raise Rejected("the moon is full")

    with pytest.raises(UserError, match=r"to never; .* rejects every look, most by the rule 'the moon is full'$"):
        loader.Config.from_dict({"splits": {"train": {"count": 1}}, "sampling": {"kinds": [given.name_of(Never)]}})
