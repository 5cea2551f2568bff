"""Applying and replaying steps."""

import dataclasses

import pytest

from tests.tiny import handmade, load
from tvrgen._support.errors import UserError
from tvrgen.transformations import attributes, replay
from tvrgen.transformations.base import Rejected, Step

CONFIG = load()
SPLIT = CONFIG.split("train")
WORDS, KINDS = SPLIT.vocabulary, SPLIT.kinds
STATE = handmade(CONFIG, SPLIT, 0).problem.initial


def test_replay_gives_every_state():
    steps = (Step(objects=(0,), kind="color", value="blue"), Step(objects=(1,), kind="position", value="left.2"))
    states = replay.replay(STATE, steps, KINDS, WORDS)
    assert [s.objects[0].color for s in states] == ["red", "blue", "blue"]
    assert states[2].objects[1].position == (5, -8)


@pytest.mark.parametrize("returned", [None, "cyan", "crimson", "same"])
def test_a_kind_that_returns_no_changed_object_of_the_vocabulary_is_found_out(returned):
    class Odd(attributes.Attribute):
        def change(self, obj, value, vocabulary):
            changes = {"crimson": {"color": "crimson"}, "same": {}}
            return dataclasses.replace(obj, **changes[returned]) if returned in changes else returned

    expected = Rejected if returned == "same" else UserError
    with pytest.raises(expected, match="changes something" if returned == "same" else "kind color: 0.color.blue"):
        replay.apply(STATE, Step(objects=(0,), kind="color", value="blue"), {"color": Odd("color")}, WORDS)
