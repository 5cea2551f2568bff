"""Questions of a problem, of all families that ship: how many, how evenly, with what answers, options and twins."""

import re
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from tests.tiny import SMALL, ask
from tvrgen.config.loader import Config, load
from tvrgen.config.overrides import assignments
from tvrgen.questions import asking
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.forms.choice import LETTERS
from tvrgen.questions.registry import BUILT_IN, CHANGES
from tvrgen.sampling import sampler
from tvrgen.scoring import graded

FAMILIES = sorted(BUILT_IN.keys() - {CHANGES})
COUNT = 24


def config(*questions, **others):
    """A config of scenes in which all families can ask, with these questions."""
    document = {
        "splits": {"train": {"count": 200}},
        "sampling": {"objects": [6, 8], "on_stage": "all", "moves": ["inner", "out"], "steps": [2, 3]},
        "cameras": {"final": ["left", "right"]},
        "render": {"width": 80, "height": 60, "preset": "draft", "device": "cpu"},
        "output": {"intermediate": True},
        "questions": [*questions],
    }
    return Config.from_dict(document | others)


def asked_of(own, count=COUNT):
    """(planned, view, question) of some problems of a config."""
    split = own.split("train")
    planned = [asking.plan_problem(own, "train", k) for k in range(count)]
    return [(p, *pair) for p in planned for pair in asking.questions(p, split, own.seed)]


@pytest.fixture(scope="module", params=FAMILIES)
def family(request):
    """A family, its config, and all its questions in both forms, with rationales and twins."""
    name = request.param
    own = config(
        {"family": name, "rationale": "full"}, {"family": name, "as": "choice", "rationale": "full", "twin": True}
    )
    return BUILT_IN[name], own, asked_of(own)


@pytest.mark.rays
def test_each_problem_has_as_many_questions_as_the_split_says(family):
    kind, own, asked = family
    split = own.split("train")
    assert len(asked) == COUNT * split.asked == COUNT * 2 * 3
    suffixes = [question.suffix for _, view, question in asked[:3]]
    assert suffixes == [f"-{kind.name}-0", f"-{kind.name}-1", f"-{kind.name}-1-mirrored"] == asking.suffixes(split)


@pytest.mark.rays
def test_questions_are_the_same_when_they_are_asked_again(family):
    _, own, asked = family
    split = own.split("train")
    for planned in [asked[0][0], asked[-1][0]]:
        again = [*asking.questions(planned, split, own.seed)]
        assert again == [(view, question) for p, view, question in asked if p is planned]


@pytest.mark.rays
def test_levels_are_dealt_evenly_and_letters_too(family):
    kind, own, asked = family
    levels = kind.levels(own.split("train"))
    originals = [question for *_, question in asked if not question.mirrored]
    for form in ("open", "choice"):
        some = [q for q in originals if ("options" in q.details) == (form == "choice")]
        counts = Counter(q.details.get("level", "") for q in some)
        assert counts.keys() <= {*levels}
        rounds, rest = divmod(len(some), len(levels))
        off = sum(max(0, counts[level] - rounds - (rest > 0)) for level in levels)
        assert off <= 0.1 * len(some)  # of other levels than those dealt
    letters = Counter((len(q.details["options"]), q.answer) for q in originals if "options" in q.details)
    for number in {number for number, _ in letters}:
        counts = [letters[number, letter] for letter in LETTERS[:number]]
        alone = len({other for other, _ in letters}) == 1  # else the letters of some questions are of another number
        assert max(counts) - min(counts) <= (1 if alone else max(4, sum(counts) // 2))


@pytest.mark.rays
def test_the_right_answer_earns_all_and_other_options_nothing(family):
    _, _, asked = family
    for _, _, question in asked:
        line = {"family": question.family, **question.details}
        score = graded.reward(f"<think>x</think><answer>{question.answer}</answer>", line)
        assert score.correct
        assert score.total == score.best
        assert not score.faults
        for letter in LETTERS[: len(question.details.get("options", ()))]:
            assert graded.reward(f"<answer>{letter}</answer>", line).correct is (letter == question.answer)
        if "options" not in question.details:
            wrong = graded.reward("<think>x</think><answer>nonsense</answer>", line)
            assert not wrong.correct
            assert wrong.accuracy == 0


@pytest.mark.rays
def test_prompts_say_how_many_images_there_are_and_leave_nothing_open(family):
    _, _, asked = family
    for _, _, question in asked:
        assert not re.search(r"\{[a-z_]*\}|  |None", question.prompt), question.prompt
        assert question.prompt[0].isupper()
        assert not re.search(r"[a-z][.?!] [a-z]{2}", question.prompt), question.prompt
        assert "<answer></answer>" in question.prompt
        if len(question.shows) == 1:
            assert "second image" not in question.prompt
        assert all(option in question.prompt for option in question.details.get("options", ()))
        assert len({*question.details.get("options", ())}) == len(question.details.get("options", ()))


@pytest.mark.rays
def test_rationales_end_in_the_answer(family):
    _, _, asked = family
    for _, _, question in asked:
        *others, last = question.rationale
        assert others
        assert last.does == "conclude"
        assert question.answer in last.text
        assert all(sentence.text[0].isupper() and sentence.text.endswith(".") for sentence in question.rationale)


@pytest.mark.rays
def test_no_two_answers_fit_the_same_words(family):
    kind, own, asked = family
    split = own.split("train")
    for planned in {id(p): p for p, *_ in asked[:48]}.values():
        for view in planned.problem.views:
            exhibit, answers = Exhibit(planned, view, split), defaultdict(set)
            for subject in kind.subjects(exhibit):
                if answered := kind.answer(exhibit, subject):
                    words = (*sorted(kind.words(exhibit, subject).items()), *kind.among(exhibit, subject))
                    answers[subject.images, words].add(str(answered.value))
            assert answers
            assert all(len(found) == 1 for found in answers.values())


@pytest.mark.rays
def test_twins_ask_the_same_of_the_mirrored_images(family):
    _, _, asked = family
    pairs = [(a, b) for (*_, a), (*_, b) in pairwise(asked) if b.mirrored]
    assert pairs
    for original, twin in pairs:
        assert (original.twin, twin.twin) == (twin.suffix, original.suffix)
        assert twin.shows == tuple(f"{name}_mirrored" for name in original.shows)
        assert original.flips is twin.flips is (original.said != twin.said)
        same = original.details["options"] == twin.details["options"]
        assert same is ({*original.details["options"]} == {*twin.details["options"]})
        assert (original.answer != twin.answer) is (original.flips and same)


@pytest.mark.rays
def test_the_list_with_changes_alone_asks_what_question_asks():
    for name in ("star_r1", "trance_view"):
        old, new = (
            load(name, assignments(SMALL)),
            load(name, [*assignments(SMALL), ("questions", [{"family": CHANGES}])]),
        )
        assert "question" not in new.document
        for split in old.splits.values():
            planned = sampler.plan_problem(old, split.name, 1)
            assert asking.plan_problem(new, split.name, 1).problem == planned.problem
            view = planned.problem.views[0]
            assert ask(planned, view, split, 0) == ask(planned, view, new.split(split.name), 0)


@pytest.mark.rays
def test_a_circular_choice_is_asked_in_every_rotation():
    own = config({"family": "counting", "as": "choice", "circular": True})
    split = own.split("train")
    (settings,) = split.questions
    assert split.asked == 2 * settings.choices
    asked = [question for _, _, question in asked_of(own, 4)]
    for first in range(0, len(asked), settings.choices):
        turns = asked[first : first + settings.choices]
        assert {q.answer for q in turns} == {*LETTERS[: settings.choices]}
        assert len({q.said for q in turns}) == 1
        for one, other in pairwise(turns):
            options = one.details["options"]
            assert other.details["options"] == options[1:] + options[:1]


@pytest.mark.rays
def test_what_one_family_asks_depends_on_no_other():
    alone, beside = config({"family": "counting"}), config({"family": CHANGES}, {"family": "counting"})
    planned = sampler.plan_problem(alone, "train", 3)
    first, second = (
        [q for _, q in asking.questions(planned, own.split("train"), 0) if q.family == "counting"]
        for own in (alone, beside)
    )
    assert first == second
