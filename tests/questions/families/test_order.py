"""Orders of objects: held against a projection of the tests' own, and against the boxes of what is seen."""

import itertools
from collections import Counter

import pytest

from tests.questions.families.scenes import PROBLEMS, answered, column, config, far, radius
from tvrgen.questions import naming


@pytest.mark.rays
@pytest.mark.parametrize(("fewest", "count"), [(4, PROBLEMS), (6, 40)])
def test_answers_are_in_the_order_of_the_image(fewest, count):
    found = Counter()
    for exhibit, subject, answer in answered("order", fewest=fewest, count=count):
        if not answer:
            continue
        (image,), (way,) = subject.images, subject.about
        measured = {k: (column if way == "left" else far)(exhibit, image, k) for k in subject.objects}
        ordered = sorted(subject.objects, key=measured.get)
        assert answer.value == [naming.names(exhibit, image)[k].removeprefix("the ") for k in ordered]
        for a, b in itertools.pairwise(ordered):
            if way == "left":
                one, other = (exhibit.images[image].seen[k].box for k in (a, b))
                assert one[0] < other[0]
                assert one[2] < other[2]
                assert measured[b] - measured[a] > 0.03
            else:
                apart = measured[b] - measured[a]
                assert apart > 0.3 + 0.7 * abs(radius(exhibit, image, a) - radius(exhibit, image, b))
        found[answer.level] += 1
    family = config(fewest=fewest).split("train").families["order"]
    assert sorted(found) == sorted(family.levels(config(fewest=fewest).split("train")))
    assert min(found.values()) > 300, found


@pytest.mark.rays
def test_each_object_listed_comes_first_equally_often():
    """Of a set of objects that may be put in order, there is a subject with each of them listed before the others."""
    sets = Counter()
    for exhibit, subject, answer in answered("order"):
        assert answer
        sets[id(exhibit), subject.images, subject.about, frozenset(subject.objects)] += 1
    assert {*sets.values()} == {3}


@pytest.mark.rays
def test_options_are_other_orders_of_the_same_objects():
    family = config().split("train").families["order"]
    for exhibit, subject, answer in answered("order")[::7]:
        others = family.near(exhibit, subject, answer)
        assert len({tuple(other) for other in others}) == len(others) == 5
        assert answer.value not in others
        assert all(sorted(other) == sorted(answer.value) for other in others)
