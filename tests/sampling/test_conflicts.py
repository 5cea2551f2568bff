"""Conflicts of dealt steps."""

from collections import Counter

import pytest

from tests.tiny import load
from tvrgen.sampling import conflicts
from tvrgen.sampling.levels import IntendedStep
from tvrgen.transformations.base import Role
from tvrgen.transformations.kinds.position import MOVES


@pytest.mark.parametrize(
    ("on_stage", "others", "moves", "repeat", "missing"),
    [
        (2, ["color", "color"], ["out"], "false", 1),  # two objects change color, a third one leaves
        (2, ["color", "shape"], ["out"], "false", 0),  # one changes both, the other leaves
        (2, ["color", "color"], ["out"], "true", 0),
        (2, ["color"], ["out", "out"], "true", 1),
        (2, ["color"], ["inner", "inner", "out"], "false", 1),
        (3, [], ["out", "in", "in"], "false", 1),  # one object off stage, two enter
        (3, [], ["out", "out", "out"], "false", 0),
    ],
)
def test_missing_objects_for_moves(on_stage, others, moves, repeat, missing):
    """What leaves changes in no other way, and what enters starts off stage; 4 objects in all."""
    roles, needed = [MOVES[move][0] for move in moves], list(Counter(others).values())
    assert conflicts.missing(roles, needed, objects=4, on_stage=on_stage, repeat=repeat == "true") == missing


@pytest.mark.parametrize(
    ("steps", "conflicts"),
    [
        ("0.color.red, 1+0.recolor_like", 0),  # 0 is looked at, not changed
        ("0.color.red, 0+1.recolor_like", 1),
        ("0.color.red, 0.replace.small_red_glass_cube", 1),
        ("0.position.left.1, 1+0.next_to.left", 0),
        ("0.position.left.1, 0+1.next_to.left", 1),
        ("0.size.large, 0+1.next_to.left", 1),  # they would come too near
        ("1.size.large, 0+1.next_to.left", 1),
        ("2.size.large, 0+1.next_to.left", 0),
        ("0.color.red, 0+1.swap", 1),  # or both are replaced
        ("0.color.red, 1+2.swap", 0),
    ],
)
def test_no_object_takes_kinds_that_exclude_each_other(steps, conflicts):
    assert conflicting_of(steps, "color, size, position, replace, recolor_like, next_to, swap") == conflicts


def test_what_appears_looks_like_nothing_else_that_does():
    new = IntendedStep(kind="appear", value="small_red_glass_cube", roles=(), objects=())
    split = load("sampling.kinds=[color, appear]", "sampling.on_stage=[4, 6]").split("train")
    assert conflicts.conflicting([new, new], 4, 4, split) == conflicts.clashing([new, new], 4, split) == 1
    assert conflicts.conflicting([new], 4, 4, split) == 0


def conflicting_of(text, kinds):
    split = load(f"sampling.kinds=[{kinds}]", "sampling.on_stage=[4, 6]").split("train")
    steps = []
    for part in text.split(", "):
        named, kind, *value = part.split(".", 2)
        objects = tuple(map(int, named.split("+")))
        roles = tuple(Role() for _ in objects)
        steps.append(IntendedStep(kind=kind, value="".join(value), objects=objects, roles=roles))
    return conflicts.conflicting(steps, 4, 4, split)


def test_what_appears_looks_like_nothing_that_another_kind_makes():
    split = load("sampling.kinds=[appear, replace, color]", "sampling.steps=[1, 3]").split("train")
    new = IntendedStep(
        kind="appear", value="small_red_glass_cube", roles=(Role(before="absent", alone=True),), objects=(9,)
    )
    own = [IntendedStep(kind="replace", value=f"small_{color}_glass_cube") for color in ("red", "blue")]
    assert [conflicts.conflicting([step, new], 5, 5, split) for step in own] == [1, 0]
