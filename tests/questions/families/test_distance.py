"""Distances in metres: held against the grid positions of objects; options are as likely as each other."""

from collections import Counter, defaultdict

import pytest

from tests.questions.families.scenes import answered, apart, config, radius
from tvrgen._support.errors import UserError
from tvrgen.config.loader import Config
from tvrgen.questions.families.distance import MEASURES
from tvrgen.questions.forms.registry import FORMS


@pytest.mark.rays
def test_answers_are_distances_on_the_ground():
    found = Counter()
    for exhibit, subject, answer in answered("distance"):
        if answer:
            (image,), (a, b), (measure,) = subject.images, subject.objects, subject.about
            length = apart(exhibit, image, a, b)
            if measure == "circles":
                length -= radius(exhibit, image, a) + radius(exhibit, image, b)
            assert abs(answer.value - length) <= 0.05 + 1e-9
            assert answer.value > 0
            assert answer.value == round(answer.value, 1)
            found[answer.level] += 1
    assert sorted(found) == sorted(config().split("train").families["distance"].levels(config().split("train")))
    assert min(found.values()) > 500, found


@pytest.mark.rays
def test_each_level_is_longer_than_the_one_before():
    ranges = defaultdict(list)
    for _, _, answer in answered("distance"):
        if answer:
            ranges[answer.level].append(answer.value)
    for measure in MEASURES:
        for k in range(1, 4):
            assert max(ranges[f"{measure}.{k}"]) <= min(ranges[f"{measure}.{k + 1}"])  # both may be rounded to one


@pytest.mark.rays
def test_no_size_is_told_by_a_distance_that_is_too_short_for_it():
    """Whatever their sizes, two objects may be as near as the shortest distance between middles that is asked for."""
    words = config().split("train").vocabulary
    least = 2 * max(words.sizes.values()) + words.grid.gap * words.grid.unit
    assert all(
        answer.value >= least - 0.05 for _, s, answer in answered("distance") if answer and s.about == ("middles",)
    )


@pytest.mark.rays
def test_options_are_the_same_whichever_of_them_is_right():
    family = config().split("train").families["distance"]
    for exhibit, subject, answer in answered("distance"):
        if not answer:
            continue
        others = family.near(exhibit, subject, answer)
        assert len({*others, answer.value}) == 4
        place = sum(other < answer.value for other in others)
        assert answer.level == f"{subject.about[0]}.{place + 1}"


@pytest.mark.rays
def test_ratios_of_options_do_not_show_which_is_right():
    """All are rounded from the exact length, so the right one explains the others no better than each of them does."""
    family, explains = config().split("train").families["distance"], Counter()
    for exhibit, subject, answer in answered("distance")[::3]:
        if answer:
            ratio = {"middles": 1.35, "circles": 1.5}[subject.about[0]]
            shown = sorted([answer.value, *family.near(exhibit, subject, answer)])
            for k, one in enumerate(shown):
                alone = [round(one * ratio ** (place - k), 1) for place in range(4)]
                explains[one == answer.value] += alone == shown
    assert sum(explains.values()) > 1000
    assert abs(explains[True] / sum(explains.values()) - 1 / 4) < 0.05, explains


def test_a_stage_that_is_too_small_for_one_decimal_is_refused():
    def small(unit):
        return {"grid": {"unit": unit}, "sizes": {"large": 0.1, "medium": 0.05, "small": 0.02}}

    document = {"splits": {"train": {"count": 1}}, "sampling": {"objects": [4, 8], "on_stage": "all"}}
    document["questions"] = [{"family": "distance"}]
    assert Config.from_dict({**document, "vocabulary": small(0.08)})
    with pytest.raises(UserError, match=r"distance needs a stage with sides of 3 m or more; write a larger"):
        Config.from_dict({**document, "vocabulary": small(0.06)})


def test_a_number_has_one_decimal_and_near_ones_a_part():
    truth = {"form": "number", "value": 3.0, "approximate": True}
    form = FORMS["number"]
    assert form.write(3.0) == "3.0"
    assert form.judge("3.0", truth).share == form.judge("3 m", truth).share == 1
    assert [form.judge(text, truth).share for text in ("2.9", "2.4", "1.5", "1.4", "9")] == [0.9 + 0.1, 0.7, 0.1, 0, 0]
