"""Rationales: true to the problem, in every shipped config."""

import dataclasses
import re

import pytest

from tests.tiny import SHIPPED, handmade, load, question_lines
from tvrgen._support.rng import generator
from tvrgen.config import loader
from tvrgen.dataset import records
from tvrgen.questions import rationale
from tvrgen.questions.forms import changes_text
from tvrgen.sampling import sampler
from tvrgen.scene.vocabulary import ATTRIBUTES

PROBLEMS = 6


def told(planned, view, split, seed=0):
    return rationale.rationale(generator(seed, planned.problem.id, view), planned, view, split)


def about(sentences, planned):
    """Object -> its sentences, of a full rationale."""
    parts, k = {}, -1
    for sentence in sentences[1:-1]:
        k += sentence.does == "locate"
        parts.setdefault(k, []).append(sentence)
    return parts


@pytest.fixture(scope="module", params=SHIPPED)
def problems(request):
    """(planned, view, split) of some problems of every split of a config, with full rationales."""
    config = loader.load(request.param, {"question.rationale": "full"})
    found = []
    for split in config.splits.values():
        for k in range(min(PROBLEMS, split.count)):
            planned = sampler.plan_problem(config, split.name, k)
            found += [(planned, view, split) for view in planned.problem.views]
    return found


@pytest.mark.rays
def test_nothing_is_said_that_the_second_image_does_not_show(problems):
    """Sentences on a hidden or absent object name no look and no place in the second image."""
    for planned, view, split in problems:
        least = split.sampling.min_visible_pixels * (split.render.width / 320) ** 2
        values = {v for a in ATTRIBUTES for v in split.vocabulary.values(a)}
        for k, sentences in about(told(planned, view, split), planned).items():
            if planned.final(view).seen[k].pixels < least:
                later = " ".join(s.text for s in sentences[1:])
                assert not values & set(re.findall(r"\w+", later)), later
                assert len(sentences) == 2


@pytest.mark.rays
def test_looks_and_differences_are_those_of_the_states(problems):
    for planned, view, split in problems:
        first, last = planned.states[0].objects, planned.states[-1].objects
        for k, sentences in about(told(planned, view, split), planned).items():
            assert " ".join(first[k].looks) in sentences[0].text
            if len(sentences) < 3:
                continue
            match, compare = sentences[1].text, sentences[2].text
            assert " ".join(last[k].looks) in match
            for attribute in ATTRIBUTES:
                was, is_ = getattr(first[k], attribute), getattr(last[k], attribute)
                pair = (
                    f"{attribute} was {was} and is {is_}" in compare
                    or f"{attribute} has changed from {was} to {is_}" in compare
                )
                assert pair == (was != is_), compare
            if planned.states[0].objects[k].position != planned.states[-1].objects[k].position:
                assert "moved" in compare or "stands elsewhere" in compare or "come onto the stage" in compare
            else:
                assert "moved" not in compare


@pytest.mark.rays
def test_neighbours_stand_where_it_says(problems):
    """Of "behind the large red metal cube" and its like, against the distances to the camera."""
    checked = 0
    for planned, view, split in problems:
        last, camera = planned.states[-1].objects, planned.final(view).camera
        for k, sentences in about(told(planned, view, split), planned).items():
            if len(sentences) < 3 or not (
                found := re.search(r", (in front of|behind) the (\w+ \w+ \w+ \w+)", sentences[1].text)
            ):
                continue
            others = [o for o in last if " ".join(o.looks) == found[2] and o is not last[k]]
            if len(others) != 1:
                continue
            towards = [
                sum((p * split.vocabulary.grid.unit) * c for p, c in zip(o.position, camera.location, strict=False))
                for o in (last[k], others[0])
            ]
            assert (towards[0] > towards[1]) == (found[1] == "in front of"), sentences[1].text
            checked += 1
    assert checked


@pytest.mark.rays
def test_the_conclusion_is_the_answer(problems):
    for planned, view, split in problems:
        last = told(planned, view, split)[-1]
        assert last.does == "conclude"
        text = changes_text.write(planned.problem.steps)
        assert text in last.text if planned.problem.steps else "hange" in last.text


@pytest.mark.rays
def test_short_ones_speak_of_changed_objects_alone(problems):
    for planned, view, split in problems:
        asked = dataclasses.replace(split.question, rationale="short")
        short = told(planned, view, dataclasses.replace(split, question=asked))
        named = [int(found[1]) for s in short if s.does == "locate" and (found := re.search(r"bject (\d+)", s.text))]
        assert named == sorted({step.object for step in planned.problem.steps})


@pytest.mark.rays
def test_phrasings_differ_and_come_back(problems):
    planned, view, split = problems[0]
    texts = {tuple(s.text for s in told(planned, view, split, seed)) for seed in range(8)}
    assert len(texts) > 1
    assert told(planned, view, split, 1) == told(planned, view, split, 1)


@pytest.mark.rays
@pytest.mark.parametrize("name", ["star_r1", "trance_view"])
def test_objects_that_look_alike_are_told_by_their_numbers(name):
    config = loader.load(name, {"question.rationale": "full", "sampling.twins": True})
    split, numbered = next(iter(config.splits.values())), 0
    for k in range(PROBLEMS):
        planned = sampler.plan_problem(config, split.name, k)
        for view in planned.problem.views:
            for sentence in told(planned, view, split):
                numbered += ", the " in sentence.text
                assert not re.search(r",[.,]| ,|\.\.", sentence.text), sentence.text
    assert numbered


@pytest.mark.parametrize("rationale", ["none", "short", "full"])
def test_a_rationale_stands_in_a_question_where_it_is_asked_for(rationale):
    config = load(f"question.rationale={rationale}")
    split = config.split("train")
    line = question_lines(handmade(config, split, 0), split, config.seed)[0]
    records.check(line, "question", "line")
    assert ("rationale" in line) == (rationale != "none")
    located = [s for s in line.get("rationale", []) if s["does"] == "locate"]
    assert len(located) == {"none": 0, "short": 2, "full": 3}[rationale]
