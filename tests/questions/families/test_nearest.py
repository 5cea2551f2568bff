"""Nearest and farthest objects: by brute force from grid positions, in whichever way one measures."""

from collections import Counter

import pytest

from tests.questions.families.scenes import answered, apart, config, radius
from tvrgen.questions import naming


def lengths(exhibit, image, target, candidates):
    """Distances of candidates: between middles, and between the circles around them."""
    middles = [apart(exhibit, image, target, k) for k in candidates]
    return middles, [m - radius(exhibit, image, k) for m, k in zip(middles, candidates, strict=True)]


@pytest.mark.rays
def test_answers_are_nearest_however_one_measures():
    found = Counter()
    for exhibit, subject, answer in answered("nearest"):
        if not answer:
            continue
        (image,), (target, *candidates), (most,) = subject.images, subject.objects, subject.about
        for measured in lengths(exhibit, image, target, candidates):
            ordered = sorted(measured, reverse=most == "farthest")
            right = candidates[measured.index(ordered[0])]
            assert answer.value == naming.names(exhibit, image)[right].removeprefix("the ")
            assert abs(ordered[1] - ordered[0]) > 0.4
        found[answer.level] += 1
    assert len(found) == 6
    assert min(found.values()) > 400, found


@pytest.mark.rays
def test_any_candidate_may_be_as_near_as_the_nearest():
    """Large objects keep farther apart: of what is nearer than they can be, nothing is asked."""
    words = config().split("train").vocabulary
    for exhibit, subject, answer in answered("nearest"):
        if answer:
            (image,), (target, *candidates) = subject.images, subject.objects
            least = radius(exhibit, image, target) + max(words.sizes.values()) + words.grid.gap * words.grid.unit
            assert min(lengths(exhibit, image, target, candidates)[0]) >= least - 1e-9


@pytest.mark.rays
def test_candidates_are_as_many_as_options():
    for exhibit, subject, answer in answered("nearest"):
        family = exhibit.split.families["nearest"]
        assert len({*subject.objects}) == len(subject.objects) == 1 + family.most_options(exhibit.split)
        if answer:
            among = family.among(exhibit, subject)
            assert sorted([answer.value, *family.near(exhibit, subject, answer)]) == sorted(among)
            assert answer.level.endswith(str(among.index(answer.value) + 1))
