"""What holds for all families about places: names, margins, levels, forms, twins, words."""

import re
from collections import Counter

import pytest

from tests.questions.families.scenes import answered, config, exhibits
from tvrgen.questions import asking, naming
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.forms.registry import FORMS
from tvrgen.sampling import mirror

FAMILIES = ("relation", "distance", "nearest", "pairs", "order")


def family_of(name):
    return config().split("train").families[name]


@pytest.mark.rays
@pytest.mark.parametrize("name", FAMILIES)
def test_the_right_answer_earns_all_and_near_ones_less(name):
    family = family_of(name)
    form = FORMS[family.form]
    for exhibit, subject, answer in answered(name)[::5]:
        if answer is None:
            continue
        truth = {"value": form.data(answer.value), "approximate": family.approximate}
        if among := family.among(exhibit, subject):
            truth["among"] = [*among]
        assert form.fault(truth) == ""
        assert form.judge(form.write(answer.value), truth) == (1.0, "")
        for other in family.near(exhibit, subject, answer):
            share, fault = form.judge(form.write(other), truth)
            assert (share < 1, fault) == (True, "")


@pytest.mark.rays
@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("twins", [False, True])
def test_objects_are_seen_and_have_a_name_that_no_other_answers_to(name, twins):
    for exhibit, subject, answer in answered(name, twins=twins, **({"count": 30} if twins else {})):
        if answer is None:
            continue
        (image,) = subject.images
        state, shows = exhibit.images[image].state, exhibit.split.vocabulary.grid.shows
        for k in subject.objects:
            assert exhibit.images[image].seen[k].pixels >= exhibit.split.sampling.min_visible_pixels
            told = naming.names(exhibit, image)[k].removeprefix("the ").split()
            fits = [o for o in state.objects if shows(o) and {*told} <= {*o.looks, "thing"}]
            assert fits == [state.objects[k]]


@pytest.mark.rays
@pytest.mark.parametrize("name", FAMILIES)
def test_most_exhibits_have_a_question_of_each_level(name):
    levels = Counter()
    for exhibit in exhibits():
        family = family_of(name)
        own = {a.level for s in family.subjects(exhibit) if (a := family.answer(exhibit, s))}
        levels.update(own)
        assert own <= {*family.levels(exhibit.split)}
    assert all(levels[level] >= 0.75 * len(exhibits()) for level in family_of(name).levels(exhibits()[0].split)), levels


@pytest.mark.rays
@pytest.mark.parametrize("name", FAMILIES)
def test_a_mirrored_subject_is_answered_as_the_flipped_image_shows_it(name):
    exchanged = {"left": "right", "right": "left"}
    family = family_of(name)
    for exhibit in exhibits()[:20]:
        split = mirror.of_split(exhibit.split)
        other = Exhibit(mirror.planned(exhibit.planned, split), f"{exhibit.view}{mirror.MIRRORED}", split)
        for subject in [*family.subjects(exhibit)][::5]:
            answer, flipped = family.answer(exhibit, subject), family.answer(other, other.subject(subject))
            if answer is None:
                assert flipped is None
            elif name == "order" and subject.about == ("left",):
                assert flipped.value == answer.value[::-1]
            elif name == "relation":
                assert flipped.value == exchanged.get(answer.value, answer.value)
                words = [family.words(e, s)["seen"] for e, s in ((exhibit, subject), (other, other.subject(subject)))]
                assert words[1] == re.sub("left|right", lambda found: exchanged[found[0]], words[0])
            else:
                assert flipped == answer


@pytest.mark.rays
@pytest.mark.parametrize("as_", ["open", "choice"])
def test_questions_are_asked_of_each_level_equally_often(as_):
    own = config(final=("left", "right"), views="one")
    document = {**own.document, "questions": [{"family": name, "as": as_} for name in FAMILIES]}
    own = type(own).from_dict(document)
    split, levels, letters = own.split("train"), Counter(), Counter()
    for k in range(96):
        for _, question in asking.questions(asking.plan_problem(own, "train", k), split, own.seed):
            levels[question.family, question.details["level"]] += 1
            letters[question.family, question.answer] += as_ == "choice"
            assert "{" not in question.prompt
            assert question.answer_form == ("choice" if as_ == "choice" else family_of(question.family).form)
    for name in FAMILIES:
        counts = [levels[name, level] for level in family_of(name).levels(split)]
        assert max(counts) - min(counts) <= 2, (name, counts)
        counts = [count for (family, _), count in letters.items() if family == name]
        assert max(counts) - min(counts) <= 1, (name, counts)
