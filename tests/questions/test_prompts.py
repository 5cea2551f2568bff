"""Prompt templates: the shipped ones, ones of the user's own, and wrong ones."""

import re

import pytest

from tests.tiny import ONE_FAMILY, ROOT, handmade, load, question_lines, write_config
from tvrgen._support.errors import UserError
from tvrgen._support.rng import generator
from tvrgen.config import loader
from tvrgen.questions import prompts
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.scene.model import State
from tvrgen.scoring import ground_truth, star_r1_reward

TEMPLATES = sorted(path.stem for path in (ROOT / "configs/prompts").glob("*.yaml"))


def asked(*overrides, index=0):
    config = load(*overrides)
    split = config.split("train")
    return question_lines(handmade(config, split, index), split, config.seed)


def by_template(name):
    return [f"question.prompt={name}", *(["sampling.moves=[inner, out]"] if name == "no_objects" else [])]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_question_holds_what_its_answer_needs(name):
    for line in asked(*by_template(name)):
        text = line["question"]
        for part in ("color", "cyan", "front", "<think>", "<answer>", "</answer>", "no change", "6 m"):
            assert part in text
        assert ("0: large red rubber cube\n" in text) == (name != "no_objects")
        assert "{" not in text
        assert "\n\n\n" not in text
        assert text == text.strip()


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_answer_and_the_example_are_read_by_the_scorer(name):
    for line in asked(*by_template(name)):
        truth = ground_truth(line)
        right = star_r1_reward(f"<think>x</think><answer>{line['answer']}</answer>", truth)
        assert right.correct
        assert right.total == right.best
        example = line["question"].split("<answer>")[-2].split("</answer>")[0]
        if "no change" in example:
            example = line["question"].split("<answer>")[-3].split("</answer>")[0]
        faults = star_r1_reward(f"<think>x</think><answer>{example}</answer>", truth).faults
        assert len(faults) == (2 if name == "no_objects" else 0)  # it gives away no object that is there
        assert all("no single object is" in fault for fault in faults)


@pytest.mark.parametrize("name", TEMPLATES)
def test_without_moves_nothing_is_said_of_directions(name):
    config = load(*by_template(name), "sampling.kinds=[color, shape]", "sampling.steps=[1, 2]")
    split = config.split("train")
    initial = handmade(load(), load().split("train"), 0).problem.initial
    text = prompts.prompt(generator(1), initial, split, split.questions[0].prompt)
    assert "front" not in text
    assert "\n\n\n" not in text


def test_the_values_are_those_of_the_split():
    config = load("sampling.never={color: [cyan], step: [shape.cube, position.left.1]}")
    split, initial = config.split("train"), handmade(load(), load().split("train"), 0).problem.initial
    text = prompts.prompt(generator(1), initial, split, split.questions[0].prompt)
    listed = dict(
        line.split(": ") for line in text.splitlines() if line.split(":")[0] in ("color", "shape", "position")
    )
    assert "cyan" not in listed["color"].split(", ")
    assert "cube" not in listed["shape"].split(", ")
    assert "left.1" not in listed["position"].split(", ")
    assert "left.2" in listed["position"].split(", ")


def test_what_is_said_of_leaving_and_repeating_is_so():
    plain, inner, repeat = (
        asked(*overrides)[0]["question"] for overrides in ((), ("sampling.moves=[inner]",), ("sampling.repeat=true",))
    )
    assert ("off the stage" in plain, "off the stage" in inner) == (True, False)
    assert ("more than once" in plain, "more than once" in repeat) == (False, True)


def test_examples_change_something_and_differ():
    found = set()
    for k in range(12):
        for line in asked(index=k):
            example = re.search(r"<answer>(\d.*?)</answer>", line["question"])[1]
            for change in example.split(", "):
                index, kind, value = change.split(".")
                assert line["initial_objects"][int(index)][kind] != value
            found.add(example)
    assert len(found) > 10


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    "name", ["changes", *(f"kinds/{path.stem}" for path in (ROOT / "configs/kinds").glob("*.yaml"))]
)
def test_a_prompt_shows_how_a_change_is_written_that_is_more_than_an_object_and_a_value(name, template):
    split = loader.load(name, {"question.prompt": template}).split("train")
    initial = handmade(load(), load().split("train"), 0).problem.initial
    absent = State(objects=(initial[0].replace(present=False), *initial.objects[1:]))
    text = prompts.prompt(generator(1), absent, split, split.questions[0].prompt)
    assert "attribute" not in text
    lines = dict(line.split(": ", 1) for line in text.splitlines() if line.split(": ")[0] in split.kinds)
    assert list(lines) == list(split.kinds)
    looks = [o.looks for o in initial.objects] if template == "no_objects" else []
    for kind, line in ((split.kinds[name], line) for name, line in lines.items()):
        *_, written = line.rpartition("written ")
        assert kind.plain or written != line or kind.name == "rotation"
        for k in range(2):
            written = written.replace("object", " ".join(initial[k].looks), 1).replace("index", str(k), 1)
        if "written " in line:
            read = parse_answer(written, looks)
            assert not read.faults, read.faults
            assert [(s.kind, len(s.objects), bool(s.value)) for s in read.steps] == [
                (kind.name, kind.named, kind.valued)
            ]
    example = next(found for found in re.findall(r"<answer>([^<]+)</answer>", text) if found != "no change")
    named = [looks.split() for looks in re.findall(_LOOKS, example)] if looks else []
    read = parse_answer(example, named)
    assert not read.faults
    assert [step.kind for step in read.steps] == [*split.kinds][:2]


_LOOKS = r"(?:large|medium|small) \w+ (?:rubber|metal|glass) (?:cube|sphere|cylinder)"


def test_further_attributes_name_objects_too():
    overrides = {"question.prompt": "no_objects", "sampling.kinds": ["color", "texture"], "sampling.steps": 1}
    split = loader.load("star_r1", overrides).split("train")
    values = {name: split.vocabulary.values(name)[0] for name in split.vocabulary.attributes}
    state = State(objects=(split.vocabulary.object(values),))
    text = prompts.prompt(generator(1), state, split, split.questions[0].prompt)
    assert "Name each object by its size, color, texture, material and shape" in text


def test_a_template_has_general_keys_for_other_kinds():
    own = {"text": "{objects} {say} <answer>", "variants": {"say": ["a"]}, "general": {"variants": {"say": ["b"]}}}
    said = {}
    for kinds in (["color"], ["color", "swap"]):
        config = loader.load("star_r1", {"question.prompt": own, "sampling.kinds": kinds, "sampling.steps": 1})
        assert "general" not in config.document["question"]["prompt"]
        said[len(kinds)] = config.split("train").questions[0].prompt.variants["say"]
    assert said == {1: ("a",), 2: ("b",)}


def test_variants_are_drawn_by_id_and_come_back():
    texts = {line["question"].split("\n")[0] for k in range(12) for line in asked(index=k)}
    assert len(texts) == 3
    assert asked(index=3) == asked(index=3)
    assert len({line["question"].split("\n")[0] for k in range(12) for line in asked("seed=5", index=k)}) == 3


def test_a_split_may_have_a_prompt_of_its_own():
    config = load("splits.train.question={prompt: terse, rationale: short}")
    assert config.split("train").questions[0].prompt.text.startswith("What changed")
    again = loader.from_document(config.document, "x")
    assert again.split("train").questions == config.split("train").questions


@pytest.mark.parametrize("name", ONE_FAMILY)
def test_shipped_configs_take_every_listing_template(name):
    for template in TEMPLATES:
        if template != "no_objects":
            loader.load(name, {"question.prompt": template})


def test_a_template_of_ones_own(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "text: '{{{objects}}} {changes} {no_change} {say} <answer>'\nvariants: {say: [a, b]}\n"
    )
    path = write_config(tmp_path, "splits: {train: {count: 1}}\nquestion: {prompt: mine.yaml}\n")
    split = loader.load(path).split("train")
    initial = handmade(load(), load().split("train"), 0).problem.initial
    text = prompts.prompt(generator(1), initial, split, split.questions[0].prompt)
    assert text.startswith("{0: large red rubber cube")


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("star_r", "question.prompt: no template 'star_r'; did you mean 'star_r1'?"),
        (
            "{text: '{objects} {colour}'}",
            "text: unknown placeholder {colour}; known: objects, changes",
        ),
        ("{text: '{objects'}", "double the braces"),
        ("{text: 'what?'}", "text: lacks {objects}"),
        ("{text: '{{objects}} <answer>'}", "text: lacks {objects}"),
        ("{text: '{objects} <image> <answer>'}", "text: holds <image>"),
        (
            "{text: '{objects} <answer>', variants: {say: [a]}}",
            "variants.say: is not used; write {say} in the text",
        ),
        ("{text: '{objects}'}", "does not ask for the answer in <answer></answer>"),
        ("{text: '{objects} {task}'}", "write texts of your own as variants"),
        ("{text: '{objects}', variants: {objects: [a]}}", "variants.objects: is a built-in placeholder"),
        ("{text: '{objects}', variants: {say: ['{say}']}}", "variants.say: unknown placeholder {say}"),
        ("{text: '{objects:d}'}", "text: the placeholder {objects} has the format 'd'; write its name alone"),
        ("{text: '{objects!z}'}", "text: the placeholder {objects} has the format 'z'"),
        ("{text: '{objects:{zz}}'}", "text: the placeholder {objects} has the format '{zz}'"),
        ("{text: '{objects:>2000000000}'}", "text: the placeholder {objects} has the format '>2000000000'"),
        ("{text: '{objects}', directions: '{length:.9999f}'}", "directions: the placeholder {length} has the format"),
        ("{text: '{objects} {say}', variants: {say: ['{changes!r}']}}", "variants.say: the placeholder {changes} has"),
        ("{text: '{objects.__class__}'}", "text: unknown placeholder {objects.__class__}"),
        ("{text: '" + "{changes}" * 51 + "'}", "text: has 51 placeholders; write at most 50"),
        ("{text: '{objects}', answer: poem}", "answer: unknown value 'poem'"),
        ("{txt: a}", "txt: unknown key; did you mean 'text'?"),
        ("3", "question.prompt: holds 3; write text or keys and values"),
        ("no_objects", "objects that enter cannot be named by their looks; write sampling.moves: [inner, out]"),
    ],
)
def test_wrong_templates_are_one_line(prompt, says):
    with pytest.raises(UserError) as caught:
        load(f"question.prompt={prompt}")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_twins_are_not_named_by_their_looks():
    with pytest.raises(UserError, match="objects that look alike cannot be named"):
        load("question.prompt=no_objects", "sampling.moves=[inner]", "sampling.twins=true")
