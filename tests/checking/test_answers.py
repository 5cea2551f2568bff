"""The checks of answers and of the search for others, where the parts that they check are at fault."""

import dataclasses

import pytest

from tests.tiny import handmade, load
from tvrgen import ObjectTransformation, Role, Transformation
from tvrgen.checking import answers, given, others
from tvrgen.checking.cases import Case
from tvrgen.questions.forms.changes_text import Answer
from tvrgen.sampling import sampler
from tvrgen.scoring import star_r1
from tvrgen.transformations import replay
from tvrgen.transformations.base import Step


@pytest.fixture
def case():
    config = load("question.rationale=full")
    split = config.split("train")
    return Case(config, split, handmade(config, split, 0))


def said_of(check, case):
    return [f"{fault.about}: {fault.text}" for fault in check.faults(case)]


def test_nothing_is_said_where_all_is_right(case):
    for check in (answers.Answers(), answers.Wording(), others.Others()):
        assert said_of(check, case) == []


def test_an_answer_that_is_not_read_back(case, monkeypatch):
    monkeypatch.setattr(answers, "parse_answer", lambda *_, **__: Answer((), ("cannot read this",)))
    said = said_of(answers.Answers(), case)
    assert said[0] == ("values: an answer is not read back: '0.color.blue, 2.position.front.1': cannot read this")
    assert "outcome: replaying the right answer does not lead to what the last image shows" in said


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ((Step(objects=(0,), kind="color", value="red"),), "is read back as another: '0.color.blue"),
        ((Step(objects=(0,), kind="color", value="blue"),), "is read back as 1 steps: '0.color.blue"),
    ],
)
def test_an_answer_that_is_read_back_as_another(case, steps, says, monkeypatch):
    monkeypatch.setattr(answers, "parse_answer", lambda *_, **__: Answer(steps))
    assert said_of(answers.Answers(), case)[0].startswith(f"values: an answer {says}")


def test_pay_that_is_wrong(case, monkeypatch):
    paid = star_r1.star_r1_reward
    monkeypatch.setattr(
        answers, "star_r1_reward", lambda text, truth: dataclasses.replace(paid(text, truth), correct=False)
    )
    said = said_of(answers.Answers(), case)
    assert any(line.startswith("reward: the right answer in the form triplet is not paid in full: ") for line in said)
    assert "accepted: has a way to say a step that is not paid in full" in said
    monkeypatch.setattr(
        answers, "star_r1_reward", lambda text, truth: dataclasses.replace(paid(text, truth), correct=True)
    )
    said = said_of(answers.Answers(), case)
    assert any(line.startswith("reward: an answer without a step is paid as the right one: ") for line in said)
    assert any(line.startswith("reward: an answer with another value is paid as the right one: ") for line in said)


def test_another_right_answer(case, monkeypatch):
    other = (Step(objects=(1,), kind="color", value="red"),)
    monkeypatch.setattr(others, "second_answers", lambda *_: iter([other]))
    (fault,) = others.Others().faults(case)
    assert fault.where == "train-000000: 0.color.blue, 2.position.front.1; 1.color.red"


def test_a_problem_with_too_many_answers_is_left_out_and_counted(case, monkeypatch):
    monkeypatch.setattr(others, "_MOST", 100)
    check = others.Others()
    assert said_of(check, case) == []
    assert [text for _, text in check.summaries()] == [
        "of all answers to 0 problems, none as short is right and not accepted; 1 problem had too many to try"
    ]


class Blind(ObjectTransformation):
    """Looks at the color, which it does not say: what is red becomes medium."""

    name = "grow"
    fields = frozenset({"size"})

    def change(self, obj, value, vocabulary):
        return obj.replace(size="medium" if obj.color == "red" else "small")


class Grow(Blind):
    """Says it."""

    fields = frozenset({"size", "color"})


class Any(Blind):
    """Says nothing, so that what its steps change is taken for all."""

    fields = None


class Both(Transformation):
    """Says more than it changes: two objects exchange their materials."""

    name = "both"
    roles = (Role(), Role())
    fields = frozenset({"material", "color"})

    def apply(self, state, step, vocabulary):
        a, b = step.objects
        return state.replace(a, material=state[b].material).replace(b, material=state[a].material)


class Materials(Both):
    fields = frozenset({"material"})


MORE = "an answer in another order leads to the same last image, and is not paid in full; name in fields no more"
LESS = "an answer in another order does not lead to the last image, and is paid in full; name in fields all that"


@pytest.mark.parametrize(("kind", "says"), [(Blind, LESS), (Any, LESS), (Grow, None), (Both, MORE), (Materials, None)])
def test_another_order_is_paid_in_full_where_it_leads_to_the_same_image(kind, says):
    config = load(
        f"sampling.kinds=[color,position,{given.name_of(kind)}]", "sampling.on_stage=[4,6]", "sampling.steps=2"
    )
    split = config.split("train")
    made = handmade(config, split, 0)
    initial = made.problem.initial.replace(1, material="glass")
    own = Step(objects=(0, 1) if len(kind.roles) == 2 else (0,), kind=kind.name)
    steps = (own, Step(objects=(0,), kind="color", value="blue"))
    problem = dataclasses.replace(made.problem, initial=initial, steps=steps)
    states = replay.replay(initial, steps, split.kinds, split.vocabulary)
    shots = problem.shots(states, split.render.width, split.render.height)
    shots = tuple(dataclasses.replace(s, sights=None if s.intermediate else made.initial.sights) for s in shots)
    check = answers.Answers()
    said = [
        f"{fault.kind}: {fault.about}: {fault.text}"
        for fault in check.faults(Case(config, split, sampler.completed(problem, states, shots, split)))
        if "order" in fault.text
    ]
    assert [line.startswith(f"color, {kind.name}: fields: {says}") for line in said] == [True] * bool(says)
    assert any("1 other orders" in text for _, text in check.summaries())
