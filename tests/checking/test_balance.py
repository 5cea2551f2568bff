"""The check of balance: the design keeps what it promises, and a slip in it is found."""

import dataclasses

import pytest

from tests.tiny import load
from tests.transformations.kinds import NAMES
from tvrgen.checking.balance import Balance
from tvrgen.sampling import blocks

CONFIGS = {
    "default": (),
    "pairs": (f"sampling.kinds=[color,position,{','.join(NAMES)}]", "sampling.on_stage=[4,6]", "sampling.steps=[1,2]"),
    "values": ("sampling.balance=value", "sampling.on_stage=[4,6]"),
    "one takes all": ("sampling.kinds=[color,size]", "sampling.on_stage=1", "sampling.steps=[1,2]"),
    "all on stage": ("sampling.objects=[4,6]", "sampling.on_stage=all", "sampling.steps=[1,2]"),
}


@pytest.fixture(params=CONFIGS.values(), ids=CONFIGS.keys())
def config(request):
    return load(*request.param, "splits.train.count=1000")


def test_the_design_keeps_its_promise(config):
    balance = Balance(config, config.split("train"), 150)
    assert balance.faults() == []
    assert balance.summary().endswith(" occur equally often, to within one")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "color", "value": "red"}, "kinds"),
        ({"objects": (0,)}, "objects of "),
        ({"kind": "position", "value": "left.1", "variant": "out"}, "variants of position: out occurs "),
        ({"kind": "color", "value": "red"}, "values of color: red occurs "),
    ],
)
def test_what_occurs_too_often_is_named(change, says, monkeypatch):
    config = load("splits.train.count=1000")
    fair = blocks.levels

    def slipped(*given):
        """Every fifth step is the same."""
        for number, level in enumerate(fair(*given)):
            first, *others = level.steps
            steps = (dataclasses.replace(first, **change), *others) if not number % 5 else level.steps
            yield dataclasses.replace(level, steps=steps)

    monkeypatch.setattr(blocks, "levels", slipped)
    faults = Balance(config, config.split("train"), 150).faults()
    assert any(fault.text.startswith(says) for fault in faults), faults


def test_a_block_that_is_not_exact_is_named_and_the_others_are_checked(monkeypatch):
    config = load("splits.train.count=1000")
    fair, size = blocks.levels, len(blocks.levels(0, config.split("train"), 0))
    inexact = {1, 3}

    def red(seed, split, block):
        """All steps of a block are the same."""
        return tuple(
            dataclasses.replace(
                level, steps=tuple(dataclasses.replace(s, kind="color", value="red") for s in level.steps)
            )
            if block in spoiled
            else level
            for level in fair(seed, split, block)
        )

    monkeypatch.setattr(blocks, "exact", lambda seed, split, block: block not in inexact)
    monkeypatch.setattr(blocks, "levels", red)
    spoiled = inexact
    balance = Balance(config, config.split("train"), 6 * size)
    assert balance.faults() == []
    assert balance.summary().endswith(
        f"of {4 * size} problems (4 blocks) occur equally often, to within one; blocks 1, 3 are not exact, as single"
        " objects must take many steps"
    )
    for spoiled in ({0}, {4}):  # noqa: B007
        faults = Balance(config, config.split("train"), 6 * size).faults()
        assert any(fault.text.startswith("values of color: red occurs ") for fault in faults), faults


def test_where_objects_can_take_few_steps_less_is_promised(monkeypatch):
    monkeypatch.setattr(blocks, "exact", lambda *_: False)
    config = load("splits.train.count=1000")
    balance = Balance(config, config.split("train"), 10)
    assert balance.faults() == []
    assert balance.summary().endswith("about equally often, as single objects must take many steps")
