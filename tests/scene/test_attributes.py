"""Attributes: each is declared once and then occurs everywhere, from sampling and prompts to statistics and exports."""

import copy
import json
import pickle

import pytest

from tests.export.rows import tables
from tests.tiny import FlatRenderer, generate_flat, load, question_lines, scene_line
from tvrgen._support.errors import ArgumentError, UserError
from tvrgen.config import loader
from tvrgen.dataset import reader, records
from tvrgen.dataset.report import statistics
from tvrgen.export.run import export
from tvrgen.questions.forms import changes_text
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.sampling import identity, looks, sampler
from tvrgen.scene.attributes import BUILT_IN, LOOKS, SHIPPED
from tvrgen.scene.model import State
from tvrgen.scoring import star_r1_reward
from tvrgen.scoring.baselines import baseline
from tvrgen.scoring.outcome import outcome_score
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Step

MINE = {
    "label": "{values: {bare: {}, dotted: {dots: 3}, crossed: {}}, place: 45, "
    "shown: 'tests.scene.test_attributes:show'}",
    "secret": "{values: {none: {}, one: {}, two: {}}, place: null}",
}
"""Attributes of a user's own: one after all others in looks, and one that looks do not have."""

FURTHER = {**dict.fromkeys(SHIPPED, "{}"), **MINE}


def config_of(name: str, *overrides: str) -> loader.Config:
    own = f"vocabulary.attributes={{{name}: {FURTHER[name]}}}", f"sampling.kinds=[{name}, color]"
    return load(*own, "sampling.on_stage=[4, 10]", *overrides)


@pytest.fixture(params=FURTHER)
def name(request) -> str:
    return request.param


def test_the_built_in_ones_are_declared_in_the_same_way():
    words = load().vocabulary
    assert words.attributes == BUILT_IN
    assert LOOKS == ("size", "color", "material", "shape")
    for attribute in BUILT_IN:
        assert words.values(attribute) == tuple(words.table(attribute))
    obj = words.object({attribute: words.values(attribute)[0] for attribute in BUILT_IN})
    assert obj.looks == tuple(getattr(obj, attribute) for attribute in LOOKS)
    assert list(obj.attributes) == list(BUILT_IN)
    assert not obj.further


def test_objects_have_it(name):
    words = config_of(name).vocabulary
    first, second = words.values(name)[:2]
    values = {attribute: words.values(attribute)[0] for attribute in BUILT_IN}
    obj, other = (words.object({**values, name: value}) for value in (first, second))
    assert getattr(obj, name) == first
    assert obj.replace(**{name: second}, position=(1, 2)) == other.replace(position=(1, 2))
    assert State(objects=(obj,)).replace(0, **{name: second})[0] == other
    assert obj != other
    assert hash(obj) != hash(other)
    assert (obj.looks != other.looks) == (words.attributes[name].place is not None)
    for same in (copy.deepcopy(obj), pickle.loads(pickle.dumps(obj))):
        assert same == obj
        assert same.looks == obj.looks
    with pytest.raises(AttributeError, match="nonsense"):
        obj.nonsense  # noqa: B018
    with pytest.raises(TypeError):
        obj.replace(nonsense="x")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("texture", "large red striped rubber cube"),
        ("label", "large red rubber cube dotted"),
        ("secret", "large red rubber cube"),
    ],
)
def test_its_word_stands_where_its_declaration_says(name, words):
    value = {"texture": "striped", "label": "dotted", "secret": "one"}[name]
    obj = config_of(name).vocabulary.object(
        {"shape": "cube", "size": "large", "color": "red", "material": "rubber", name: value}
    )
    assert " ".join(obj.looks) == words


def test_its_kind_changes_it_alone(name):
    split = config_of(name).split("train")
    words, kind = split.vocabulary, split.kinds[name]
    assert kind.values(words) == words.values(name)
    obj = next(looks.every_look(words))
    state = State(objects=(obj,))
    for value in words.values(name):
        step = Step(objects=(0,), kind=name, value=value)
        if value == getattr(obj, name):
            with pytest.raises(Rejected):
                replay.apply(state, step, split.kinds, words)
        else:
            changed = replay.apply(state, step, split.kinds, words)[0]
            assert changed.attributes == {**obj.attributes, name: value}
            assert identity.digest(state, (), {}) != identity.digest(State(objects=(changed,)), (), {})
    with pytest.raises(UserError, match=f"gave the unknown {name}"):
        replay.apply(state, Step(objects=(0,), kind=name, value="nonsense"), split.kinds, words)


def test_the_kind_of_a_shipped_one_declares_it():
    for name in SHIPPED:
        config = load(f"sampling.kinds=[{name}, color]", "sampling.on_stage=[4, 10]")
        assert config.split("train").values[name] == tuple(SHIPPED[name].values)
        assert config.hash == config_of(name).hash
    assert load().vocabulary.attributes == BUILT_IN
    assert "attributes" not in load().document["vocabulary"]


def test_nothing_is_undone(name):
    words = config_of(name).vocabulary
    obj = next(looks.every_look(words))
    there = obj.replace(**{name: words.values(name)[1]})
    assert looks.undone([obj, there, obj])
    assert not looks.undone([obj, there, there])


@pytest.mark.rays
def test_problems_records_prompts_answers_and_scores_have_it(name):
    config = config_of(name, "sampling.steps=[1, 2]")
    split = config.split("train")
    seen, listed = set(), split.vocabulary.attributes[name].place is not None
    for index in range(4):
        planned = sampler.plan_problem(config, "train", index)
        scene = json.loads(records.dump(scene_line(planned, split)))
        records.check(scene, "scene", "line")
        assert records.problem_from(scene, split.vocabulary) == planned.problem
        for question in question_lines(planned, split, config.seed):
            records.check(question, "question", "line")
            for entry, obj in zip(question["initial_objects"], planned.states[0].objects, strict=True):
                assert entry[name] == getattr(obj, name)
                assert f"\n{entry['index']}: {' '.join(obj.looks)}" in question["question"]
            assert f"{name}: {', '.join(split.vocabulary.values(name))}" in question["question"]
            response = baseline("oracle")(question, scene, split)
            assert star_r1_reward(response, question).correct
            text = response.removeprefix("<think></think><answer>").removesuffix("</answer>")
            assert outcome_score(parse_answer(text), scene, split).correct
            baseline("random")(question, scene, split)
        seen |= {step.kind for step in planned.problem.steps}
        if not listed:
            assert len({o.looks for o in planned.states[0].objects}) == len(planned.states[0].objects)
    assert seen == {name, "color"}


def test_answers_can_name_objects_by_it():
    words = config_of("texture").vocabulary
    values = {"shape": "cube", "size": "large", "color": "red", "material": "rubber"}
    objects = [words.object({**values, "texture": texture}).looks for texture in words.values("texture")]
    for k, value in ((1, "plain"), (0, "striped")):
        step = Step(objects=(k,), kind="texture", value=value)
        text = changes_text.write([step], "description", objects)
        assert parse_answer(text, objects).steps == (step,)
    assert parse_answer("striped cube.texture.plain", objects).steps[0].objects == (1,)


def test_constraints_hold_for_it(name):
    first, second = load_values(name)[:2]
    split = config_of(name, f"sampling.never={{{name}: [{first}]}}").split("train")
    assert first not in split.vocabulary.values(name)
    assert first not in split.values[name]
    pair = f"sampling.never={{pairs: [{{{name}: [{second}], color: [red]}}]}}"
    constraints = config_of(name, pair).split("train").sampling.constraints
    refused = [o for o in looks.every_look(config_of(name).vocabulary) if not constraints.allow(o)]
    assert refused
    assert {(getattr(o, name), o.color) for o in refused} == {(second, "red")}


def load_values(name: str) -> tuple[str, ...]:
    return config_of(name).vocabulary.values(name)


@pytest.mark.parametrize(
    ("overrides", "fault"),
    [
        (["sampling.only={texture: [striped]}"], "sampling.only.texture: unknown key"),
        (["sampling.only={colour: [red]}"], "sampling.only.colour: unknown key; did you mean 'color'?"),
        (["sampling.only={pairs: [{when: {colour: [red]}, then: {size: [large]}}]}"], "when.colour: unknown key"),
        (["sampling.kinds=[texture]", "sampling.only={texture: [stripes]}"], "unknown texture 'stripes'"),
        (["vocabulary.attributes={label: {}}"], "attributes.label.values: is missing"),
        (["vocabulary.attributes={label: {values: {}}}"], "attributes.label.values: has 0 entries"),
        (["vocabulary.attributes={position: {values: {a: {}}}}"], "an object has a position already"),
        (["vocabulary.attributes={steps: {values: {a: {}}}}"], "has the key steps already"),
        (["vocabulary.attributes={label: {values: {a: {}}, shown: labels}}"], "attributes.label.shown: "),
        (["sampling.kinds=[textur]"], "did you mean 'texture'?"),
    ],
)
def test_a_fault_is_one_line(overrides, fault):
    with pytest.raises(UserError) as error:
        load(*overrides)
    assert fault in str(error.value)
    assert "\n" not in str(error.value)


def test_a_dataset_is_counted_and_exported(name, tmp_path):
    config = config_of(name, f"sampling.kinds=[color, material, {name}]", "splits.train.count=2")
    generate_flat(tmp_path / "data", config, FlatRenderer())
    counted = statistics.collect(reader.open_dataset(tmp_path / "data").scenes()).tables
    assert counted[f"further.{name}"].counts["train"] == {load_values(name)[0]: 6}
    export(tmp_path / "data", "hf", tmp_path / "hf")
    for row in tables("data/{split}-*.parquet")(tmp_path / "hf", "train"):
        assert {entry[name] for entry in row["initial_objects"]} == {load_values(name)[0]}
    for form in ("trance", "reason-rft"):
        with pytest.raises(UserError, match=name):
            export(tmp_path / "data", form, tmp_path / form)


def test_the_config_of_a_dataset_runs_no_function_without_trust(tmp_path):
    config = config_of("label")
    (tmp_path / "config.json").write_text(json.dumps(config.document))
    with pytest.raises(ArgumentError, match=r"names code, which was not imported: tests.scene.test_attributes:show"):
        loader.load(tmp_path / "config.json")
    (tmp_path / "config.json").write_text(json.dumps(config_of("texture").document))
    assert loader.load(tmp_path / "config.json").hash == config_of("texture").hash
