"""Motion between two states: where objects are in between, for every kind of change."""

import itertools
import math

import pytest

from tests import clips
from tests.tiny import load, with_object
from tvrgen.imaging import motion
from tvrgen.imaging.shots import Shot
from tvrgen.scene import camera_model, mesh
from tvrgen.scene.model import State

pytestmark = pytest.mark.rays
WORDS = load().vocabulary
PROGRESS = [k / 48 for k in range(49)]


def shot(state: State) -> Shot:
    own = load()
    view = camera_model.view(own.scene.cameras["center"], 80, 60)
    return Shot(when="initial", state=state, view=view, lights=tuple(own.scene.lights.values()))


def state(*places, **looks) -> State:
    """Objects at these places in grid units: medium cubes, each in a colour of its own."""
    colors = WORDS.values("color")
    base = {name: WORDS.values(name)[0] for name in WORDS.attributes} | {"size": "medium", "shape": "cube"}
    objects = [WORDS.object(base | {"color": colors[k]} | looks, place, 0.0) for k, place in enumerate(places)]
    return State(objects=tuple(objects))


@pytest.mark.parametrize("kind", clips.KINDS)
@pytest.mark.parametrize("index", range(2))
def test_objects_go_from_one_pose_to_the_next_and_pass_through_no_other(kind, index):
    config = clips.config(kind)
    words = config.split("train").vocabulary
    planned = clips.PLAN(config, "train", index)
    for before, after in itertools.pairwise(planned.states):
        way = motion.motion(before, after, words)
        for k, (was, is_) in enumerate(zip(before.objects, after.objects, strict=True)):
            start, end = (motion.at_rest(own, words) for own in (was, is_))
            for progress, own, present in ((0, start, was.present), (1, end, is_.present)):
                found = way.poses(progress)[k]
                assert not present or found[:3] + found[4:] == pytest.approx(own[:3] + own[4:])
                assert not present or (found.rotation - own.rotation) % 360 == pytest.approx(0)
            if start == end:
                assert {way.poses(progress)[k] for progress in PROGRESS} == {start}
        shown = [k for k in range(len(before.objects)) if any(map(words.grid.shows, (before[k], after[k])))]
        heights = {k: max(mesh.load(words.shapes[o.shape]).bounds[1][2] for o in (before[k], after[k])) for k in shown}
        for progress, (j, k) in itertools.product(PROGRESS, itertools.combinations(shown, 2)):
            a, b = (way.poses(progress)[own] for own in (j, k))
            if math.dist(a.place, b.place) < a.size + b.size:
                low, high, height = (a, b, heights[j] * a.size) if a.z < b.z else (b, a, heights[k] * b.size)
                assert high.z >= low.z + height, (progress, j, k)


@pytest.mark.parametrize(("start", "end", "way"), [(350, 10, 20), (10, 350, -20), (0, 90, 90), (300, 30, 90)])
def test_objects_turn_the_shorter_way(start, end, way):
    before = with_object(state((0, 0)), 0, rotation=float(start))
    after = with_object(before, 0, rotation=float(end))
    turned = [pose.rotation - start for (pose,) in map(motion.motion(before, after, WORDS).poses, PROGRESS)]
    assert turned == pytest.approx([way * progress for progress in PROGRESS])


def test_an_object_with_a_free_way_stays_on_the_ground():
    before = state((-18, 0), (0, 12), (0, -12))
    way = motion.motion(before, with_object(before, 0, position=(18, 0)), WORDS)
    assert way.arcs == (0, 0, 0)


def test_of_two_that_meet_one_stays_on_the_ground():
    before = state((-10, 0), (10, 0))
    after = with_object(with_object(before, 0, position=(10, 0)), 1, position=(-10, 0))
    arcs = motion.motion(before, after, WORDS).arcs
    assert arcs[1] == 0 < arcs[0]
    small = [with_object(own, 1, size="small") for own in (before, after)]
    arcs = motion.motion(*small, WORDS).arcs
    assert arcs[0] == 0 < arcs[1]


def test_what_appears_does_so_where_it_is():
    after = state((0, 0), (5, 5))
    before = with_object(after, 1, present=False, position=(-30, 0))
    for states in ((before, after), (after, before)):
        assert {motion.motion(*states, WORDS).poses(progress) for progress in PROGRESS} == {
            tuple(motion.at_rest(obj, WORDS) for obj in after.objects)
        }


def test_only_what_differs_is_rendered():
    """Nothing, where two images are faded; one shot, where poses differ; two of one pose, where looks differ, too."""
    before = state((0, 0), (12, 0))
    moved, yellow = with_object(before, 0, position=(0, 10)), with_object(before, 1, color="yellow")
    both = with_object(moved, 1, color="yellow")
    stills = {own: shot(own) for own in (before, moved, yellow, both)}

    def shots(after):
        return motion.change(stills[before], stills[after], WORDS).shots(0.5)

    assert shots(yellow) == (stills[before], stills[yellow])
    (one,) = shots(moved)
    assert one.state == before
    assert one.poses[0].y == pytest.approx(5 * WORDS.grid.unit)
    first, second = shots(both)
    assert (first.state, second.state) == (before, both)
    assert first.poses == second.poses == one.poses


def test_a_size_is_between_both():
    before = state((0, 0), size="small")
    change = motion.change(shot(before), shot(with_object(before, 0, size="large")), WORDS)
    (one,) = change.shots(0.5)
    assert one.poses[0].size == pytest.approx((WORDS.sizes["small"] + WORDS.sizes["large"]) / 2)
