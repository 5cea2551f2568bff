"""Which object is which follows from the images: rules on two states, for kinds of change that they do not know."""

import re

import pytest

from tests.tiny import handmade, load
from tvrgen.sampling import rules, touching, uniqueness
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Step

CONFIG = load("sampling.repeat=true")
SPLIT = CONFIG.split("train")
STATE = handmade(CONFIG, SPLIT, 0, off_stage=2).problem.initial
"""0: large red rubber cube at (-10, -10), 1: small cyan glass sphere at (5, 12), 2: medium gray metal cylinder at
(20, 0); 3 and 4 are out of sight."""
UNSEEN = STATE.replace(3, color="green").replace(4, material="metal")
"""3: large green rubber cube, 4: small cyan metal sphere."""

THREE = ("sampling.on_stage=3", "sampling.steps=[1, 2]")


def states(text, initial=UNSEEN, split=SPLIT):
    steps = []
    for part in filter(None, text.split(", ")):
        index, kind, *value = part.split(".", 2)
        steps.append(Step(objects=(int(index),), kind=kind, value="".join(value)))
    return replay.replay(initial, steps, split.kinds, split.vocabulary)


@pytest.mark.parametrize(
    ("steps", "rule"),
    [
        ("0.color.green", rules.UNLIKE_UNSEEN),  # 0 left, 3 came
        ("1.material.metal, 2.color.red", rules.UNLIKE_UNSEEN),
        ("0.color.green, 0.size.small, 0.position.behind.1", rules.AS_SHORT),  # 0 left, 3 came and got small
        ("1.color.red, 1.material.metal, 1.position.left.1", rules.AS_SHORT),
    ],
)
def test_what_ends_nearly_as_one_out_of_sight_is_drawn_again(steps, rule):
    with pytest.raises(Rejected, match=re.escape(rule.text)):
        uniqueness.check_unique(states(steps), SPLIT)


@pytest.mark.parametrize(
    "steps", ["", "0.color.blue", "2.position.front.1", "0.color.blue, 0.size.small", "1.position.left.1, 0.color.red"]
)
def test_what_ends_like_no_other_is_fair(steps):
    uniqueness.check_unique(states(steps.replace("0.color.red", "0.color.gray")), SPLIT)


def test_of_two_that_could_have_entered_and_changed_none_is_drawn():
    """A red cube enters and turns blue; so could a blue sphere that turns into a cube."""
    initial = STATE.replace(3, color="red", position=(30, 12), size="small").replace(4, color="blue", material="rubber")
    entered = "3.position.behind.2"
    uniqueness.check_unique(states(entered, initial), SPLIT)
    with pytest.raises(Rejected, match=rules.AS_SHORT.text):
        uniqueness.check_unique(states(f"{entered}, 3.color.blue", initial), SPLIT)


def test_one_that_becomes_like_one_that_leaves_is_drawn_again():
    """2 leaves, and 1 moves and becomes like it: as well, 1 left, and 2 moved."""
    initial = STATE.replace(2, size="small", material="glass", shape="sphere", position=(19, 12))
    gone = "2.position.front.1, 1.color.gray"
    with pytest.raises(Rejected, match=rules.AS_SHORT.text):
        uniqueness.check_unique(states(f"{gone}, 1.position.left.1", initial), SPLIT)


def test_two_that_exchange_looks_could_have_exchanged_places():
    """Where one step leads from each place to the other; else that takes more steps."""
    initial = UNSEEN.replace(1, shape="cube", size="large", material="rubber", position=(10, -10))
    exchanged = "0.color.cyan, 1.color.red"
    near = states(exchanged, initial)
    with pytest.raises(Rejected, match=rules.AS_SHORT.text):
        uniqueness.check_unique(near, SPLIT)
    uniqueness.check_unique(states(exchanged, initial.replace(1, position=(11, -10))), SPLIT)


def test_where_nothing_moves_all_objects_stay_who_they_are():
    split = load("sampling.kinds=[color, shape, size, material]").split("train")
    uniqueness.check_unique(states("0.color.green, 1.material.metal", split=split), split)


def test_a_twin_may_move_alone():
    split = load("sampling.twins=true", "sampling.repeat=true").split("train")
    looks = {name: STATE[0].attributes[name] for name in ("shape", "size", "color", "material")}
    twins = STATE.replace(1, **looks).replace(3, size="small").replace(4, size="medium")
    uniqueness.check_unique(states("0.position.right.1", twins, split), split)
    crossed = "0.position.right.2, 1.position.right.2"
    uniqueness.check_unique(states(crossed, twins, split), split)  # no one step leads from the one to the other
    with pytest.raises(Rejected, match=rules.AS_SHORT.text):
        uniqueness.check_unique(states(crossed, twins.replace(1, position=(10, -10)), split), split)


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("slide", "0.color.cyan, 1.slide.right, 1.slide.right, 1.color.red"),  # or 0 moved there, and 1 to its place
        ("exchange", "0.color.cyan, 1.color.red"),  # or they changed places
        ("exchange", "0.color.cyan, 1.color.blue"),  # or they did, and 0 turned blue
    ],
)
def test_a_kind_that_does_not_say_what_it_changes_may_have_moved_objects(kind, steps):
    split = load(f"sampling.kinds=[color, 'tests.swapping:{kind.title()}']", *THREE).split("train")
    initial = UNSEEN.replace(0, position=(-10, 0)).replace(
        1, shape="cube", size="large", material="rubber", position=(-10, -20)
    )
    with pytest.raises(Rejected, match=rules.AS_SHORT.text):
        uniqueness.check_unique(states(steps, initial, split), split)
    uniqueness.check_unique(states("0.color.gray, 1.color.blue", initial, split), split)


def test_a_kind_that_moves_objects_by_where_they_stand_does_not_move_them_anywhere():
    split = load("sampling.kinds=[color, 'tests.swapping:Mirror']", *THREE).split("train")
    initial = UNSEEN.replace(1, shape="cube", size="large", material="rubber", position=(10, -10))
    uniqueness.check_unique(states("0.color.cyan, 1.color.red", initial, split), split)


def test_steps_of_several_objects_are_counted_exactly():
    """Three objects in a step count a third each, and six such thirds are two steps."""
    split = load("sampling.kinds=['tests.swapping:Rotate']", "sampling.on_stage=3", "sampling.steps=1").split("train")
    fewest, parts = touching.fewest_steps(split), touching.whole(split)
    third = fewest(frozenset({"position"}))
    assert parts == 3 * third
    assert sum([third] * 6) == 2 * parts
