"""Closer and farther pairs: held against grid positions, in whichever way one measures."""

from collections import Counter

import pytest

from tests.questions.families.scenes import answered, apart, radius


@pytest.mark.rays
def test_answers_are_closer_however_one_measures():
    found = Counter()
    for exhibit, subject, answer in answered("pairs"):
        (image,), (a, b, c, d), (closer,) = subject.images, subject.objects, subject.about
        assert len({a, b, c, d}) == 4
        if not answer:
            continue
        middles = apart(exhibit, image, a, b), apart(exhibit, image, c, d)
        radii = [radius(exhibit, image, k) for k in subject.objects]
        circles = middles[0] - radii[0] - radii[1], middles[1] - radii[2] - radii[3]
        for first, second in (middles, circles):
            assert abs(first - second) > 0.4
            assert answer.value == ("first" if (first < second) == (closer == "closer") else "second")
        found[answer.level] += 1
    assert len(found) == 4
    assert min(found.values()) > 1000, found


@pytest.mark.rays
def test_pairs_the_other_way_round_have_the_other_answer():
    for exhibit, subject, answer in answered("pairs"):
        family, (a, b, c, d) = exhibit.split.families["pairs"], subject.objects
        turned = family.answer(exhibit, subject._replace(objects=(c, d, a, b)))
        assert (answer is None) == (turned is None)
        assert answer is None or {answer.value, turned.value} == {"first", "second"}
        other = {"closer": "farther", "farther": "closer"}[subject.about[0]]
        asked = family.answer(exhibit, subject._replace(about=(other,)))
        assert answer is None or {answer.value, asked.value} == {"first", "second"}
