"""Directions of two objects: held against a projection of the tests' own, from either camera."""

import math
import re
from collections import Counter

import pytest

from tests.questions.families.scenes import answered, column, config, exhibits, far, metres, radius, seen_from
from tvrgen.questions.families.relation import WORDS

OPPOSITE = dict(zip(WORDS, ("right", "left", "behind", "front"), strict=True))


def degrees_said(words):
    if "opposite" in words["seen"]:
        return 180
    turn = re.search(r"(\d+) degrees further around the stage, to the (left|right) of this one", words["seen"])
    return int(turn[1]) * (1 if turn[2] == "right" else -1) if turn else 0


@pytest.mark.rays
def test_answers_are_those_of_a_camera_at_the_place_that_is_said():
    found = Counter()
    for exhibit, subject, answer in answered("relation"):
        if not answer:
            continue
        (image,), (a, b) = subject.images, subject.objects
        family = exhibit.split.families["relation"]
        turn = degrees_said(family.words(exhibit, subject))
        assert bool(turn) == (subject.about == ("there",))
        columns = column(exhibit, image, a, turn) - column(exhibit, image, b, turn)
        depths = far(exhibit, image, a, turn) - far(exhibit, image, b, turn)
        radii = abs(radius(exhibit, image, a) - radius(exhibit, image, b))
        if answer.value in ("left", "right"):
            assert (columns < -0.03) if answer.value == "left" else (columns > 0.03)
        else:
            assert (depths < -0.3 - radii) if answer.value == "front" else (depths > 0.3 + radii)
        found[answer.level] += 1
    assert min(found.values()) > 1000, found
    assert len(found) == 8


@pytest.mark.rays
def test_no_other_direction_fits():
    """On the ground, the direction is within 31 degrees of the one said; of the opposite of another, never."""
    for exhibit, subject, answer in answered("relation"):
        if answer:
            (image,), (a, b) = subject.images, subject.objects
            turn = degrees_said(exhibit.split.families["relation"].words(exhibit, subject))
            camera = exhibit.images[image].camera
            one, other = (seen_from(camera, metres(exhibit, image, k), turn) for k in (a, b))
            across, towards = one[0] - other[0], math.hypot(one[2] - other[2], one[1] - other[1])
            angle = math.degrees(math.atan2(abs(across), towards))
            assert angle > 59 if answer.value in ("left", "right") else angle < 19


@pytest.mark.rays
def test_the_other_way_round_is_the_opposite():
    for exhibit, subject, answer in answered("relation"):
        other = exhibit.split.families["relation"].answer(exhibit, subject._replace(objects=subject.objects[::-1]))
        assert (answer and OPPOSITE[answer.value]) == (other and other.value)


@pytest.mark.rays
def test_the_other_camera_is_where_the_words_say():
    """From where the words put it, the camera whose image is not shown sees the scene within a few degrees."""
    for exhibit in exhibits():
        for subject in [s for s in exhibit.split.families["relation"].subjects(exhibit) if s.about == ("there",)][:1]:
            (image,) = subject.images
            other = exhibit.second if image == exhibit.first else exhibit.first
            here, there = (exhibit.images[name].camera.location for name in (image, other))
            turn = degrees_said(exhibit.split.families["relation"].words(exhibit, subject))
            due = math.degrees(math.atan2(there[1], there[0]) - math.atan2(here[1], here[0]))
            assert abs((turn - due + 180) % 360 - 180) < 1


@pytest.mark.rays
def test_where_the_cameras_are_the_same_the_other_one_is_opposite():
    family = config(final=("center",)).split("train").families["relation"]
    for exhibit in exhibits(count=3, final=("center",)):
        subject = next(s for s in family.subjects(exhibit) if s.about == ("there",))
        assert family.words(exhibit, subject)["seen"] == "seen from a camera on the opposite side of the stage"
