"""What a user's own kind raises, or returns amiss, is a line with the kind, the member, the step and the file."""

import json
import pickle
import re

import numpy as np
import pytest
import yaml

from tests.tiny import SMALL
from tests.transformations import broken
from tests.transformations.broken import BROKEN
from tvrgen.cli.main import main
from tvrgen.config.loader import load
from tvrgen.config.overrides import assignments
from tvrgen.dataset.validation.files import validate
from tvrgen.generation.planning import plan
from tvrgen.generation.run import generate
from tvrgen.scene.model import State
from tvrgen.transformations.base import Step, Transformation
from tvrgen.transformations.own import KindError, Own

pytestmark = pytest.mark.rays


def config(folder, kind):
    sampling = {"kinds": ["shape", f"{kind.__module__}:{kind.__name__}"], "on_stage": [4, 6], "steps": [1, 2]}
    document = {"splits": {"train": {"count": 20}}, "sampling": sampling, "question": {"rationale": "full"}}
    (folder / "config.yaml").write_text(yaml.safe_dump(document))
    return str(folder / "config.yaml")


def line_of(kind):
    """A regular expression for the line that says what is wrong with a kind."""
    says = re.escape(kind.says.replace("{step}", "STEP").replace("{value}", "VALUE"))
    return says.replace("STEP", r"\d(\+\d)?\.recolor(\.\w+)?").replace("VALUE", r"\w+")


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_plan_says_in_one_line_what_is_wrong(kind, tmp_path, capsys):
    assert main(["plan", config(tmp_path, kind), "--questions", "--out", str(tmp_path / "plan.jsonl")]) == 2
    said = capsys.readouterr().err
    assert re.search(line_of(kind), said), said
    assert said.count("\n") == 1


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_check_says_it_as_a_fault_of_the_member(kind, capsys):
    code = main(["check", f"{kind.__module__}:{kind.__name__}", "--count", "12", "--render", "0"])
    said = capsys.readouterr()
    about = re.match(r"kind (\w+): (\w+): ", kind.says)
    if not about:  # it cannot be loaded
        assert (code, said.err.count("\n")) == (2, 1)
        assert kind.says in said.err
        return
    assert code == 1, said
    assert any(line.startswith(f"  FAULT {about[1]}: {about[2]}: ") for line in said.out.splitlines()), said.out
    assert "planning: " not in said.out


@pytest.mark.parametrize("kind", [broken.Raises, broken.PhraseRaises, broken.AcceptsUnknown, broken.Former])
def test_generate_says_it_once_and_leaves_nothing(kind, tmp_path, monkeypatch):
    """No shard is tried again, as it cannot succeed."""
    monkeypatch.setenv("FAULTS", "{}")
    told = []
    with pytest.raises(KindError) as caught:
        generate(
            load(config(tmp_path, kind), assignments(SMALL)),
            tmp_path / "out",
            opener="tests.faulty:open_faulty",
            on_event=told.append,
        )
    assert re.search(line_of(kind), str(caught.value))
    assert {json.loads(line)["event"] for line in told} <= {"start"}
    assert not (tmp_path / "out").exists()


def test_errors_of_kinds_reach_other_processes(tmp_path, capsys):
    assert main(["plan", config(tmp_path, broken.Raises), "--workers", "2", "--out", str(tmp_path / "plan.jsonl")]) == 2
    said = capsys.readouterr().err
    assert re.search(line_of(broken.Raises), said), said
    error = KindError("recolor", "apply", "raised it", "0+1.recolor")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_fields_may_be_a_set(tmp_path, monkeypatch):
    monkeypatch.setattr(broken.Recolor, "fields", {"color"})
    own = load(config(tmp_path, broken.Recolor))
    assert own.split("train").kinds["recolor"].fields == frozenset({"color"})
    assert plan(own, "train", 0).problem.steps


def test_whole_numbers_of_numpy_are_those_of_python(tmp_path):
    own = load(config(tmp_path, broken.Middle), {"sampling.kinds": [f"{broken.__name__}:Middle"]})
    for k in range(3):
        for state in plan(own, "train", k).states:
            assert {type(c) for obj in state.objects for c in obj.position} == {int}


def test_a_kind_that_fails_condemns_no_shard_and_no_answer_in_silence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FAULTS", "{}")
    own, out = load(config(tmp_path, broken.Recolor), assignments((*SMALL, "splits.train.count=4"))), tmp_path / "out"
    generate(own, out, opener="tests.faulty:open_faulty")
    assert validate(out, trust=True) == []
    monkeypatch.setattr(broken.Recolor, "apply", broken.Raises.apply)
    with pytest.raises(KindError, match=line_of(broken.Raises)):
        validate(out, trust=True)
    assert not (out / "log/again.json").exists()
    assert main(["score", str(out), "--baseline", "oracle", "--trust"]) == 0
    assert capsys.readouterr().err.count("; steps for which it does count as invalid") == 1


class Odd(Transformation):
    """Returns numbers and truths of numpy's, or what is none."""

    name = "odd"

    def values(self, vocabulary):
        return ("numpy", "north", "maybe")

    def apply(self, state, step, vocabulary):
        changes = {
            "numpy": {"rotation": np.float32(30), "present": np.True_, "position": (np.int64(3), 4)},
            "north": {"rotation": "north"},
            "maybe": {"present": "maybe"},
        }
        return state.replace(0, **changes[step.value])


def test_numbers_of_numpy_become_pythons_and_others_are_refused():
    words = load("quickstart").vocabulary
    first = {attribute: words.values(attribute)[0] for attribute in words.attributes}
    state, own = State(objects=(words.object(first),)), Own(Odd(), "odd")
    obj = own.apply(state, Step(objects=(0,), kind="odd", value="numpy"), words)[0]
    assert [type(value) for value in (obj.rotation, obj.present, *obj.position)] == [float, bool, int, int]
    for value, says in (("north", "the rotation 'north'; give degrees"), ("maybe", "give True or False")):
        with pytest.raises(KindError, match=says):
            own.apply(state, Step(objects=(0,), kind="odd", value=value), words)
