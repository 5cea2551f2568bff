"""Which objects changed: held against the two states, fact by fact."""

import re
from collections import Counter

import pytest

from tests.questions.families.cases import cases, exhibits, fitting, in_mirror, on_stage, share_of_levels, split_of
from tvrgen._support.errors import UserError
from tvrgen.config.loader import Config
from tvrgen.questions.asking import plan_problem

pytestmark = pytest.mark.rays

LOOKS = ("color", "material", "shape", "size", "position")


def differences(exhibit, k):
    before, after = (exhibit.images[image].state[k] for image in (exhibit.first, exhibit.second))
    return [name for name in LOOKS if getattr(before, name) != getattr(after, name)]


def enough(exhibit, image, k):
    return exhibit.images[image].seen[k].pixels >= 150


@pytest.mark.parametrize("settings", [{}, {"objects": (4, 5)}, {"steps": (3, 4), "objects": (8, 9)}])
def test_answers_by_comparing_states(settings):
    found = Counter()
    for exhibit, subject, answered in cases("which_changed", **settings):
        (asked,), objects = subject.about, subject.objects
        changed = [k for k in objects if differences(exhibit, k)]
        assert len({*objects}) == len(objects)
        for k in objects:
            assert enough(exhibit, exhibit.first, k)
            there = on_stage(exhibit.images[exhibit.second].state[k])
            assert enough(exhibit, exhibit.second, k) or (not there and k in changed)
        found[answered.level] += 1
        if asked == "what":
            assert differences(exhibit, objects[0]) == [answered.value]
        elif asked == "number":
            assert answered.value == str(len(changed))
        else:
            assert fitting(exhibit, exhibit.first, answered.value) == changed
            assert answered.level == f"object.{objects.index(changed[0]) + 1}"
    _, split = split_of(**settings)
    assert {*found} == {*split.families["which_changed"].levels(split)}
    assert sum(found.values()) > 1000


def test_what_is_listed_are_the_objects():
    for exhibit, subject, answered in cases("which_changed")[::5]:
        family = exhibit.split.families["which_changed"]
        among = family.among(exhibit, subject)
        assert among.count(answered.value) == 1
        told = family.words(exhibit, subject)["asked"]
        if subject.about == ("what",):
            assert sorted(among) == sorted(LOOKS)
            continue
        listed = re.split(", | and | or ", told.partition(": ")[2])
        assert [fitting(exhibit, exhibit.first, name) for name in listed] == [[k] for k in subject.objects]
        if subject.about == ("object",):
            assert among == listed


def asking(family, sampling, **question):
    return Config.from_dict(
        {
            "splits": {"train": {"count": 500}},
            "sampling": {"objects": [6, 8], "on_stage": "all"} | sampling,
            "cameras": {"final": ["left", "right"], "views": "one"},
            "questions": [{"family": family, **question}],
        }
    )


ALL = ("color", "shape", "position", "rotation", "swap", "next_to", "appear", "disappear", "replace", "recolor_like")


@pytest.mark.parametrize("as_", ["open", "choice"])
@pytest.mark.parametrize("family", ["which_changed", "undo"])
def test_each_problem_of_all_kinds_allows_a_question(family, as_):
    config = asking(family, {"kinds": [*ALL], "steps": [1, 4], "objects": [6, 10]}, **{"as": as_})
    assert all(plan_problem(config, "train", k) for k in range(30))


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind != "appear"])
def test_each_problem_of_one_kind_allows_a_question(kind):
    config = asking("which_changed", {"kinds": [kind], "steps": [1, 2], "objects": [4, 6]}, **{"as": "choice"})
    assert all(plan_problem(config, "train", k) for k in range(30))


def test_what_changed_is_asked_where_several_kinds_change_one_thing_each():
    for kinds, dealt in ((("color", "shape"), True), (("color",), False), (("swap", "replace"), False)):
        split = asking("which_changed", {"kinds": [*kinds], "steps": 1}).split("train")
        levels = split.families["which_changed"].levels(split)
        assert ("what" in levels) is dealt
    for exhibit, subject, _ in cases("which_changed", kinds=("color",), steps=1, count=20):
        assert subject.about != ("what",), exhibit


@pytest.mark.parametrize(
    ("sampling", "lack"),
    [
        ({"kinds": ["appear"]}, "needs a kind that changes what the first image shows; add color to sampling.kinds"),
        (
            {"kinds": ["swap", "next_to"], "steps": [1, 3]},
            "needs an object that no step changes; write sampling.on_stage: 7 or more, or lower sampling.steps",
        ),
        ({"no_change": 0.1}, "set sampling.no_change to 0, or leave the family out"),
    ],
)
def test_what_a_split_lacks_is_said(sampling, lack):
    with pytest.raises(UserError, match=lack):
        asking("which_changed", sampling)


def test_levels_are_possible():
    shares = share_of_levels("which_changed", objects=(7, 9))
    assert min(shares.values()) > 0.8, shares


def test_changes_are_what_is_asked_of_as_often_as_they_are_dealt():
    counts = Counter(
        answered.value
        for _, subject, answered in cases("which_changed", moves=("inner",))
        if subject.about == ("what",)
    )
    assert {*counts} == {*LOOKS}
    assert max(counts.values()) < 0.35 * sum(counts.values()), counts


def test_a_mirror_changes_nothing():
    for exhibit in exhibits()[:30]:
        mirrored, family = in_mirror(exhibit), exhibit.split.families["which_changed"]
        for subject in [*family.subjects(exhibit)][::5]:
            assert family.answer(exhibit, subject) == family.answer(mirrored, family.mirror(mirrored, subject))
