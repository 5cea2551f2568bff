"""Numbers of things: counted again in the states, and of groups that show as a whole."""

import dataclasses
from collections import Counter

import pytest

from tests.questions.families.cases import cases, exhibits, in_mirror, on_stage, share_of_levels, split_of
from tvrgen.config.loader import Config
from tvrgen.questions.registry import BUILT_IN

pytestmark = pytest.mark.rays

SETTINGS = [{}, {"objects": (4, 5)}, {"steps": (2, 3), "objects": (7, 9)}]


def members(exhibit, image, words):
    """The objects on stage in an image that words such as "small red cubes" fit."""
    wanted = {word.removesuffix("s") if word.endswith("s") and word != "glass" else word for word in words.split()}
    shown = exhibit.images[image].state.objects
    return [k for k, o in enumerate(shown) if on_stage(o) and wanted - {"thing"} <= {*o.looks}]


@pytest.mark.parametrize("settings", SETTINGS)
def test_answers_by_counting_again(settings):
    found = Counter()
    for exhibit, subject, answered in cases("counting", **settings):
        told = exhibit.split.families["counting"].words(exhibit, subject)
        groups = [members(exhibit, image, told["things"]) for image in subject.images]
        numbers = [len(group) for group in groups]
        assert answered.value == (abs(numbers[1] - numbers[0]) if len(numbers) > 1 else numbers[0])
        for image, group in zip(subject.images, groups, strict=True):
            assert all(exhibit.images[image].seen[k].pixels >= 150 for k in group)
        assert ("differ" in told["asks"]) is (len(numbers) > 1)
        assert told["things"] in told["asks"]
        found[answered.level] += 1
    _, split = split_of(**settings)
    assert {*found} == {*split.families["counting"].levels(split)}
    assert sum(found.values()) > 1000


@pytest.mark.parametrize("settings", SETTINGS)
def test_each_level_can_be_asked_often(settings):
    shares = share_of_levels("counting", **settings)
    assert min(shares.values()) > 0.4, shares


def test_what_is_told_besides_says_nothing_of_the_number():
    _, split = split_of()
    levels = split.families["counting"].levels(split)
    told = Counter(level.rpartition(".")[0] for level in levels)
    assert {own: count for own, count in told.items() if own != "difference"} == dict.fromkeys(
        [own for own in told if own != "difference"], split.families["counting"].most_options(split)
    )


def test_options_are_the_other_numbers_that_are_asked_for():
    family = split_of()[1].families["counting"]
    for exhibit, subject, answered in cases("counting")[::7]:
        others = family.near(exhibit, subject, answered)
        told = answered.level.rpartition(".")[0]
        numbers = {
            int(level.rpartition(".")[2]) for level in family.levels(exhibit.split) if level.startswith(f"{told}.")
        }
        assert {answered.value, *others} == numbers
        assert answered.value not in others


def test_two_options_do_not_show_which_is_right():
    """The number in the middle is not more often right than it is shown: each pair has each of its numbers as often."""
    family, shown = split_of()[1].families["counting"], Counter()
    for exhibit, subject, answered in cases("counting"):
        other, *more = family.near(exhibit, subject, answered)
        if more:
            shown[answered.value - min({answered.value, other, *more}), other > answered.value] += 1
    assert shown[1, True] > 0.3 * shown[1, False]
    assert shown[1, False] > 0.3 * shown[1, True]


def test_things_that_are_all_alike_are_refused():
    _, split = split_of(objects=(4, 5))
    family, words = split.families["counting"], split.vocabulary
    one = {f"{name}s": dict([*words.table(name).items()][:1]) for name in ("color", "material", "shape")}
    assert family.lacks(split) == ""
    assert (
        family.lacks(
            dataclasses.replace(split, vocabulary=dataclasses.replace(words, **one | {"colors": words.colors}))
        )
        == ""
    )
    alike = dataclasses.replace(split, vocabulary=dataclasses.replace(words, **one))
    assert family.lacks(alike).startswith("an attribute of several values; add a color to vocabulary.colors")


def test_few_objects_have_small_numbers():
    for fewest in (1, 2, 3):
        document = {"splits": {"train": {"count": 1}}, "questions": [{"family": "counting"}]}
        config = Config.from_dict(document | {"sampling": {"objects": [fewest, 4], "on_stage": "all", "steps": 1}})
        levels = BUILT_IN["counting"].levels(config.split("train"))
        assert max(int(level.rpartition(".")[2]) for level in levels) <= min(2, fewest)


def test_the_mirror_shows_as_many():
    for exhibit in exhibits()[:12]:
        other = in_mirror(exhibit)
        family = exhibit.split.families["counting"]
        for subject in [*family.subjects(exhibit)][::11]:
            assert family.answer(other, family.mirror(other, subject)) == family.answer(exhibit, subject)
