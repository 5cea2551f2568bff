"""Applying and replaying steps."""

import dataclasses

import pytest

from tests.tiny import handmade, load
from tvrgen._support.errors import UserError
from tvrgen.transformations import replay
from tvrgen.transformations.base import ObjectTransformation, Rejected, Step

CONFIG = load()
SPLIT = CONFIG.split("train")
WORDS, KINDS = SPLIT.vocabulary, SPLIT.kinds
STATE = handmade(CONFIG, SPLIT, 0).problem.initial


def test_replay_gives_every_state():
    steps = (Step(objects=(0,), kind="color", value="blue"), Step(objects=(1,), kind="position", value="left.2"))
    states = replay.replay(STATE, steps, KINDS, WORDS)
    assert [s.objects[0].color for s in states] == ["red", "blue", "blue"]
    assert states[2].objects[1].position == (5, -8)


def test_a_step_changes_something():
    with pytest.raises(Rejected, match="changes something"):
        replay.apply(STATE, Step(objects=(0,), kind="same", value=""), {"same": Same()}, WORDS)


def test_a_step_gives_a_value_of_the_vocabulary():
    with pytest.raises(UserError, match=r"kind color: 0\.color\.crimson: gave the unknown color 'crimson'"):
        replay.apply(STATE, Step(objects=(0,), kind="color", value="crimson"), KINDS, WORDS)


class Same(ObjectTransformation):
    name = "same"

    def change(self, obj, value, vocabulary):
        return dataclasses.replace(obj)
