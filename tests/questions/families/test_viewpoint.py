"""Viewpoints: held against azimuths of the cameras, and against the states that images show."""

from collections import Counter

import pytest

from tests.questions.families.cases import (
    azimuth,
    cases,
    exhibits,
    facts,
    in_mirror,
    on_stage,
    share_of_levels,
    split_of,
)
from tvrgen._support.errors import UserError

pytestmark = pytest.mark.rays


def turned(exhibit, one, other):
    angle = azimuth(exhibit.images[other].camera) - azimuth(exhibit.images[one].camera)
    return (angle + 180) % 360 - 180


@pytest.mark.parametrize("settings", [{}, {"cameras": ("left", "right")}, {"views": "one"}])
def test_answers_by_azimuths(settings):
    found = Counter()
    for exhibit, subject, answered in cases("viewpoint", **settings):
        images, _, (asked,) = subject
        found[answered.level] += 1
        if asked == "scene":
            continue
        angle = turned(exhibit, *images)
        if asked == "side":
            assert answered.value == ("the same place" if abs(angle) < 8 else "left" if angle < 0 else "right")
            assert abs(angle) < 8 or 15 < abs(angle) < 150
        else:
            assert abs(abs(angle) - int(answered.value)) <= 8
            others = [int(own) for own in exhibit.split.families["viewpoint"].among(exhibit, subject)]
            assert min(others, key=lambda own: abs(abs(angle) - own)) == int(answered.value)
    _, split = split_of(**settings)
    assert {*found} == {*split.families["viewpoint"].levels(split)}


def test_a_camera_on_the_left_shows_more_of_what_is_on_the_left():
    """A point to the first viewer's left comes nearer to a camera that has gone left."""
    for exhibit, subject, answered in cases("viewpoint"):
        (one, other), _, (asked,) = subject if len(subject.images) == 2 else ((None, None), (), ("",))
        if asked == "side" and answered.value != "the same place":
            camera, moved = exhibit.images[one].camera, exhibit.images[other].camera
            x, y = camera.location[:2]
            left = (3 * y / (x * x + y * y) ** 0.5, -3 * x / (x * x + y * y) ** 0.5)
            near = [sum((a - b) ** 2 for a, b in zip(left, own.location[:2], strict=True)) for own in (camera, moved)]
            assert (near[1] < near[0]) == (answered.value == "left")


@pytest.mark.parametrize("settings", [{}, {"steps": (3, 4), "objects": (8, 9), "count": 20}])
def test_one_image_shows_the_same_scene(settings):
    count = 0
    for exhibit, subject, answered in cases("viewpoint", **settings):
        if subject.about != ("scene",):
            continue
        count += 1
        first, *others = (exhibit.images[image] for image in subject.images)
        assert len({*subject.images}) == len(subject.images) == (5 if settings else 3)
        assert len({shot.camera.name for shot in others}) == 1
        assert first.camera.name != others[0].camera.name
        same = [
            k
            for k, shot in enumerate(others)
            if [*map(facts, shot.state.objects)] == [*map(facts, first.state.objects)]
        ]
        assert len(same) == 1
        assert answered.value == f"the {('second', 'third', 'fourth', 'fifth')[same[0]]} image"
        final = others[same[0]]
        for wrong in (shot for shot in others if shot is not final):
            differ = [k for k, obj in enumerate(wrong.state.objects) if facts(obj) != facts(final.state[k])]
            there = [k for k in differ if on_stage(final.state[k]) and final.seen[k].pixels >= 150]
            gone = [k for k in differ if wrong.when == "initial" and wrong.seen[k].pixels >= 150]
            assert there or gone
    assert count > 200


def test_levels_are_possible():
    assert min(share_of_levels("viewpoint").values()) > 0.9
    assert min(share_of_levels("viewpoint", views="one").values()) > 0.9


def test_sides_flip_in_the_mirror():
    other_side = {"left": "right", "right": "left"}
    for exhibit in exhibits()[:40]:
        mirrored, family = in_mirror(exhibit), exhibit.split.families["viewpoint"]
        for subject in family.subjects(exhibit):
            one, other = family.answer(exhibit, subject), family.answer(mirrored, family.mirror(mirrored, subject))
            assert (other and other.value) == (one and other_side.get(one.value, one.value))


def test_what_a_split_lacks_is_said():
    with pytest.raises(UserError, match=r"questions\[.\]: viewpoint needs a final camera .*; write cameras.final"):
        split_of(cameras=("center",))


def test_reasons_are_sentences_about_what_is_asked():
    told = set()
    for exhibit, subject, answered in cases("viewpoint")[::3]:
        family = exhibit.split.families["viewpoint"]
        sentences = [*family.rationale(exhibit, subject, answered)]
        assert sentences
        assert all(sentence.text[0].isupper() and sentence.text.endswith(".") for sentence in sentences)
        told |= {(subject.about[0], sentence.text.split()[0]) for sentence in sentences}
    assert {asked for asked, _ in told} == {"side", "degrees", "scene"}
