"""Mirror images of problems: flipped images are those of the mirrored scene, and mirroring twice changes nothing."""

import dataclasses

import numpy as np
import pytest

from tests.tiny import SMALL
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.imaging.visibility import Eye
from tvrgen.sampling import mirror, sampler
from tvrgen.transformations import replay

CONFIGS = ("star_r1", "trance_view", "generalisation")


@pytest.fixture(scope="module", params=CONFIGS)
def problems(request):
    """(split, problem, its mirror image) of some problems of a config."""
    config = loader.load(request.param, assignments(SMALL))
    found = []
    for split in config.splits.values():
        other = mirror.of_split(split)
        planned = [sampler.plan_problem(config, split.name, k) for k in range(3)]
        found += [(split, own, mirror.planned(own, other)) for own in planned]
    return found


@pytest.mark.rays
def test_flipped_images_show_the_mirrored_scene(problems):
    for split, planned, mirrored in problems:
        eye = Eye(split.vocabulary)
        for shot, flipped in zip(planned.shots, mirrored.shots, strict=True):
            own, other = (eye.index_map(s.state, s.view)[:, ::step] for s, step in ((shot, 1), (flipped, -1)))
            assert (own != other).mean() < 0.01  # pixels through which an outline runs
            if shot.sights is None:
                assert flipped.sights is None
                continue
            for sight, (k, there) in zip(flipped.sights, enumerate(shot.sights), strict=True):
                assert (sight.pixels, sight.fraction) == (there.pixels, there.fraction)
                if sight.box:
                    columns = np.flatnonzero((eye.index_map(shot.state, shot.view)[:, ::-1] == k + 1).any(axis=0))
                    assert (sight.box[0], sight.box[2]) == (columns.min(), columns.max() + 1)


@pytest.mark.rays
def test_steps_lead_from_one_mirrored_state_to_the_next(problems):
    for split, planned, mirrored in problems:
        other = mirror.of_split(split)
        states = replay.replay(mirrored.problem.initial, mirrored.problem.steps, other.kinds, other.vocabulary)
        assert states == mirrored.states
        assert [(s.objects, s.kind) for s in mirrored.problem.steps] == [
            (s.objects, s.kind) for s in planned.problem.steps
        ]
        assert [len(ways) for ways in mirrored.accepted] == [len(ways) for ways in planned.accepted]


@pytest.mark.rays
def test_left_and_right_are_exchanged(problems):
    exchanged = {"left": "right", "right": "left"}
    for _, planned, mirrored in problems:
        for step, other in zip(planned.problem.steps, mirrored.problem.steps, strict=True):
            words = step.value.replace(".", "_").split("_")
            due = [exchanged.get(word, word) for word in words] if step.kind == "position" else words
            assert other.value.replace(".", "_").split("_") == due


@pytest.mark.rays
def test_a_problem_mirrored_twice_is_itself(problems):
    for split, planned, mirrored in problems:
        again = mirror.planned(mirrored, dataclasses.replace(split))
        assert again.states == planned.states
        assert again.problem.steps == planned.problem.steps
        assert [s.sights for s in again.shots] == [s.sights for s in planned.shots]
        assert again.accepted == planned.accepted
