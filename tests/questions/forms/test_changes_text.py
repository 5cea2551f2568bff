"""Answers written: each form as text, and the normal forms of values; the reader reads all of it back."""

import pytest

from tests.tiny import SHIPPED, load
from tvrgen.config import loader
from tvrgen.questions.forms import changes_text
from tvrgen.questions.forms.arities import Arity
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.questions.forms.changes_text import FORMS, normal
from tvrgen.transformations.base import Step

LOOKS = [("large", "red", "metal", "cube"), ("small", "gray", "rubber", "cube"), ("small", "gray", "metal", "cube")]
STEPS = [Step(objects=(2,), kind="color", value="cyan"), Step(objects=(0,), kind="position", value="front_left.1")]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("triplet", "2.color.cyan, 0.position.front_left.1"),
        ("function", "change_color(2, 'cyan'), change_position(0, 'front_left_1')"),
        ("description", "small gray metal cube.color.cyan, large red metal cube.position.front_left.1"),
    ],
)
def test_forms(form, text):
    assert changes_text.write(STEPS, form, LOOKS) == text
    assert changes_text.write([], form, LOOKS) == "no change"
    assert parse_answer("no change", LOOKS if form == "description" else ()) == parse_answer("nothing changed")


OTHERS = [
    Step(objects=(2, 0), kind="swap"),
    Step(objects=(0, 1), kind="next_to", value="left"),
    Step(objects=(1, 2, 0), kind="arrange", value="row.2"),
    Step(objects=(1,), kind="disappear"),
    Step(objects=(), kind="appear", value="small_red_metal_cube"),
    Step(objects=(1,), kind="replace", value="red_metal"),
]
"""A step of each arity: of any number of objects, with a value or without."""
ARITIES = {step.kind: Arity(len(step.objects), bool(step.value)) for step in OTHERS}


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("triplet", "2+0.swap, 0+1.next_to.left, 1.disappear, new.appear.small_red_metal_cube"),
        (
            "function",
            "change_swap(2+0), change_next_to(0+1, 'left'), change_disappear(1), change_appear('small_red_metal_cube')",
        ),
        (
            "description",
            "small gray metal cube + large red metal cube.swap, large red metal cube + small gray rubber cube.next_to."
            "left, small gray rubber cube.disappear, new.appear.small_red_metal_cube",
        ),
    ],
)
def test_forms_of_other_arities(form, text):
    assert changes_text.write([OTHERS[k] for k in (0, 1, 3, 4)], form, LOOKS) == text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("steps", [*([step] for step in OTHERS), OTHERS, [*STEPS, *OTHERS[::-1], *STEPS]])
def test_every_arity_comes_back_in_every_form(steps, form):
    text = changes_text.write(steps, form, LOOKS)
    found = parse_answer(text, LOOKS if form == "description" else (), ARITIES)
    assert not found.faults
    assert [(s.objects, s.kind, normal(s.kind, s.value)) for s in found.steps] == [
        (s.objects, s.kind, normal(s.kind, s.value)) for s in steps
    ]


@pytest.mark.parametrize(
    ("kind", "value", "due"),
    [
        ("color", " Grey ", "gray"),
        ("size", "Extra Large", "extra_large"),
        ("position", "Front-Left 1", "front_left_1"),
        ("position", "left_front.1", "front_left_1"),
        ("position", "rightbehind", "rightbehind"),
        ("position", "behindright.2", "behind_right_2"),
        ("position", "right rear 2", "behind_right_2"),
        ("position", "backwards.2", "behind_2"),
        ("position", "forward", "front"),
        ("position", "left", "left"),
        ("color", "left_front", "left_front"),
        ("rotation", "-45", "-45"),
    ],
)
def test_normal_forms(kind, value, due):
    assert normal(kind, value) == due
    assert normal(kind, due) == due


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_value_of_every_split_comes_back_in_every_form(name, form):
    for split in loader.load(name).splits.values():
        for kind in split.kinds.values():
            values = kind.values(split.vocabulary)
            steps = [Step(objects=(k % 3,), kind=kind.name, value=value) for k, value in enumerate(values)]
            for own in ([steps[0]], steps):
                text = changes_text.write(own, form, LOOKS)
                found = parse_answer(text, LOOKS if form == "description" else ())
                assert not found.faults
                assert [s.object for s in found.steps] == [s.object for s in own]
                assert [normal(s.kind, s.value) for s in found.steps] == [normal(s.kind, s.value) for s in own]
            assert len({normal(kind.name, value) for value in values}) == len(values)


def test_values_that_read_alike_are_refused(tmp_path):
    (tmp_path / "kinds_alike.py").write_text(
        "class Alike:\n    name = 'alike'\n    def values(self, vocabulary): return ('a.b', 'A_b')\n"
        "    def apply(self, obj, value, vocabulary): return obj\n    def phrase(self, value): return value\n"
    )
    (tmp_path / "c.yaml").write_text("splits: {train: {count: 1}}\nsampling: {kinds: ['kinds_alike:Alike']}\n")
    with pytest.raises(loader.UserError, match=r"kind alike: values: has 'a\.b' and 'A_b', which read alike"):
        loader.load(tmp_path / "c.yaml")


def test_a_prompt_tells_of_its_form(config):
    for name in ("star_r1", "terse", "function"):
        assert load(f"question.prompt={name}").split("train").questions[0].prompt.answer in FORMS
