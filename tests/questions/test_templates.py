"""Templates of families: each that ships is sound, and faults are named."""

import pytest

from tests.tiny import ROOT
from tvrgen.config.settings import Template
from tvrgen.config.yaml_files import read_yaml
from tvrgen.questions import templates
from tvrgen.questions.registry import BUILT_IN, CHANGES

GOOD = "{question}{options} {how} <answer></answer>"


@pytest.mark.parametrize("name", sorted(BUILT_IN.keys() - {CHANGES}))
def test_each_family_has_a_template_with_variants(name):
    document = read_yaml(ROOT / f"configs/questions/{name}.yaml")
    template = Template(text=document["text"], variants={k: tuple(v) for k, v in document["variants"].items()})
    templates.check(template, BUILT_IN[name].places)
    assert all(len(texts) > 1 for texts in template.variants.values())
    assert max(map(len, template.variants.values())) > 2


@pytest.mark.parametrize("name", sorted(BUILT_IN.keys() - {CHANGES, "viewpoint"}))
def test_each_template_has_texts_for_clips(name):
    document = read_yaml(ROOT / f"configs/questions/{name}.yaml")
    own = document | document["clip"] | {"variants": document["variants"] | document["clip"].get("variants", {})}
    template = Template(text=own["text"], variants={k: tuple(v) for k, v in own["variants"].items()})
    templates.check(template, BUILT_IN[name].places)
    assert own["variants"].keys() == document["variants"].keys()
    assert not [text for texts in template.variants.values() for text in (*texts, own["text"]) if " image" in text]


def test_each_template_is_of_a_family():
    assert {path.stem for path in (ROOT / "configs/questions").glob("*.yaml")} == BUILT_IN.keys() - {CHANGES}


@pytest.mark.parametrize(
    ("text", "variants", "fault"),
    [
        ("{question}{options} <answer></answer>", {}, "text: lacks {how}"),
        ("{question} {how} <answer></answer>", {}, "text: lacks {options}"),
        ("{question}{options} {how}", {}, "does not ask for the answer"),
        (GOOD, {"question": ("{thing}?",)}, "unknown placeholder {thing}"),
        (GOOD, {"question": ("a",), "form": ("b",)}, "variants.form: is not used"),
        (GOOD, {"question": ("a",), "how": ("b",)}, "is a built-in placeholder"),
        (GOOD, {"question": ("{things!r}",)}, "has the format"),
        (GOOD, {"question": ("{things",)}, "double the braces"),
        (GOOD + "<image>", {"question": ("a",)}, "holds <image>"),
    ],
)
def test_faults_are_named(text, variants, fault):
    text = text.replace("{question}", "") if "question" not in variants else text
    with pytest.raises(ValueError, match=r".") as error:
        templates.check(Template(text=text, variants=variants), ("things",))
    assert fault in str(error.value)
    assert "\n" not in str(error.value)
