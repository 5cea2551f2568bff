"""Families of users' own: each fault is one line that names the family, the member and what to return instead."""

import re
import sys
from typing import ClassVar

import pytest

from tests.tiny import ROOT, handmade, load, run
from tvrgen._support.errors import UserError
from tvrgen.config.loader import Config
from tvrgen.questions import asking, registry
from tvrgen.questions.base import Answered, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import Family
from tvrgen.questions.own import Own

GOOD = re.search(r"`alike.py`:\n\n```python\n(.*?)^```", (ROOT / "docs/extending.md").read_text(), re.M | re.S)[1]

BROKEN = {
    "levels: returned []": ('return ("no", "yes")', "return []"),
    "levels: returned 'no'": ('return ("no", "yes")', 'return "no"'),
    "answer: raised KeyError: 'x' (alike.py:": ("Answered(said,", 'Answered({}["x"],'),
    "; return an Answered, or None": ("return Answered(said, level=said)", "return said"),
    "answer: has the level 'maybe'; expected one of ['no', 'yes']": ("level=said", 'level="maybe"'),
    "answer: returned 'maybe': value": ("Answered(said,", 'Answered("maybe",'),
    "subjects: returned (0, 1); return subjects": ("Subject((exhibit.first,), (a, b))", "(a, b)"),
    "subjects: raised": ("for a in named for b", "for a in named.x for b"),
    "words: returned {'one'": ('return {"one": a, "other": b}', 'return {"one": a}'),
    "among: returned 'yes or no'; return a list": ('return ("yes", "no")', 'return "yes or no"'),
    "near: returned nothing; return a list": ('return ["no" if answered.value == "yes" else "yes"]', "return None"),
    "rationale: returned 'it is'; return Sentences": ("yield Sentence(", 'yield "it is"\n            yield Sentence('),
    "its name is 'same color'; write letters": ('name = "same_color"', 'name = "same color"'),
    "its name is 'counting', as that of a family that ships": ('name = "same_color"', 'name = "counting"'),
    "its form is 'colour'; write one of number": ('name = "same_color"', 'name = "same_color"\n    form = "colour"'),
    "has no template; give its class one": ("    template = {", "    other = {"),
    "unknown placeholder {ones}": ("Do {one} and", "Do {ones} and"),
    "has no 'SameColor'; did you mean 'SameColors'?": ("class SameColor(", "class SameColors("),
    "Can't instantiate abstract class": ("def answer(", "def answers("),
    "is no family; write a subclass of tvrgen.Family": ("class SameColor(Family):", "class SameColor:"),
}
BROKEN_IN_PROCESS = {
    "it has a `choose` or an `ask` of its own": (
        "    def subjects(",
        "    def ask(self, *a):\n        0\n\n    def subjects(",
    ),
    "it has a `choose` or an": ("    def subjects(", "    choose = None\n\n    def subjects("),
    "its approximate is 'yes'": ('name = "same_color"', 'name, approximate = "same_color", "yes"'),
    "its approximate is True": ('name = "same_color"', 'name, approximate = "same_color", True'),
    "subjects: returned a subject whose objects are [0]; write a tuple of whole": ("(a, b))", "[0])"),
    "subjects: returned a subject whose objects are ('0',); write a tuple of whole": ("(a, b))", '("0",))'),
    "subjects: returned a subject whose objects are (99,); write 0 to": ("(a, b))", "(99,))"),
    "subjects: returned a subject whose about are ([],); write a tuple of texts": ("(a, b))", "(a, b), ([],))"),
    "subjects: returned a subject whose images are [": ("(exhibit.first,)", "[exhibit.first]"),
    "subjects: returned a subject whose images are ([],)": ("(exhibit.first,)", "([],)"),
    "subjects: returned Subject(images=('x',)": ("(exhibit.first,)", '("x",)'),
    "among: returned ['no', 1]": ('return ("yes", "no")', 'return ["no", 1]'),
    "near: returned <object": ('return ["no" if answered.value == "yes" else "yes"]', "return [object()]"),
    "near: returned nothing; return texts": ('return ["no" if answered.value == "yes" else "yes"]', "return [None]"),
    "near: returned a value of the type int": (
        'return ["no" if answered.value == "yes" else "yes"]',
        "return [10**5000]",
    ),
    "words: returned '<image>' with <image>": ('return {"one": a,', 'return {"one": "<image>",'),
    "among: returned 'no <image>' with": ('return ("yes", "no")', 'return ("yes", "no", "no <image>")'),
    "told: returned '<image>' with": (
        "    def subjects(",
        '    def told(self, v):\n        return "<image>"\n\n    def subjects(',
    ),
    "rationale: returned '<image>' with": (
        "yield Sentence(",
        'yield Sentence("match", "<image>")\n            yield Sentence(',
    ),
    "mirror: returned (); return": (
        "    def subjects(",
        "    def mirror(self, *a):\n        return ()\n\n    def subjects(",
    ),
    "mirror: returned a subject whose objects are [1]": (
        "    def subjects(",
        "    def mirror(self, mirrored, s):\n        return Subject((mirrored.first,), [1])\n\n    def subjects(",
    ),
}
OF_FORMS = {
    "number": [
        ("answer", 2, ""), ("answer", "2", "answer: returned '2': value"),
        ("near", [3, None], "near: returned nothing"),
        ("near", [[]], "near: returned []"), ("among", ["2"], "among: returned ['2']; return ()"), ("among", [], ""),
    ],
    "sequence": [
        ("answer", ["a", "b"], ""), ("answer", ("a", "b"), ""), ("answer", 3, "answer: returned 3: value"),
        ("answer", "ab", "answer: returned 'ab': value"), ("near", [["b", "a"]], ""), ("near", [3], "near: returned 3"),
        ("near", [["b", 1]], "near: returned ['b', 1]"), ("among", ["b", "a"], ""),
        ("among", ["c"], "answer: returned"),
    ],
    "map": [
        ("answer", {"a": [[1, 1]]}, ""), ("answer", {1: [[1, 1]]}, "answer: returned {1"),
        ("near", [{}], "near: returned {}"),
        ("near", [3], "near: returned 3"), ("among", ["a"], "among: returned ['a']; return ()"),
    ],
}  # fmt: skip
CONFIG = """
questions: [{family: "alike:SameColor", rationale: full, as: choice, each: 2}, {family: "alike:SameColor"}]
sampling: {objects: [5, 8], on_stage: all, moves: [inner, out]}
render: {width: 80, height: 60}
splits: {train: {count: 3}}
"""


@pytest.mark.rays
@pytest.mark.parametrize("says", BROKEN)
def test_faults_are_one_line(says, tmp_path):
    old, new = BROKEN[says]
    assert old in GOOD
    (tmp_path / "alike.py").write_text(GOOD.replace(old, new))
    (tmp_path / "config.yaml").write_text(CONFIG)
    result = run("plan", "config.yaml", "--questions", "--out", "x.jsonl", cwd=tmp_path)
    (line,) = [text for text in result.stderr.splitlines() if "error" in text]
    assert result.returncode == 2, result.stderr
    assert says in line
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "x.jsonl").exists()


@pytest.fixture
def importable(tmp_path, monkeypatch):
    """A folder whose module `alike` can be imported, and is forgotten after the test, as is one of another test."""
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("alike", None)
    yield tmp_path
    sys.modules.pop("alike", None)


def answered():
    """Questions of the family about a problem without rays: a choice, with rationales and twins."""
    asked = "questions=[{family: 'alike:SameColor', rationale: full, as: choice, twin: true, each: 2}]"
    config = load(asked, "sampling.on_stage=all", "splits.train.count=3")
    split = config.split("train")
    return [own for k in range(3) for own in asking.questions(handmade(config, split, k), split, 0)]


@pytest.mark.parametrize("says", BROKEN | BROKEN_IN_PROCESS)
def test_faults_name_the_member(says, importable):
    old, new = (BROKEN | BROKEN_IN_PROCESS)[says]
    assert old in GOOD
    (importable / "alike.py").write_text(GOOD.replace(old, new))
    with pytest.raises(UserError) as error:
        answered()
    assert says in str(error.value)
    assert "\n" not in str(error.value)


class Returning(Family):
    """Family of any form whose members return what the test wants."""

    name = "returning"
    members: ClassVar = {}

    def subjects(self, exhibit):
        return [Subject((exhibit.first,))]

    def answer(self, exhibit, subject):
        return Answered(self.members["answer"])

    def words(self, exhibit, subject):
        return {}

    def near(self, exhibit, subject, answered):
        return self.members.get("near", [])

    def among(self, exhibit, subject):
        return self.members.get("among", ())


@pytest.mark.parametrize(
    ("form", "member", "value", "says"), [(form, *case) for form, cases in OF_FORMS.items() for case in cases]
)
def test_values_are_of_the_form(form, member, value, says, monkeypatch):
    monkeypatch.setattr(Returning, "form", form)
    monkeypatch.setattr(Returning, "members", {"answer": OF_FORMS[form][0][1], member: value})
    config = load()
    exhibit = Exhibit(handmade(config, config.split("train"), 0), "center", config.split("train"))
    own, subject = Own(Returning()), Subject((exhibit.first,))
    try:
        own.near(exhibit, subject, own.answer(exhibit, subject))
        fault = ""
    except UserError as error:
        fault = str(error)
    assert fault.removeprefix("family returning: ").startswith(says)
    assert bool(fault) == bool(says)


@pytest.mark.rays
def test_a_sound_family_asks_as_a_shipped_one_does(importable):
    tmp_path = importable
    (tmp_path / "alike.py").write_text(GOOD)
    (tmp_path / "config.yaml").write_text(CONFIG)
    result = run("plan", "config.yaml", "--questions", "--out", "x.jsonl", "--workers", "2", cwd=tmp_path, check=True)
    assert result.returncode == 0
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == 9
    family = registry.resolve("alike:SameColor")
    assert isinstance(family, Own)
    assert family.modules == ("alike",)
    document = {"splits": {"train": {"count": 2}}, "questions": [{"family": "alike:SameColor"}]}
    config = Config.from_dict(document | {"sampling": {"objects": 5, "on_stage": "all"}}, tmp_path)
    assert config.document["code"].keys() == {"alike"}
    assert config.document["questions"][0]["prompt"]["text"] == family.template["text"]
    split = config.split("train")
    (asked,) = [q for _, q in asking.questions(asking.plan_problem(config, "train", 0), split, 0)]
    assert asked.answer in ("yes", "no")
