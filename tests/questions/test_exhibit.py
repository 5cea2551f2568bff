"""Exhibits: which images there are of a problem, and what they tell of its changes."""

import dataclasses

import pytest

from tests.questions.families.cases import exhibits, split_of
from tvrgen.questions import choices
from tvrgen.questions.base import Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.transformations import replay

pytestmark = pytest.mark.rays


def test_images():
    for exhibit in exhibits()[:9]:
        steps = len(exhibit.steps)
        assert exhibit.first == "initial-center"
        assert exhibit.second == f"final-{exhibit.view}"
        assert {exhibit.second, *exhibit.others} == {"final-left", "final-center", "final-right"}
        assert exhibit.between == tuple(f"step{k}-center" for k in range(1, steps))
        assert {*exhibit.images} == {exhibit.first, exhibit.second, *exhibit.others, *exhibit.between}
        for other in exhibit.others:
            assert exhibit.images[other].state == exhibit.images[exhibit.second].state
            assert exhibit.seen(other)


def test_there_is_nothing_between_where_it_is_not_rendered():
    _, split = split_of()
    output = dataclasses.replace(split.output, intermediate=False)
    exhibit = exhibits()[0]
    assert Exhibit(exhibit.planned, exhibit.view, dataclasses.replace(split, output=output)).between == ()


KINDS = ("color", "shape", "position", "swap", "next_to", "replace", "appear", "disappear")


def test_all_right_answers_change_the_same_objects_of_the_first_image():
    """Those in which the states differ; an answer may say besides that one is gone, and that a new one is there."""
    alternatives = renewing = 0
    for exhibit in exhibits(kinds=KINDS, steps=(2, 4), views="one", count=200):
        first, last = (exhibit.images[image].state for image in (exhibit.first, exhibit.second))
        there = {k for k, obj in enumerate(first.objects) if exhibit.split.vocabulary.grid.shows(obj)}
        for other in exhibit.planned.alternatives:
            steps, changed, state = [ways[0] for ways in other], set(), first
            new = any(k >= len(first.objects) for step in steps for k in step.objects)
            for step in steps:
                if max(step.objects) < len(first.objects):
                    after = replay.apply(state, step, exhibit.split.kinds, exhibit.split.vocabulary)
                    changed |= {*replay.differing(state, after)}
                    state = after
            assert changed & there == {*replay.differing(first, last)} & there
            left = {*replay.differing(state, last)} & there
            assert left <= exhibit.renewed
            assert not exhibit.renewed or any(
                k >= len(first.objects) for o in exhibit.planned.alternatives for w in o for k in w[0].objects
            )
            alternatives, renewing = alternatives + 1, renewing + bool(new and left)
    assert alternatives > 20
    assert renewing > 2


def test_mixed_options_do_not_depend_on_the_right_one():
    exhibit, subject = exhibits()[0], Subject(("a",), (1, 2))
    for places in (3, 4):
        orders = {
            tuple(own.index(v) for v in choices.mixed(exhibit, subject, own))
            for own in ([*range(places)], [*"abcd"[:places]])
        }
        assert len(orders) == 1
    orders = {tuple(choices.mixed(e, Subject(("a",), (k, 2)), "abc")) for e in exhibits()[:30:3] for k in range(5)}
    assert len(orders) == 6
