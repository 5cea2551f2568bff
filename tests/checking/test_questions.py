"""The checks of questions of all families."""

import pytest

from tests import asked
from tests.tiny import handmade, load
from tvrgen.checking import questions
from tvrgen.checking.answers import Wording
from tvrgen.checking.cases import Case


@pytest.fixture
def case():
    config = load(f"questions=[{', '.join(asked.QUESTIONS)}]", "output.intermediate=true")
    split = config.split("train")
    return Case(config, split, handmade(config, split, 0))


def said_of(case):
    check = questions.Questions()
    found = [f"{fault.kind}: {fault.about}: {fault.text}" for fault in check.faults(case)]
    return found, dict(check.summaries())


def test_nothing_is_said_where_all_is_right(case):
    found, summaries = said_of(case)
    assert found == []
    assert "6 of changes" in summaries["line"]
    assert all(f"of {name}" in summaries["line"] for name in asked.OWN)
    assert list(Wording().faults(case)) == []
    assert len(case.changes) == 3


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ({"answer": "neither one"}, "words: line: "),
        ({"truth": {"form": "word", "value": "up", "among": ["up", "down"]}}, "words: line: "),
        ({"shows": []}, "words: line: "),
        ({"objects": "three"}, "words: line: "),
    ],
)
def test_a_line_that_is_not_as_it_should_be(case, damage, says):
    line = next(line for line in case.questions if line["answer_form"] == "word" and line["answer"] != "neither one")
    line.update(damage)
    found, _ = said_of(case)
    assert found
    assert all(text.startswith(says) for text in found)


def test_numbers_near_an_approximate_one_are_right(monkeypatch):
    """A number within 5 % of the right one is paid in full, and no fault; another one that is, is a fault."""
    monkeypatch.setattr(asked.Numbers, "values", (3, 3.1, 10))
    monkeypatch.setattr(asked.Numbers, "approximate", True)
    config = load(f"questions=[{', '.join(own for own in asked.QUESTIONS if 'Numbers' in own)}]", "seed=1")
    split = config.split("train")
    case = Case(config, split, handmade(config, split, 0))
    assert {"3", "3.1", "10"} <= {line["answer"] for line in case.questions}
    assert said_of(case)[0] == []
    paid = questions._paid
    monkeypatch.setattr(questions, "_paid", lambda answer, line: paid(line["answer"], line))
    found = [text for text in said_of(case)[0] if "'A'" not in text and "'B'" not in text and "'C'" not in text]
    assert found
    assert all("'10'" in text for text in found)


def test_a_wrong_answer_that_is_paid_as_the_right_one(case, monkeypatch):
    paid = questions._paid
    monkeypatch.setattr(questions, "_paid", lambda answer, line: paid(line["answer"], line))
    found, _ = said_of(case)
    assert found
    assert all(" is paid as " in text for text in found)
    assert any(text.startswith("numbers: answer: 'A' is paid as ") for text in found)
