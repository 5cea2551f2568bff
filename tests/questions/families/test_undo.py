"""Changes that undo: each is made again by hand, and only the right one brings something back."""

from collections import Counter

import pytest

from tests.questions.families.cases import cases, exhibits, fitting, in_mirror, share_of_levels, split_of
from tvrgen._support.errors import UserError
from tvrgen.config.loader import Config
from tvrgen.questions.exhibit import Exhibit
from tvrgen.sampling import sampler

pytestmark = pytest.mark.rays

MOVES = {"front": (1, 0), "behind": (-1, 0), "left": (0, -1), "right": (0, 1)}


def moved(position, value):
    """A position after a move: of 10 units a step, as the first image's viewer at +x sees it."""
    direction, steps = value.split(".")
    parts = [MOVES[part] for part in direction.split("_")]
    return tuple(c + 10 * int(steps) * sum(part[k] for part in parts) for k, c in enumerate(position))


def brings_back(exhibit, text):
    """Whether a change such as red cube.size.large gives its object something that it had in the first image."""
    name, kind, value = text.split(".", 2)
    (k,) = fitting(exhibit, exhibit.second, name)
    first, second = (exhibit.images[image].state[k] for image in (exhibit.first, exhibit.second))
    new = moved(second.position, value) if kind == "position" else value
    return getattr(first, kind) != getattr(second, kind) and new == getattr(first, kind)


def test_only_the_right_change_brings_something_back():
    levels, kinds = Counter(), Counter()
    for exhibit, subject, answered in cases("undo"):
        *texts, none = exhibit.split.families["undo"].among(exhibit, subject)
        assert len({*texts}) == 4
        right = [text for text in texts if brings_back(exhibit, text)]
        assert right == ([answered.value] if answered.value != none else [])
        assert answered.level == (str(texts.index(right[0]) + 1) if right else "none")
        kind = subject.about[0]
        for text in texts:
            name = text.split(".")[0]
            (k,) = fitting(exhibit, exhibit.second, name)
            assert all(exhibit.images[image].seen[k].pixels >= 150 for image in (exhibit.first, exhibit.second))
            assert kind == "position" or getattr(exhibit.images[exhibit.second].state[k], kind) not in name.split()
        levels[answered.level] += 1
        kinds[kind] += 1
    assert {*levels} == {"1", "2", "3", "4", "none"}
    assert {*kinds} == {"color", "material", "shape", "size", "position"}
    assert sum(levels.values()) > 1500


def test_options_do_not_show_which_is_right():
    """Of three, the one that has its object in common with one and its value with another is right once in three."""
    middles = total = 0
    for exhibit, subject, answered in cases("undo"):
        family = exhibit.split.families["undo"]
        *_, none = family.among(exhibit, subject)
        shown = [answered.value, *family.near(exhibit, subject, answered)[:2]]
        if none in shown:
            continue
        parts = [(text.split(".")[0], text.split(".", 2)[2]) for text in shown]
        middle = [k for k, own in enumerate(parts) if all(sum(own[n] == p[n] for p in parts) == 2 for n in (0, 1))]
        middles += middle == [0]
        total += 1
    assert total > 300
    assert abs(middles / total - 1 / 3) < 0.08


def test_pairs_of_values_are_as_likely_where_none_is_right():
    """Opposite moves, or values that are next to each other, are in no group more often."""
    groups = {True: Counter(), False: Counter()}
    for exhibit, subject, answered in cases("undo"):
        kind, one, other = subject.about
        values = exhibit.split.values[kind]
        if kind == "color":
            apart = (values.index(one) - values.index(other)) % len(values)
            groups[answered.level == "none"][min(apart, len(values) - apart)] += 1
    shares = [{d: own[d] / sum(own.values()) for d in range(1, 5)} for own in groups.values()]
    assert all(abs(shares[0][d] - shares[1][d]) < 0.1 for d in range(1, 5)), shares


def test_levels_are_possible():
    shares = share_of_levels("undo")
    assert min(shares.values()) > 0.8, shares


def test_the_kind_does_not_show_whether_one_is_right():
    """Of one problem, one kind is asked of: where something can be undone by it, each place is possible, and none."""
    kinds, own = Counter(), {}
    for exhibit, subject, answered in cases("undo"):
        kind, levels = own.setdefault(exhibit, (subject.about[0], set()))
        assert kind == subject.about[0]
        levels.add(answered.level)
    assert len(own) > 0.98 * len(exhibits())  # some allow no question: no two objects have names there
    places = {"1", "2", "3", "4"}
    assert all(levels in (places | {"none"}, {"none"}, places) for _, levels in own.values())
    assert sum(levels == places for _, levels in own.values()) < 0.01 * len(own)  # hardly any lacks "none"
    for kind, levels in own.values():
        kinds[kind, len(levels) > 1] += 1
    assert all(kinds[kind, True] > 4 * kinds[kind, False] for kind in ("color", "material", "shape", "size"))


def test_a_changed_object_is_in_both_places_as_often_where_none_is_right():
    places = Counter()
    for exhibit, subject, answered in cases("undo"):
        before, after = (exhibit.images[image].state for image in subject.images)
        differ = [getattr(before[k], subject.about[0]) != getattr(after[k], subject.about[0]) for k in subject.objects]
        if answered.level == "none" and sum(differ) == 1:
            places[differ.index(True)] += 1
    assert places[0] == places[1] > 500


@pytest.mark.parametrize("materials", [2, 3])
def test_each_level_is_possible_with_few_values(materials):
    sampling = {"objects": [6, 8], "on_stage": "all", "kinds": ["material"], "steps": [1, 2]}
    sampling["only"] = {"material": ["rubber", "metal", "glass"][:materials]}
    config = Config.from_dict(
        {"splits": {"train": {"count": 100}}, "sampling": sampling, "questions": [{"family": "undo"}]}
    )
    split, found = config.split("train"), set()
    for k in range(8):
        planned = sampler.plan_problem(config, "train", k)
        exhibit = Exhibit(planned, planned.problem.views[0], split)
        answers = (split.families["undo"].answer(exhibit, own) for own in split.families["undo"].subjects(exhibit))
        found |= {answered.level for answered in answers if answered}
    assert found == {"1", "2", "3", "4", "none"}


def test_problems_in_which_nothing_changes_are_refused():
    with pytest.raises(UserError, match=r"set sampling.no_change to 0, or leave the family out"):
        split_of(no_change=0.2)


def test_twins_have_the_other_side():
    flips = 0
    for exhibit in exhibits()[:60]:
        mirrored, family = in_mirror(exhibit), exhibit.split.families["undo"]
        for subject in family.subjects(exhibit):
            own = family.mirror(mirrored, subject)
            one, other = family.answer(exhibit, subject), family.answer(mirrored, own)
            assert (one and one.level) == (other and other.level)
            if one and subject.about[0] == "position" and one.level != "none":
                sides = [("left" in answered.value, "right" in answered.value) for answered in (one, other)]
                assert sides[0] == sides[1][::-1]
                flips += any(sides[0])
    assert flips > 5


def test_what_a_split_lacks_is_said():
    with pytest.raises(
        UserError, match=r"undo needs a kind of change with several values; add color to sampling.kinds"
    ):
        split_of(kinds=("swap",))
