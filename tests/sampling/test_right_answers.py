"""All right answers of problems written by hand: ways to say a step, and alternatives."""

import pytest

from tests.sampling.answers import KINDS, SPLIT, STATE, steps_of
from tests.tiny import load
from tvrgen.sampling import right_answers as searched
from tvrgen.sampling import rules
from tvrgen.sampling.right_answers import MOST_ALTERNATIVES, fewest_steps_to, right_answers
from tvrgen.sampling.touching import share_effects
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Step


def found(text, initial=STATE, split=SPLIT):
    """The ways to say each step besides itself, and the alternatives, of each change the last way; all as texts."""
    steps = steps_of(text)
    states = replay.replay(initial, steps, split.kinds, split.vocabulary)
    answers = right_answers(states, steps, split)
    assert [ways[0] for ways in answers.accepted] == steps
    ways = [{said(way, initial) for way in ways[1:]} for ways in answers.accepted]
    return ways, {frozenset(said(ways[-1], initial) for ways in other) for other in answers.alternatives}


def said(step, initial):
    there = tuple(k for k in step.objects if k < len(initial.objects) and initial[k].present)
    return str(Step(objects=there, kind=step.kind, value=step.value))


def test_a_color_may_be_that_of_any_object_that_has_it():
    initial = STATE.replace(2, color="cyan")
    assert found("0.color.cyan", initial) == ([{"0+1.recolor_like", "0+2.recolor_like"}], set())
    assert found("0+1.recolor_like", initial) == ([{"0.color.cyan", "0+2.recolor_like"}], set())


def test_an_object_that_others_are_compared_with_is_as_it_is_then():
    """1 takes the color of 0 before that changes, if the answer says so in this order."""
    ways, others = found("1.color.red, 0.color.blue")
    assert ways == [{"1+0.recolor_like"}, set()]
    assert not others
    ways, others = found("0.color.blue, 1.color.red")
    assert ways == [set(), set()]
    assert others == {frozenset({"1+0.recolor_like", "0.color.blue"})}  # in the other order, with the other way


def test_several_attributes_are_one_change_or_several():
    one = "0.replace.large_blue_glass_cube"
    assert found(one) == ([set()], {frozenset({"0.color.blue", "0.material.glass"})})
    assert found("0.color.blue, 0.material.glass")[1] == {
        frozenset({one}), frozenset({"0.disappear", "new.appear.large_blue_glass_cube"})
    }  # fmt: skip


def test_an_object_that_is_gone_may_have_left_or_disappeared():
    ways, others = found("2.disappear")
    assert {"2.position.front.1", "2.position.front_left.2"} <= ways[0]
    assert "2.position.left.1" not in ways[0]
    assert not others
    ways, _ = found("2.position.front.1")
    assert {"2.disappear", "2.position.front.2"} <= ways[0]


def test_what_comes_into_sight_may_be_new():
    ways, others = found("3.position.front.1", STATE.replace(3, position=(-22, 12)))
    assert {"new.appear.large_green_rubber_cube", "3.position.front_right.1"} <= ways[0]
    assert not others
    _, others = found("3.position.front.1, 3.color.blue", STATE.replace(3, position=(-22, 12)))
    assert others == {frozenset({"new.appear.large_blue_rubber_cube"})}


def test_what_stands_beside_another_may_have_moved_there():
    beside = replay.replay(STATE, steps_of("0+1.next_to.left"), SPLIT.kinds, SPLIT.vocabulary)[-1][0].position
    dx, dy = SPLIT.vocabulary.displacement("behind", 1)
    initial = STATE.replace(0, position=(beside[0] - dx, beside[1] - dy))
    assert found("0+1.next_to.left", initial) == ([{"0.position.behind.1"}], set())
    assert found("0.position.behind.1", initial)[0] == [{"0+1.next_to.left"}]


def test_two_moves_are_no_swap_as_the_first_would_lead_into_the_other():
    initial = STATE.replace(1, position=(-10, 10))
    assert found("0+1.swap", initial) == ([set()], set())


def test_a_problem_with_too_many_other_answers_is_drawn_again(monkeypatch):
    replaced = "0.replace.small_blue_glass_sphere, 1.replace.large_red_metal_cube"
    assert len(found(replaced)[1]) == 3 < MOST_ALTERNATIVES
    monkeypatch.setattr(searched, "MOST_ALTERNATIVES", 2)
    with pytest.raises(Rejected, match=rules.MANY_ANSWERS.text):
        found(replaced)


def test_a_step_whose_effect_does_not_last_keeps_what_its_kind_accepts():
    split = load(f"sampling.kinds=[{KINDS}]", "sampling.on_stage=[4, 6]", "sampling.repeat=true").split("train")
    ways, others = found("0.color.blue, 0.color.green", STATE, split)
    assert ways == [set(), set()]
    assert frozenset({"0.color.green"}) in others


@pytest.mark.parametrize(
    ("kinds", "shared"),
    [
        ("color, shape, size, material, position", False),
        ("color, rotation", False),
        ("color, replace", True),
        ("swap", True),
        ("position, disappear", True),
        ("color, disappear", False),
    ],
)
def test_answers_are_searched_only_where_kinds_do_what_others_do(kinds, shared, monkeypatch):
    split = load(f"sampling.kinds=[{kinds}]", "sampling.on_stage=[4, 6]", "sampling.steps=1").split("train")
    assert share_effects(split) == shared
    if not shared:
        monkeypatch.setattr(searched, "_Search", None)
        states = replay.replay(STATE, steps_of("0.color.blue"), SPLIT.kinds, SPLIT.vocabulary)
        assert not right_answers(states, (), split).alternatives


def test_how_few_steps_lead_from_one_state_to_another():
    final = STATE.replace(0, color="blue", shape="sphere").replace(1, size="large")
    assert fewest_steps_to(STATE, final, 1, SPLIT) is None
    assert fewest_steps_to(STATE, final, 4, SPLIT) == 2
    assert fewest_steps_to(STATE, STATE, 0, SPLIT) == 0


def test_what_has_come_into_sight_changes_by_any_kind():
    ways, others = found("3.position.front.1, 3+1.recolor_like", STATE.replace(3, position=(-22, 12)))
    assert ways[1] == {"3.color.cyan"}
    assert frozenset({"new.appear.large_cyan_rubber_cube"}) in others


def test_what_another_object_is_like_between_its_own_steps_is_looked_at():
    """2 moves, 0 comes beside it as near as its size allows, and then it shrinks."""
    steps = steps_of("2.position.left.1, 0+2.next_to.behind, 2.size.small")
    states = replay.replay(STATE.replace(2, size="large"), steps, SPLIT.kinds, SPLIT.vocabulary)
    assert fewest_steps_to(states[0], states[-1], 3, SPLIT) == 3


MOVING = load("sampling.kinds=[color, position]", "sampling.on_stage=[4, 6]").split("train")


def test_what_has_left_first_is_in_the_way_of_none():
    """0 may leave to where 1 stood near, if 1 has left; not if 1 stays."""
    initial = (
        STATE.replace(0, position=(0, 17)).replace(1, size="large", position=(13, 17)).replace(2, position=(-20, 0))
    )
    alone, _ = found("0.position.behind_right.1", initial, MOVING)
    both, _ = found("0.position.behind_right.1, 1.position.behind_right.1", initial, MOVING)
    assert both[0] - alone[0] == {"0.position.front_right.1"}
    assert alone[0] <= both[0]
    coloured, _ = found("0.position.behind_right.1, 2.color.red, 1.position.behind_right.1", initial, MOVING)
    assert coloured == [both[0], set(), both[1]]


def test_what_enters_first_is_in_the_way_of_none():
    """3 may have entered from where 1 came to stand near, if it did so before."""
    initial = STATE.replace(3, position=(-12, 22)).replace(1, size="large", position=(0, -3))
    initial = initial.replace(0, position=(20, -20)).replace(2, position=(-20, 0))
    alone, _ = found("3.position.left.1", initial, MOVING)
    later, _ = found("1.position.right.2, 3.position.left.1", initial, MOVING)
    assert later[1] == alone[0]
