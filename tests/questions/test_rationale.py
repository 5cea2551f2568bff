"""Rationales: true to the problem, in every shipped config."""

import dataclasses
import math
import re

import pytest

from tests.tiny import ONE_FAMILY, handmade, load, question_lines, with_object
from tvrgen._support.rng import generator
from tvrgen.config import loader
from tvrgen.dataset import records
from tvrgen.imaging.visibility import Sight
from tvrgen.questions import rationale
from tvrgen.questions.forms import changes_text
from tvrgen.sampling import sampler
from tvrgen.scene.attributes import BUILT_IN
from tvrgen.scene.model import Camera
from tvrgen.transformations import replay
from tvrgen.transformations.base import Step

PROBLEMS = 6

OF_PLACES = ("swap", "next_to")
"""Kinds that tell of places in words of their own."""


def told(planned, view, split, seed=0):
    return rationale.rationale(generator(seed, planned.problem.id, view), planned, view, split, split.questions[0])


def about(sentences, planned):
    """Object -> its sentences, of a full rationale."""
    parts, k = {}, -1
    for sentence in sentences[1:-1]:
        k += sentence.does == "locate"
        parts.setdefault(k, []).append(sentence)
    return parts


@pytest.fixture(scope="module", params=ONE_FAMILY)
def problems(request):
    """(planned, view, split) of some problems of every split of a config, with full rationales."""
    config = loader.load(request.param, {"question.rationale": "full"})
    found = []
    for split in config.splits.values():
        for k in range(min(PROBLEMS, split.count)):
            planned = sampler.plan_problem(config, split.name, k)
            found += [(planned, view, split) for view in planned.problem.views]
    return found


@pytest.mark.rays
def test_nothing_is_said_that_the_second_image_does_not_show(problems):
    """Sentences on a hidden or absent object name no look and no place in the second image."""
    for planned, view, split in problems:
        least = split.sampling.min_visible_pixels * (split.render.width / 320) ** 2
        values = {v for a in BUILT_IN for v in split.vocabulary.values(a)}
        for k, sentences in about(told(planned, view, split), planned).items():
            if planned.final(view).seen[k].pixels < least:
                later = " ".join(s.text for s in sentences[1:])
                assert not values & set(re.findall(r"\w+", later)), later
                assert len(sentences) == 2


@pytest.mark.rays
def test_looks_and_differences_are_those_of_the_states(problems):
    for planned, view, split in problems:
        first, last = planned.states[0].objects, planned.states[-1].objects
        for k, sentences in about(told(planned, view, split), planned).items():
            assert " ".join(first[k].looks) in sentences[0].text
            if len(sentences) < 3:
                continue
            match, compare = sentences[1].text, sentences[2].text
            assert " ".join(last[k].looks) in match
            for attribute in BUILT_IN:
                was, is_ = getattr(first[k], attribute), getattr(last[k], attribute)
                pair = (
                    f"{attribute} was {was} and is {is_}" in compare
                    or f"{attribute} has changed from {was} to {is_}" in compare
                )
                assert pair == (was != is_), compare
            if any(step.kind in OF_PLACES for step in planned.problem.steps):
                continue
            if planned.states[0].objects[k].position != planned.states[-1].objects[k].position:
                assert "moved" in compare or "stands elsewhere" in compare or "come onto the stage" in compare
            else:
                assert "moved" not in compare


@pytest.mark.rays
def test_neighbours_stand_where_it_says(problems):
    """Of "behind the large red metal cube" and its like, against the distances to the camera."""
    checked = 0
    for planned, view, split in problems:
        last, camera = planned.states[-1].objects, planned.final(view).camera
        for k, sentences in about(told(planned, view, split), planned).items():
            if len(sentences) < 3 or not (
                found := re.search(r", (in front of|behind) the (\w+ \w+ \w+ \w+)", sentences[1].text)
            ):
                continue
            others = [o for o in last if " ".join(o.looks) == found[2] and o is not last[k]]
            if len(others) != 1:
                continue
            towards = [
                sum((p * split.vocabulary.grid.unit) * c for p, c in zip(o.position, camera.location, strict=False))
                for o in (last[k], others[0])
            ]
            assert (towards[0] > towards[1]) == (found[1] == "in front of"), sentences[1].text
            checked += 1
    assert checked


@pytest.mark.rays
def test_the_conclusion_is_the_answer(problems):
    for planned, view, split in problems:
        last = told(planned, view, split)[-1]
        assert last.does == "conclude"
        text = changes_text.write(planned.said)
        assert text in last.text if planned.problem.steps else "hange" in last.text


@pytest.mark.rays
def test_short_ones_speak_of_changed_objects_alone(problems):
    for planned, view, split in problems:
        asked = dataclasses.replace(split.questions[0], rationale="short")
        short = told(planned, view, dataclasses.replace(split, questions=(asked,)))
        named = [int(found[1]) for s in short if s.does == "locate" and (found := re.search(r"bject (\d+)", s.text))]
        assert named == sorted({k for step in planned.said for k in step.objects})


@pytest.mark.rays
def test_phrasings_differ_and_come_back(problems):
    planned, view, split = problems[0]
    texts = {tuple(s.text for s in told(planned, view, split, seed)) for seed in range(8)}
    assert len(texts) > 1
    assert told(planned, view, split, 1) == told(planned, view, split, 1)


@pytest.mark.rays
@pytest.mark.parametrize("name", ["star_r1", "trance_view"])
def test_objects_that_look_alike_are_told_by_their_numbers(name):
    config = loader.load(name, {"question.rationale": "full", "sampling.twins": True})
    split, numbered = next(iter(config.splits.values())), 0
    for k in range(PROBLEMS):
        planned = sampler.plan_problem(config, split.name, k)
        for view in planned.problem.views:
            for sentence in told(planned, view, split):
                numbered += ", the " in sentence.text
                assert not re.search(r",[.,]| ,|\.\.", sentence.text), sentence.text
    assert numbered


@pytest.mark.parametrize("rationale", ["none", "short", "full"])
def test_a_rationale_stands_in_a_question_where_it_is_asked_for(rationale):
    config = load(f"question.rationale={rationale}")
    split = config.split("train")
    line = question_lines(handmade(config, split, 0), split, config.seed)[0]
    records.check(line, "question", "line")
    assert ("rationale" in line) == (rationale != "none")
    located = [s for s in line.get("rationale", []) if s["does"] == "locate"]
    assert len(located) == {"none": 0, "short": 2, "full": 3}[rationale]


class Phrasing:
    """A generator that draws the first phrasing, or the last one."""

    def __init__(self, last: bool = False) -> None:
        self._last = last

    def integers(self, high: int) -> int:
        return high - 1 if self._last else 0


KINDS = "sampling.kinds=[color, shape, size, material, position, 'tests.export.data:Turn']"
SPLIT = load("question.rationale=full", KINDS).split("train")
SEEN = Sight(400, 1.0, (30, 20, 50, 40))
"""In the middle of an image of 80 x 60 pixels."""
NOWHERE = Sight(0, 0.0, None)
PLACES = ((-10, -10), (5, 12), (0, 0))
FROM_X = Camera(name="center", location=(10.0, 0.0, 0.0))


def story(
    *steps: str, view="center", positions=PLACES, initial=(SEEN,) * 3, final=(SEEN,) * 3, cameras=None, split=SPLIT,
    last=False,
):  # fmt: skip
    """The texts of a full rationale about three objects, of steps such as "0.color.blue"."""
    problem = handmade(load(), split, 0).problem
    state = problem.initial
    for k, position in enumerate(positions):
        state = with_object(state, k, position=position)
    parts = (step.split(".", 2) for step in steps)
    steps = tuple(Step(objects=(int(k),), kind=kind, value=value) for k, kind, value in parts)
    states = replay.replay(state, steps, split.kinds, split.vocabulary)
    views = ("left",) if cameras else problem.views
    problem = dataclasses.replace(problem, initial=state, steps=steps, cameras=cameras or problem.cameras, views=views)
    sights = {"initial": initial, "final": final}
    shots = problem.shots(states, split.render.width, split.render.height)
    shots = tuple(dataclasses.replace(shot, sights=sights.get(shot.when)) for shot in shots)
    planned = sampler.completed(problem, states, shots, split)
    view = "left" if cameras else view
    return [sentence.text for sentence in rationale.rationale(Phrasing(last), planned, view, split, split.questions[0])]


def test_a_whole_rationale():
    """The viewer is on the positive x axis: objects with larger x are nearer, those with larger y further right."""
    cube, sphere, cylinder = "large red rubber cube", "small cyan glass sphere", "medium gray metal cylinder"
    blue, second = "large blue rubber cube", "In the second image,"
    same = "Its size, color, material and shape are as before, and it stands where it stood."
    assert story("0.color.blue", "2.position.front.2") == [
        "Both images are taken from the same viewpoint.",
        f"Object 0, the {cube}, stands in the middle, behind the {cylinder} and to the left of it in the first image.",
        f"{second} the {blue} is it: it stands in the middle, behind the {sphere} and to the left of it.",
        "Its color was red and is blue now, while its shape, size and material are the same.",
        f"Object 1, the {sphere}, stands in the middle, to the right of the {cylinder} in the first image.",
        f"{second} the {sphere} is it: it stands in the middle, behind the {cylinder} and to the right of it.",
        same,
        f"Object 2, the {cylinder}, stands in the middle, to the left of the {sphere} in the first image.",
        f"{second} the {cylinder} is it: it stands in the middle, in front of the {sphere} and to the left of it.",
        "It has moved 2 steps front, as the first image's viewer sees it.",
        "So the changes are: 0.color.blue, 2.position.front.2.",
    ]


@pytest.mark.parametrize(
    ("steps", "due"),
    [
        (["position.right.2"], "It has moved 2 steps right, as the first image's viewer sees it."),
        (["position.right.1"], "It has moved 1 step right, as the first image's viewer sees it."),
        (
            ["position.right.1", "position.front_left.2"],
            "It stands elsewhere: 1 step right and then 2 steps front left leads there.",
        ),
        (["turn.90"], "It turns by 90 degrees."),
        (
            ["color.blue", "turn.90"],
            "Its color was red and is blue now, and it turns by 90 degrees, while its shape, size and material are the "
            "same.",
        ),
        (
            ["position.right.2", "turn.90"],
            "It has moved 2 steps right, as the first image's viewer sees it, and it turns by 90 degrees.",
        ),
        (
            ["color.blue", "shape.sphere"],
            "Its shape was cube and is sphere now, and its color was red and is blue now, while its size and material "
            "are the same.",
        ),
        (
            ["color.blue", "shape.sphere", "size.small"],
            "Its shape was cube and is sphere now, its size was large and is small now, and its color was red and is "
            "blue now, while its material is the same.",
        ),
        (
            ["color.blue", "shape.sphere", "size.small", "material.glass"],
            "Its shape was cube and is sphere now, its size was large and is small now, its color was red and is blue "
            "now, and its material was rubber and is glass now.",
        ),
    ],
)
def test_differences(steps, due):
    assert story(*(f"0.{step}" for step in steps))[3] == due


def test_an_object_that_leaves():
    told = story("2.position.front.2", positions=((-10, -10), (5, 12), (20, 0)))
    assert told[-2:] == [
        "It is missing in the second image: it has left the stage, and which way does not show.",
        "So the changes are: 2.position.front.2 (any way off the stage that the images allow is right).",
    ]


def test_an_object_that_enters():
    told = story("0.position.front.2", "0.position.front.1", positions=((-40, 0), (5, 12), (0, 0)))
    assert told[1:4] == [
        "Object 0, the large red rubber cube, is out of sight in the first image.",
        "In the second image, the large red rubber cube must be it: "
        "it stands in the middle, behind the medium gray metal cylinder.",
        "It has come onto the stage, and where from does not show.",
    ]
    assert told[-1] == (
        "In this order, these changes lead from the first image to the second: 0.position.front.2, 0.position.front.1 "
        "(any way onto the stage that the images allow is right)."
    )


def test_an_object_that_is_hidden_in_an_image():
    told = story(final=(Sight(0, 0.0, None), SEEN, SEEN))
    assert told[2] == "The second image does not show enough of it to tell; nothing speaks for a change."
    assert told[-1] == "So nothing changed."


def test_an_object_off_stage_in_both_images():
    told = story(positions=((-30, 0), (5, 12), (0, 0)))
    assert told[1:3] == [
        "Object 0, the large red rubber cube, is out of sight in the first image.",
        "It does not appear in the second image either.",
    ]


def test_an_object_is_in_sight_from_the_least_number_of_pixels_on():
    # 160 pixels of an image that is 320 wide are 10 of one that is 80 wide
    split = load("question.rationale=full", "sampling.min_visible_pixels=160").split("train")
    hidden, seen = (story(final=(Sight(pixels, 0.1, SEEN.box), SEEN, SEEN), split=split)[2] for pixels in (9, 10))
    assert hidden.startswith("The second image does not show enough")
    assert seen.startswith("In the second image,")


def test_objects_that_answers_by_description_cannot_name_are_left_out():
    options = ("question.rationale=full", "question.prompt=no_objects", "sampling.moves=[inner, out]")
    by_looks = load(*options).split("train")
    told = story(initial=(SEEN, NOWHERE, SEEN), split=by_looks)
    assert [text.split(" stands")[0] for text in told[1:-1:3]] == [
        "The large red rubber cube", "The medium gray metal cylinder",
    ]  # fmt: skip
    assert "Object 1, the small cyan glass sphere, can hardly be seen in the first image." in story(
        initial=(SEEN, NOWHERE, SEEN)
    )


def test_other_phrasings():
    told = story("0.color.blue", last=True)
    assert told[:4] == [
        "The viewpoint is the same in both images.",
        "In the first image, object 0, the large red rubber cube, stands in the middle, behind the medium gray metal "
        "cylinder and to the left of it.",
        "In the second image, it is the large blue rubber cube that stands in the middle, behind the medium gray metal "
        "cylinder and to the left of it.",
        "Its color has changed from red to blue, while its shape, size and material are the same.",
    ]
    assert told[-1] == "Hence the answer: 0.color.blue."


@pytest.mark.parametrize(("view", "side"), [("left", "left"), ("right", "right")])
def test_a_viewpoint_that_turns(view, side):
    """The cameras are at atan(6.508 / 7.481) = 41 degrees to either side, as high as the first one."""
    assert story(view=view)[0] == (
        f"The second image is taken from another viewpoint, some 41 degrees further {side} around the scene."
    )


@pytest.mark.parametrize(
    ("location", "due"),
    [
        ((10.0, 0.0, 10.0), "some 45 degrees higher around"),
        ((10.0, 0.2, 0.0), "nearly the same viewpoint"),
        ((-10.0, -10.0, 0.0), "some 135 degrees further left around"),
        ((-10.0, 10.0, 0.0), "some 135 degrees further right around"),
        ((10.0, 10.0, -14.2), "some 45 degrees further right and 45 degrees lower around"),
        ((10.0, 0.0, 0.34), "nearly the same"),
        ((10.0, 0.0, 0.36), "some 2 degrees higher around"),
        ((10.0, -0.36, 0.0), "some 2 degrees further left around"),
    ],
)
def test_viewpoints(location, due):
    assert due in story(cameras=(FROM_X, Camera(name="left", location=location)))[0]


@pytest.mark.parametrize(("first", "last", "side"), [(170, 190, "right"), (190, 170, "left")])
def test_a_viewpoint_that_turns_past_180_degrees(first, last, side):
    azimuths = [math.radians(degrees) for degrees in (first, last)]
    cameras = [
        Camera(name=name, location=(2 + 5 * math.cos(a), 1 + 5 * math.sin(a), 3.0), look_at=(2.0, 1.0, 0.0))
        for name, a in zip(("center", "left"), azimuths, strict=True)
    ]
    assert f"some 20 degrees further {side} around" in story(cameras=tuple(cameras))[0]


@pytest.mark.parametrize(
    ("box", "due"),
    [
        ((0, 0, 52, 39), "stands at the upper left,"),
        ((2, 2, 52, 40), "stands in the middle,"),
        ((27, 0, 53, 39), "stands at the top,"),
        ((54, 0, 80, 39), "stands at the upper right,"),
        ((0, 20, 53, 40), "stands on the left,"),
        ((27, 20, 80, 40), "stands on the right,"),
        ((0, 41, 20, 60), "stands at the lower left,"),
        ((30, 40, 50, 60), "stands at the bottom,"),
        ((78, 58, 80, 60), "stands at the lower right,"),
        ((80, 60, 80, 60), "stands at the lower right,"),
    ],
)
def test_the_ninths_of_an_image(box, due):
    """Of 80 x 60 pixels: their edges are at 26.7 and 53.3, and at 20 and 40."""
    assert due in story(final=(Sight(400, 1.0, box), SEEN, SEEN))[2]


@pytest.mark.parametrize(
    ("position", "due"),
    [
        ((10, 0), "in front of the medium gray metal cylinder."),
        ((-10, 0), "behind the medium gray metal cylinder."),
        ((0, 5), "to the right of the medium gray metal cylinder."),
        ((0, -5), "to the left of the medium gray metal cylinder."),
        ((5, 2), "in front of the medium gray metal cylinder."),
        ((4, 2), "in front of the medium gray metal cylinder and to the right of it."),
        ((-2, -4), "behind the medium gray metal cylinder and to the left of it."),
        ((-2, -5), "to the left of the medium gray metal cylinder."),
        ((1, 0), "in front of the medium gray metal cylinder."),
        ((0, 1), "to the right of the medium gray metal cylinder."),
    ],
)
def test_neighbours(position, due):
    """A direction that is more than twice as long as the other one is named alone."""
    assert story(positions=(position, (20, 20), (0, 0)))[2].endswith(due)


def test_neighbours_are_seen_from_the_second_camera():
    """From 41 degrees to the right, an object with larger y is in front: its depth is y sin 41 there."""
    assert story(positions=((0, 10), (20, 20), (0, 0)), view="right")[2].endswith(
        "in front of the medium gray metal cylinder and to the right of it."
    )
    assert story(positions=((0, 10), (20, 20), (0, 0)), view="left")[2].endswith(
        "behind the medium gray metal cylinder and to the right of it."
    )
    # (10, 0) is 10 cos 41 nearer to either camera, and 10 sin 41 to the left of what the right one looks at
    assert story(positions=((10, 0), (20, 20), (0, 0)), view="right")[2].endswith(
        "in front of the medium gray metal cylinder and to the left of it."
    )
    assert story(positions=((10, 0), (20, 20), (0, 0)), view="left")[2].endswith(
        "in front of the medium gray metal cylinder and to the right of it."
    )
