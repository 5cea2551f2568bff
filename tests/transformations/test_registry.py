"""Every built-in kind changes one attribute."""

import re

import pytest

from tests.tiny import handmade, load
from tvrgen._support.errors import UserError
from tvrgen.transformations.base import Rejected, Step
from tvrgen.transformations.registry import resolve

CONFIG = load()
SPLIT = CONFIG.split("train")
WORDS, KINDS = SPLIT.vocabulary, SPLIT.kinds
STATE = handmade(CONFIG, SPLIT, 0).problem.initial
EVERY = [(kind, value) for kind in KINDS.values() for value in kind.values(WORDS)]


@pytest.mark.parametrize(("kind", "value"), EVERY, ids=lambda v: getattr(v, "name", v))
def test_a_step_changes_its_own_attribute_alone(kind, value):
    before, step = STATE.objects[0], Step(objects=(0,), kind=kind.name, value=value)
    try:
        after = kind.apply(STATE, step, WORDS).objects[0]
    except Rejected:
        assert getattr(before, kind.name) == value
        return
    changed = {
        f
        for f in ("shape", "size", "color", "material", "position", "rotation")
        if getattr(before, f) != getattr(after, f)
    }
    assert changed == {kind.name}
    assert kind.phrase(step, str)


MODULE = """
from tvrgen import Transformation

class Swap(Transformation):
    name = "exchange"

    def apply(self, state, step, vocabulary):
        return state

class Counted(Swap):
    def __init__(self, number):
        pass

class Failing(Swap):
    def __init__(self):
        {}["number"]

def swap(state, step, vocabulary):
    return state

instance = Swap()
text = "Swap"
"""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("own_kinds:Swp", "module own_kinds has no 'Swp'; did you mean 'Swap'? (known: Swap, Counted, Failing)"),
        ("own_kinds:Counted", "TypeError: .*'number'; a kind is made by Counted(), without arguments"),
        ("own_kinds:Failing", "KeyError: 'number' (own_kinds.py:16)"),
        ("own_kinds:swap", "is the function swap; name a class"),
        ("own_kinds:text", "it lacks name, values, apply, phrase; see docs/extending.md"),
        ("own_kind:Swap", "there is no module 'own_kind'; put it beside the config, or its folder on PYTHONPATH"),
        ("own_kinds.py:Swap", "there is no module 'own_kinds.py'; write own_kinds:Swap"),
        ("own_kinds.Swap", "'own_kinds.Swap' names no kind; write own_kinds:Swap"),
        ("recolour_like", "'recolour_like' names no kind; did you mean 'recolor_like'?"),
        (
            "own_needs:Swap",
            "ModuleNotFoundError: No module named 'not_there' (own_needs.py:2)",
        ),
        ("own_fails:Swap", "cannot load kind 'own_fails:Swap': ZeroDivisionError: division by zero (own_fails.py:1)"),
    ],
)
def test_a_name_that_leads_to_no_kind_is_one_line(name, says, tmp_path, monkeypatch):
    texts = {"own_kinds": MODULE, "own_needs": "\nimport not_there\n", "own_fails": "1 / 0\n"}
    for module, text in texts.items():
        (tmp_path / f"{module}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match=re.escape(says).replace(r"\.\*", ".*")):
        resolve(name)


def test_a_name_may_be_that_of_a_class_or_an_instance(tmp_path, monkeypatch):
    (tmp_path / "own_instances.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    assert {resolve(f"own_instances:{name}").name for name in ("Swap", "instance")} == {"exchange"}
