"""Constraints: what `only` and `never` leave of values, steps, numbers and cameras, and which objects they allow."""

import dataclasses
import itertools

import pytest

from tvrgen.config.settings import Constraints, Implication, Never, Only
from tvrgen.scene.model import Object

CUBE = Object(shape="cube", size="small", color="red", material="glass", position=(0, 0), rotation=0.0)


def test_nothing_said_leaves_everything():
    free = Constraints(only=Only(), never=Never())
    assert free.values("color", ["red", "blue"]) == ("red", "blue")
    assert free.steps("color", ["red", "blue"]) == ("red", "blue")
    assert free.numbers("steps", range(1, 5)) == (1, 2, 3, 4)
    assert free.views(["left", "right"]) == ("left", "right")
    assert free.allow(CUBE)


def test_only_keeps_and_never_takes_away_in_the_order_of_the_whole():
    some = Constraints(
        only=Only(attributes={"color": ("blue", "red", "green")}, on_stage=(4, 2), views=("right", "left")),
        never=Never(attributes={"color": ("green",)}, on_stage=(4,), views=("left",)),
    )
    assert some.values("color", ["red", "green", "blue", "gray"]) == ("red", "blue")
    assert some.values("shape", ["cube"]) == ("cube",)
    assert some.numbers("on_stage", range(1, 9)) == (2,)
    assert some.numbers("objects", range(1, 4)) == (1, 2, 3)
    assert some.views(["left", "right", "center"]) == ("right",)


def test_steps_restrict_the_kinds_that_they_name():
    some = Constraints(only=Only(step=("color.red", "color.blue")), never=Never(step=("color.blue", "position.left.1")))
    assert some.steps("color", ["red", "green", "blue"]) == ("red",)
    assert some.steps("position", ["left.1", "left.2"]) == ("left.2",)
    assert some.steps("shape", ["cube", "sphere"]) == ("cube", "sphere")


@pytest.mark.parametrize(("shape", "color"), [*itertools.product(["cube", "sphere"], ["red", "blue"])])
def test_pairs_hold_of_objects(shape, color):
    obj = dataclasses.replace(CUBE, shape=shape, color=color)
    implied = Implication(when={"shape": ("cube",)}, then={"color": ("red", "gray")})
    assert Constraints(only=Only(pairs=(implied,)), never=Never()).allow(obj) == (shape != "cube" or color == "red")
    excluded = {"shape": ("cube", "cylinder"), "color": ("blue",)}
    assert Constraints(only=Only(), never=Never(pairs=(excluded,))).allow(obj) == ((shape, color) != ("cube", "blue"))
