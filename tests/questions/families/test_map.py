"""Maps: held against a projection of the answer's cells into the image, and against positions on the ground."""

import dataclasses
import itertools
import json
import math

import numpy as np
import pytest

from tests.questions.families.cases import cases, exhibits, fitting, in_mirror, on_stage, share_of_levels, split_of
from tvrgen.questions.base import Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.forms.registry import FORMS
from tvrgen.scene import camera_model

pytestmark = pytest.mark.rays


def pixel(camera, width, height, point):
    """The pixel of a point in metres: the camera's axes, with z upwards in the image."""
    eye, target = np.array(camera.location), np.array(camera.look_at)
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, (0, 0, 1))
    right /= np.linalg.norm(right)
    offset, scale = np.array(point) - eye, camera.focal_length / camera.sensor_width * width
    depth = offset @ ahead
    return width / 2 + scale * (offset @ right) / depth, height / 2 - scale * (offset @ np.cross(right, ahead)) / depth


def test_the_middle_of_each_cell_is_near_the_object_in_the_image():
    """For the first image's viewer at +x: x of the map is y of the world, and y of the map its -x."""
    checked = 0
    for exhibit, subject, answered in cases("map"):
        (image,) = subject.about
        shot = exhibit.images[image]
        cells = json.loads(FORMS["map"].write(answered.value))
        assert len(cells) == sum(map(on_stage, shot.state.objects))
        for name, [(x, y)] in cells.items():
            (k,) = fitting(exhibit, image, name)
            middle = (3 - (y + 0.5) * 0.6, (x + 0.5) * 0.6 - 3, 0)
            true = (*(c * 0.15 for c in shot.state[k].position), 0)
            assert max(abs(a - b) for a, b in zip(middle, true, strict=True)) <= 0.3 + 1e-9
            box, radius = shot.seen[k].box, exhibit.split.vocabulary.sizes[shot.state[k].size]
            u, v = pixel(shot.camera, 320, 240, (*middle[:2], radius))
            if shot.seen[k].fraction == 1:
                assert box[0] - 25 <= u <= box[2] + 25
                assert box[1] - 25 <= v <= box[3] + 25
            checked += 1
    assert checked > 1000


def test_x_and_y_are_as_the_first_viewer_sees_them():
    for exhibit, subject, answered in cases("map"):
        if subject.about != (exhibit.first,):
            continue
        shot = exhibit.images[exhibit.first]
        places = {name: place for name, [place] in answered.value.items()}
        found = {name: fitting(exhibit, exhibit.first, name)[0] for name in places}
        seen = {
            name: pixel(shot.camera, 320, 240, (*(c * 0.15 for c in shot.state[k].position), 0))
            for name, k in found.items()
        }
        for one in places:
            for other in places:
                if places[one][0] + 3 < places[other][0] and abs(places[one][1] - places[other][1]) < 2:
                    assert seen[one][0] < seen[other][0]
                if places[one][1] + 3 < places[other][1] and abs(places[one][0] - places[other][0]) < 2:
                    assert seen[one][1] > seen[other][1]


def test_wrong_maps_are_mirror_images():
    asked = 0
    for exhibit, subject, answered in cases("map"):
        family, form = exhibit.split.families["map"], FORMS["map"]
        truth = {"value": answered.value}
        assert form.judge(form.write(answered.value), truth).share == 1
        near = family.near(exhibit, subject, answered)
        assert len(near) in (0, 3)
        for one, other in itertools.combinations([answered.value, *near], 2):
            assert max(math.dist(one[name][0], other[name][0]) for name in one) >= 2
        for wrong in near:
            asked += 1
            assert form.judge(form.write(wrong), truth).share < 1
            axes = {
                tuple(math.isclose(a + b, 10) for a, b in zip(p, q, strict=True))
                for [p], [q] in zip(answered.value.values(), wrong.values(), strict=True)
            }
            assert any(all(own[k] for own in axes) for k in (0, 1))
    assert asked > 300


def test_twins_have_flipped_maps():
    flips = 0
    for exhibit in exhibits()[:40]:
        mirrored, family = in_mirror(exhibit), exhibit.split.families["map"]
        for subject in family.subjects(exhibit):
            one, other = family.answer(exhibit, subject), family.answer(mirrored, family.mirror(mirrored, subject))
            assert bool(one) == bool(other)
            if one:
                assert other.value == {name: [[10 - x, y]] for name, [(x, y)] in one.value.items()}
                flips += 1
    assert flips > 20


def test_levels_are_possible():
    assert share_of_levels("map")[""] > 0.6


def test_what_a_split_lacks_is_said():
    """Seen from 41 degrees, the near side of the stage is not clear."""
    _, split = split_of()
    family = split.families["map"]
    assert family.lacks(split) == ""
    turned = dataclasses.replace(split, azimuths={**split.azimuths, split.cameras.initial: 41.0})
    assert "cameras.initial: center" in family.lacks(turned)


@pytest.mark.parametrize("quarter", range(4))
def test_a_first_camera_on_another_side_turns_the_map(quarter):
    """The cells are as its viewer sees them: what is on the right in the image has a larger x."""
    for exhibit in exhibits()[:12]:
        turned = _from_side(exhibit, quarter)
        answered = turned.split.families["map"].answer(turned, Subject((turned.first,), about=(turned.first,)))
        shot = turned.images[turned.first]
        for name, [(x, y)] in (answered.value if answered else {}).items():
            (k,) = fitting(turned, turned.first, name)
            position = [c * 0.15 for c in shot.state[k].position]
            ahead = [-math.cos(math.radians(90 * quarter)), -math.sin(math.radians(90 * quarter))]
            assert x == pytest.approx(5 + (position[0] * ahead[1] - position[1] * ahead[0]) / 0.6, abs=1e-3)
            assert y == pytest.approx(5 + (position[0] * ahead[0] + position[1] * ahead[1]) / 0.6, abs=1e-3)


def _from_side(exhibit, quarter):
    """The exhibit with its first camera gone a quarter around the stage, or several; what is seen stays."""
    shot = exhibit.planned.initial
    x, y, z = shot.camera.location
    for _ in range(quarter):
        x, y = -y, x
    camera = dataclasses.replace(shot.camera, location=(x, y, z))
    moved = dataclasses.replace(shot, view=camera_model.view(camera, shot.view.width, shot.view.height))
    return Exhibit(
        dataclasses.replace(exhibit.planned, shots=(moved, *exhibit.planned.shots[1:])), exhibit.view, exhibit.split
    )
