"""Difficulty: each part against values computed by hand, and against the definition in every shipped config."""

import dataclasses
import math

import pytest

from tests.tiny import SHIPPED, handmade, load, with_object
from tvrgen.config import loader
from tvrgen.imaging.visibility import Sight
from tvrgen.questions import difficulty
from tvrgen.sampling import sampler
from tvrgen.sampling.problem import Planned, Problem
from tvrgen.scene import camera_model
from tvrgen.scene.attributes import BUILT_IN
from tvrgen.scene.model import Camera, Object, State
from tvrgen.transformations.base import Step

SPLIT = load().split("train")
"""Half the stage's side is 20 units of 0.15 m: 3 m. Footprint radii: large 0.9 m, medium 0.6 m, small 0.3 m."""

RED = ("cube", "large", "red", "rubber")
FAR = [(-20, -20), (20, 20), (-20, 20), (20, -20), (0, 0), (-20, 0), (20, 0), (0, -20), (0, 20), (10, 10), (-10, 10)]


def thing(position=(0, 0), looks=RED) -> Object:
    return Object(**dict(zip(BUILT_IN, looks, strict=True)), position=position, rotation=0)


def camera(name, degrees, elevation=0.0, look_at=(0.0, 0.0, 0.0)) -> Camera:
    """A camera 10 m from what it looks at, `degrees` around it."""
    a, e = math.radians(degrees), math.radians(elevation)
    offset = (10 * math.cos(e) * math.cos(a), 10 * math.cos(e) * math.sin(a), 10 * math.sin(e))
    return Camera(name=name, location=tuple(o + p for o, p in zip(offset, look_at, strict=True)), look_at=look_at)


def planned(first, last=None, changes=((0, "color"),), initial=None, final=None, turn=0.0) -> Planned:
    """A problem of two states; `changes` are the object and kind of its steps, `initial` and `final` visible fractions.

    Its second camera, "left", is `turn` degrees around the first one.
    """
    last = first if last is None else last
    cameras = (camera("center", 0), camera("left", turn))
    problem = Problem(
        split="train",
        index=0,
        attempt=0,
        initial=State(objects=tuple(first)),
        steps=tuple(Step(objects=(k,), kind=kind, value="x") for k, kind in changes),
        cameras=cameras,
        lights=(),
        views=("left",),
    )
    states = (State(objects=tuple(first)), State(objects=tuple(last)))
    fractions = (initial or [1.0] * len(first), final or [1.0] * len(first))
    return Planned(
        problem=problem,
        states=states,
        shots=tuple(
            dataclasses.replace(shot, sights=tuple(Sight(9, f, (0, 0, 9, 9)) for f in shown))
            for shot, shown in zip(problem.shots(states, 80, 60), fractions, strict=True)
        ),
        hash="",
        order_sensitive=False,
        roles=(),
        accepted=(),
    )


def part(name, *arguments, **options) -> float:
    return difficulty.difficulty(planned(*arguments, **options), "left", SPLIT.vocabulary).parts[name]


@pytest.mark.parametrize(("count", "due"), [(1, 0), (2, 0.1111), (4, 0.3333), (9, 0.8889), (10, 1), (11, 1)])
def test_objects(count, due):
    assert part("objects", [thing(position) for position in FAR[:count]]) == due


def test_objects_off_stage_do_not_count():
    assert part("objects", [thing((0, 0)), thing((21, 0)), thing((0, 20))]) == 0.1111
    assert part("objects", [thing((0, 21))]) == 0
    assert difficulty.difficulty(planned([thing((0, 21))], changes=()), "left", SPLIT.vocabulary).score == 0


def test_objects_and_their_looks_are_those_of_the_first_image():
    first, last = [thing((0, 0)), thing((21, 0)), thing((5, 5), ONE)], [thing((0, 0)), thing((15, 0)), thing((30, 5))]
    assert part("objects", first, last) == 0.1111
    assert part("look_alikes", first, last) == 0.5


@pytest.mark.parametrize(("count", "due"), [(0, 0), (1, 0), (2, 0.3333), (3, 0.6667), (4, 1), (5, 1)])
def test_steps_and_kinds(count, due):
    kinds = ("color", "shape", "size", "material", "position")[:count]
    assert part("steps", [thing()], changes=[(0, kind) for kind in kinds]) == due
    assert part("steps", [thing()], changes=[(0, "position")] * count) == due
    assert part("kinds", [thing()], changes=[(0, kind) for kind in kinds]) == due
    assert part("kinds", [thing()], changes=[(0, kind) for kind in kinds] * 2) == due
    assert part("kinds", [thing()], changes=[(0, "position")] * count) == 0


@pytest.mark.parametrize(
    ("first", "last", "initial", "final", "due"),
    [
        ((0, 0), (0, 0), 0.75, 0.6, 0.4),  # the image that shows least of it
        ((0, 0), (0, 0), 0.55, 0.6, 0.45),
        ((0, 0), (0, 21), 0.75, 0.0, 0.25),  # it leaves: the second image does not count
        ((0, 21), (0, 0), 0.0, 0.7, 0.3),  # it enters: nor does the first
        ((0, 21), (0, 21), 0.0, 0.0, 0),
    ],
)
def test_hidden(first, last, initial, final, due):
    others = [thing((-20, -20)), thing((20, 20))]
    states = [thing(first), *others], [thing(last), *others]
    assert part("hidden", *states, initial=[initial, 0.1, 1.0], final=[final, 0.1, 1.0]) == due
    # the most hidden one of all changed objects
    fractions = {"initial": [initial, 1.0, 0.95], "final": [final, 0.9, 1.0]}
    assert part("hidden", *states, changes=[(0, "color"), (1, "color")], **fractions) == max(due, 0.1)


def test_nothing_that_changes_is_hidden_where_nothing_changes():
    assert part("hidden", [thing()], changes=(), initial=[0.2]) == 0


@pytest.mark.parametrize(("turn", "due"), [(0, 0), (9, 0.1), (-45, 0.5), (60, 0.6667), (90, 1), (120, 1), (180, 1)])
def test_angle(turn, due):
    assert part("angle", [thing()], turn=turn) == due


def angle_between(first: Camera, last: Camera) -> float:
    problem = planned([thing()])
    views = [camera_model.view(taker, 80, 60) for taker in (first, last)]
    shots = [dataclasses.replace(shot, view=view) for shot, view in zip(problem.shots, views, strict=True)]
    problem = dataclasses.replace(problem, shots=tuple(shots))
    return difficulty.difficulty(problem, last.name, SPLIT.vocabulary).parts["angle"]


@pytest.mark.parametrize("look_at", [(0.0, 0.0, 0.0), (1.0, -2.0, 3.0)])
@pytest.mark.parametrize(("azimuth", "elevation", "due"), [(0, 36, 0.4), (60, 0, 0.6667), (90, 60, 1)])
def test_angle_of_a_camera_that_rises(azimuth, elevation, due, look_at):
    """90 degrees around and 60 above: the cosine is cos 0 cos 60 cos 90 + sin 0 sin 60, which is 0."""
    assert angle_between(camera("center", 0), camera("left", azimuth, elevation, look_at)) == due


def test_angle_between_equal_and_opposite_directions():
    """The scalar product of this direction, of length 1, with itself is rounded to more than 1."""
    first = Camera(name="center", location=(1.0, 1.0, 1.0))
    assert angle_between(first, Camera(name="left", location=(1.0, 1.0, 1.0))) == 0
    assert angle_between(first, Camera(name="left", location=(-1.0, -1.0, -1.0))) == 1


ONE, TWO, THREE = (
    ("cube", "large", "cyan", "glass"),
    ("cube", "large", "red", "glass"),
    ("cube", "large", "red", "metal"),
)
"""Looks that have two, three and three attributes in common with RED."""


@pytest.mark.parametrize(
    ("others", "changes", "due"),
    [
        ([], [(0, "color")], 0),
        ([ONE], [(0, "color")], 0.5),
        ([ONE, TWO], [(0, "color")], 0.75),  # the one most like it
        ([("sphere", "small", "cyan", "glass")], [(0, "color")], 0),
        ([RED], [(0, "color")], 1),
        ([ONE, ("sphere", "small", "cyan", "glass")], [(0, "color"), (2, "size")], 0.5),  # means: 0.5 and 0.5
        ([TWO, ("sphere", "small", "cyan", "glass")], [(0, "color"), (0, "size"), (2, "size")], 0.5),  # 0.75 and 0.25
        ([ONE, THREE], [], 0.6667),  # of all: RED 0.75, ONE 0.5, THREE 0.75
    ],
)
def test_look_alikes(others, changes, due):
    objects = [thing(position, looks) for position, looks in zip(FAR, [RED, *others], strict=False)]
    assert part("look_alikes", objects, changes=changes) == due


def test_objects_off_stage_are_no_look_alikes():
    assert part("look_alikes", [thing(), thing((21, 0), RED), thing((5, 5), ONE)]) == 0.5


SMALL, MEDIUM = (("cube", size, "red", "rubber") for size in ("small", "medium"))


@pytest.mark.parametrize(
    ("places", "due"),
    [
        ([(0, 0)], 0),
        ([(0, 0), (10, 0)], 0.8),  # centres 1.5 m apart, less 0.6 m and 0.3 m: a gap of 0.6 m; 1 - 0.6 / 3
        ([(0, 0), (0, 16)], 0.5),  # 2.4 m - 0.9 m: 1.5 m
        ([(0, 0), (12, 16)], 0.3),  # 3 m - 0.9 m: 2.1 m
        ([(-20, 0), (6, 0)], 0),  # 3.9 m - 0.9 m: half the stage's side
        ([(-20, 0), (20, 0)], 0),
        ([(0, 0), (5, 0)], 1),  # they overlap
        ([(0, 0), (0, 16), (-10, 0)], 0.8),  # the nearest one
        ([(0, 0), (0, 16), (25, 0), (0, 21)], 0.5),  # of those on stage
        ([(21, 0), (20, 0)], 0),  # it is off stage itself
    ],
)
def test_crowding(places, due):
    objects = [thing(place, SMALL if k else MEDIUM) for k, place in enumerate(places)]
    assert part("crowding", objects) == due
    away = [thing((20, 20), MEDIUM), *(thing((-20, -20), SMALL) for _ in places[1:])]
    assert part("crowding", objects, away) == due  # the state where it is nearest
    assert part("crowding", away, objects) == due


def test_crowding_is_a_mean_over_changed_objects():
    objects = [thing((0, 0), MEDIUM), thing((10, 0), SMALL), thing((20, 20), SMALL)]
    # object 1: 0.8; object 2: hypot(10, 20) units = 3.3541 m, less 0.6 m: 2.7541 m
    assert part("crowding", objects, changes=[(1, "color"), (2, "color")]) == round((0.8 + 1 - 2.7541 / 3) / 2, 4)
    assert part("crowding", objects, changes=()) == round((0.8 + 0.8 + 1 - 2.7541 / 3) / 3, 4)


def test_the_score_is_the_weighted_mean():
    """Parts: objects 1/9, steps 1/3, kinds 1/3, hidden 0.4, angle 0.5, look_alikes 0.75, crowding 0.8."""
    objects = [thing((0, 0), MEDIUM), thing((10, 0), SMALL)]
    problem = planned(objects, changes=[(0, "color"), (0, "shape")], final=[0.6, 1.0], turn=45)
    found = difficulty.difficulty(problem, "left", SPLIT.vocabulary)
    assert found.parts == {
        "objects": 0.1111, "steps": 0.3333, "kinds": 0.3333, "hidden": 0.4, "angle": 0.5, "look_alikes": 0.75,
        "crowding": 0.8,
    }  # fmt: skip
    # 0.20 * 0.1111 + 0.25 * 0.3333 + 0.10 * 0.3333 + 0.10 * 0.4 + 0.20 * 0.5 + 0.10 * 0.75 + 0.05 * 0.8
    assert found.score == 0.3939


def test_scores_from_the_easiest_to_the_hardest():
    easiest = difficulty.difficulty(planned([thing()]), "left", SPLIT.vocabulary)
    assert (easiest.score, set(easiest.parts.values())) == (0, {0})
    objects = [thing((0, 0)) for _ in range(12)]
    changes = [(0, kind) for kind in ("color", "shape", "size", "material")]
    hardest = difficulty.difficulty(
        planned(objects, changes=changes, initial=[0.0] * 12, turn=100), "left", SPLIT.vocabulary
    )
    assert (hardest.score, set(hardest.parts.values())) == (1, {1})


@pytest.mark.rays
@pytest.mark.parametrize("name", SHIPPED)
def test_difficulty_is_a_share_and_made_of_its_parts(name):
    config = loader.load(name)
    for split in config.splits.values():
        for index in range(min(4, split.count)):
            problem = sampler.plan_problem(config, split.name, index)
            for view in problem.problem.views:
                found = difficulty.difficulty(problem, view, split.vocabulary)
                assert found.parts.keys() == difficulty.WEIGHTS.keys()
                assert all(0 <= value <= 1 for value in found.parts.values())
                weighted = sum(difficulty.WEIGHTS[name] * value for name, value in found.parts.items())
                assert found.score == pytest.approx(weighted, abs=1e-4)
    assert sum(difficulty.WEIGHTS.values()) == pytest.approx(1)


def test_the_same_view_is_easier_than_another():
    config = load()
    problem = handmade(config, SPLIT, 0)
    same, other = (difficulty.difficulty(problem, view, SPLIT.vocabulary) for view in ("center", "left"))
    assert same.parts["angle"] == 0 < other.parts["angle"]
    assert same.score < other.score


def test_a_move_away_counts_by_where_it_began():
    states = [thing((0, 0), MEDIUM), thing((10, 0), SMALL)]
    moved = with_object(State(objects=tuple(states)), 0, position=(-20, 0)).objects
    assert part("crowding", states, moved, changes=[(0, "position")]) == 0.8
