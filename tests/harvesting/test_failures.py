"""Groups of failures, and their shares."""

from fractions import Fraction

import pytest

from tvrgen.harvesting.failures import SHARE, Failure, groups, shares


def failure(**own):
    alike = {"split": "train", "family": "changes", "view": "left", "objects": 3, "steps": 1, "kinds": ("color",)}
    return Failure(**{**alike, "weight": Fraction(1), **own})


def test_frequent_failures_have_groups_of_their_own():
    found = groups([failure(objects=n) for n in (3, 3, 8, 8, 8)])
    assert [(group.objects, group.weight) for group in found] == [((8, 8), 3), ((3, 3), 2)]


def test_rare_ones_are_put_together_by_number_of_objects_first_then_by_kinds_then_by_views():
    many = [failure(objects=n) for n in range(1, 31)]
    [group] = groups(many)
    assert (group.objects, group.kinds, group.views) == ((1, 30), ("color",), ("left",))
    [group] = groups([failure(objects=n, kinds=(f"kind{n}",)) for n in range(1, 31)])
    assert len(group.kinds) == 30
    assert group.views == ("left",)
    [group] = groups([failure(objects=n, kinds=(f"kind{n}",), view=f"view{n}") for n in range(1, 31)])
    assert len(group.views) == 30


@pytest.mark.parametrize("key", ["split", "family"])
def test_splits_and_families_are_never_put_together(key):
    found = groups([failure(**{key: f"other{n % 40}"}, objects=n) for n in range(80)])
    assert len(found) == 40
    assert all(len({getattr(own, key) for own in group.failures}) == 1 for group in found)


def test_problems_without_change_are_apart():
    assert len(groups([failure(), failure(steps=0, kinds=())])) == 2


def test_nothing_is_lost_and_groups_are_few():
    many = [failure(objects=n % 10, view=f"v{n % 7}", kinds=(f"k{n % 11}",)) for n in range(500)]
    found = groups(many)
    assert sum(group.weight for group in found) == 500
    assert len(found) <= 1 / SHARE + 1
    assert [group.weight for group in found] == sorted((group.weight for group in found), reverse=True)
    assert groups(many) == found
    assert groups([]) == []


@pytest.mark.parametrize("count", [1, 7, 100, 12345])
def test_shares_are_in_proportion_and_sum_up(count):
    weights = [Fraction(1, 3), Fraction(5), Fraction(2, 7), Fraction(1)]
    found = shares(weights, count)
    assert sum(found) == count
    assert all(abs(n - w * count / sum(weights)) < 1 for n, w in zip(found, weights, strict=True))
