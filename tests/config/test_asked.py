"""Questions of a config: what the list of a split becomes, and faults in it."""

import pytest

from tests.asked import Numbers
from tests.config.faults import fault
from tests.tiny import load, write_config
from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.questions import asking
from tvrgen.questions.family import Family
from tvrgen.questions.registry import BUILT_IN

OWN = "tests.config.test_asked"

CLIP = "output: {clip: {}}\n"

FAULTS = {
    "questions: [{family: conting}]": "questions[0].family: unknown family 'conting'; did you mean 'counting'?",
    "questions: [{family: 'nowhere.to:Be'}]": "questions[0].family: cannot load family 'nowhere.to:Be': there is no",
    "questions: [{family: 'tests.asked:Nothing'}]": "questions[0].family: cannot load family 'tests.asked:Nothing': ",
    "questions: [{family: 'tests.asked:Painter'}]": "questions[0].family: 'tests.asked:Painter' is no family; write a",
    "questions: [{prompt: counting}]": "questions[0].family: is missing",
    "questions: []": "questions: has 0 entries; write at least 1",
    "questions: [counting]": "questions[0]: holds 'counting'; write keys and values",
    "questions: {family: counting}": "questions: holds {'family': 'counting'}; write a list",
    "questions: [{family: counting}, {family: counting, as: coice}]": (
        "questions[1].as: unknown value 'coice'; did you mean 'choice'?"
    ),
    "questions: [{family: counting, eech: 2}]": "questions[0].eech: unknown key; did you mean 'each'?",
    "questions: [{family: counting, each: 0}]": "questions[0].each: 0 is too small; write at least 1",
    "questions: [{family: counting, each: 51}]": "questions[0].each: 51 is too large; write at most 50",
    "questions: [{family: counting, as: choice, choices: 1}]": "questions[0].choices: 1 is too small; write at least 2",
    "questions: [{family: counting, as: choice, choices: 11}]": "questions[0].choices: 11 is too large; write at most",
    "questions: [{family: counting, circular: true}]": "questions[0].circular: is of options; write as: choice too",
    "questions: [{family: counting, rationale: all}]": "questions[0].rationale: unknown value 'all'",
    "questions: [{family: counting, prompt: star_r1}]": "questions[0].prompt: no template 'star_r1'",
    "questions: [{family: counting, prompt: {text: 'How many {tings}? {how}', variants: {}}}]": (
        "questions[0].prompt: text: unknown placeholder {tings}; known: "
    ),
    "questions: [{family: changes, as: choice}]": "questions[0]: changes are asked once and as they are; leave out as:",
    "questions: [{family: changes}, {family: changes}]": "questions[1]: changes are asked once and as they are; leave",
    "question: {rationale: full}\nquestions: [{family: counting}]": (
        "question: there are questions too; write its keys into their entries"
    ),
    f"questions: [{{family: '{OWN}:Crowd'}}]": "questions[0]: crowd needs 9 objects on stage; write sampling.on_stage",
    f"questions: [{{family: '{OWN}:Plain'}}]": "questions[0]: the family has no template; give its class one",
    f"questions: [{{family: '{OWN}:Unnamed'}}]": "test_asked:Unnamed': its name is nothing",
    f"questions: [{{family: '{OWN}:Spaced'}}]": "its name is 'how many'; write letters, digits and underscores",
    f"questions: [{{family: '{OWN}:Shipped'}}]": "its name is 'counting', as that of a family that ships",
    f"questions: [{{family: '{OWN}:Formless'}}]": "its form is 'poem'; write one of number, ",
    f"questions: [{{family: '{OWN}:Unfinished'}}]": "TypeError: Can't instantiate abstract class Unfinished",
    f"questions: [{{family: 'tests.asked:Numbers'}}, {{family: '{OWN}:Same'}}]": (
        "questions[1].family: two families are named 'numbers'"
    ),
    "questions: [{family: counting, show: video}]": "questions[0].show: unknown value 'video'",
    "questions: [{family: counting, show: clip}]": "questions[0].show: there are no clips; write output.clip: {}, or",
    f"{CLIP}questions: [{{family: counting, show: clip, twin: true}}]": "questions[0].twin: clips have no mirror",
    f"{CLIP}questions: [{{family: viewpoint, show: clip}}]": (
        "questions[0].show: the template of the family has no texts for a clip; leave show out"
    ),
    f"{CLIP}questions: [{{family: 'tests.asked:Numbers', show: clip}}]": (
        "questions[0].show: the template of the family has no texts for a clip; leave show out"
    ),
    f"{CLIP}questions: [{{family: changes, prompt: star_r1, show: clip}}]": (
        "questions[0].prompt: speaks of images, and the question shows a clip; write prompt: clip"
    ),
    f"{CLIP}sampling: {{no_change: 0.5}}\nquestions: [{{family: counting, show: clip}}, {{family: changes}}]": (
        "questions[0].show: with sampling.no_change, other questions show a second image that is shifted"
    ),
    "output: {clip: {}}\ncameras: {final: [left, center]}\nquestions: [{family: counting, show: clip}]": (
        "questions[0].show: a clip is of the initial camera alone; write cameras.final: [center]"
    ),
}


class Crowd(Numbers):
    name, objects = "crowd", 9


class Plain(Numbers):
    name, template = "plain", None


class Unnamed(Numbers):
    name = None


class Spaced(Numbers):
    name = "how many"


class Shipped(Numbers):
    name = "counting"


class Formless(Numbers):
    name, form = "formless", "poem"


class Unfinished(Family):
    name = "unfinished"


class Same(Numbers):
    pass


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_line_that_names_its_place(text, tmp_path):
    said = fault(tmp_path, text)
    assert FAULTS[text] in said
    assert "\n" not in said
    assert "questions" in said or "question:" in said


@pytest.mark.parametrize("own", ["questions: [{family: conting}]", "questions: [{family: counting, each: 0}]"])
def test_a_fault_in_a_split_is_named_there(own, tmp_path):
    text = f"splits: {{train: {{count: 1}}, test: {{count: 1, {own}}}}}\n"
    with pytest.raises(UserError, match=r"splits\.test\.questions\[0\]") as error:
        loader.load(write_config(tmp_path, text))
    assert "\n" not in str(error.value)


def test_a_split_that_says_question_where_the_config_has_questions_is_refused(tmp_path):
    text = "splits: {train: {count: 1, question: {rationale: full}}}\nquestions: [{family: counting}]\n"
    with pytest.raises(UserError, match=r"splits\.train\.question: there are questions too"):
        loader.load(write_config(tmp_path, text))


def test_a_question_is_a_list_of_changes_alone():
    (settings,) = load("question.rationale=short").split("train").questions
    assert (settings.family, settings.each, settings.is_choice, settings.rationale) == ("changes", 1, False, "short")


def test_a_split_has_its_own_list_or_inherits_one():
    splits = "splits={train: {count: 1}, test: {count: 1, questions: [{family: counting, each: 3}]}}"
    config = load(splits, "questions=[{family: changes}, {family: counting}]")
    assert [own.family for own in config.split("train").questions] == ["changes", "counting"]
    assert [(own.family, own.each) for own in config.split("test").questions] == [("counting", 3)]


@pytest.mark.parametrize("name", sorted(BUILT_IN.keys() - {"changes"}))
def test_choices_have_as_many_options_as_the_family_can_have(name):
    config = load(f"questions=[{{family: {name}, as: choice, choices: 10}}]", "sampling.on_stage=[4, 8]")
    split = config.split("train")
    (settings,) = split.questions
    assert settings.choices == min(10, BUILT_IN[name].most_options(split))
    assert settings.choices >= 2


@pytest.mark.parametrize(
    ("entries", "suffixes"),
    [
        (["{family: changes}"], [""]),
        (["{family: changes, twin: true}"], ["", "-mirrored"]),
        (["{family: counting, each: 2}", "{family: counting}"], ["-counting-0", "-counting-1", "-counting-2"]),
        (["{family: 'tests.asked:Words', as: choice, choices: 2, circular: true}"], ["-words-0", "-words-1"]),
    ],
)
def test_questions_of_a_view_are_counted(entries, suffixes):
    split = load(f"questions=[{', '.join(entries)}]", "sampling.on_stage=[4, 8]").split("train")
    assert asking.suffixes(split) == suffixes
    assert split.asked == len(suffixes) * split.cameras.released


CLIP_FAULTS = {
    "output: {clip: {frames: 0}}": "output.clip.frames: 0 is too small; write at least 1",
    "output: {clip: {fps: 121}}": "output.clip.fps: 121 is too large; write at most 120",
    "output: {clip: {hold: 0}}": "output.clip.hold: 0 is too small; write at least 1",
    "output: {clip: {hold: [1, 201]}}": "output.clip.hold[1]: 201 is too large; write at most 200",
    "output: {clip: {hold: [4, 2]}}": "output.clip.hold: [4, 2] is empty; write the smaller number first",
    "output: {clip: true}": "output.clip: holds True; write keys and values or null",
    "output: {clip: {}}\nrender: {width: 321}": "render.width: 321 is odd, and videos have even sides; write 322, or",
    "output: {clip: {}}\nrender: {height: 239}": "render.height: 239 is odd, and videos have even sides; write 240",
}


@pytest.mark.parametrize("text", CLIP_FAULTS)
def test_a_fault_of_clips_is_one_line_that_names_its_key(text, tmp_path):
    assert CLIP_FAULTS[text] in fault(tmp_path, text)


def test_clips_are_optional():
    """A config without them is resolved as it was before there were any, and null is as if the key were left out."""
    plain = load()
    assert "clip" not in plain.document["output"]
    assert load("output.clip=null").document == plain.document
    clip = load("output.clip={frames: 3}").split("train").output.clip
    assert (clip.frames, clip.fps, clip.hold, clip.format) == (3, 12, (*range(4, 13),), "mp4")
    assert load("output.clip={hold: 6}").split("train").output.clip.hold == (6,)
    assert load("output.clip={hold: [2, 4]}").split("train").output.clip.hold == (2, 3, 4)


def test_clips_of_image_files_have_any_size():
    assert load("output.clip={format: frames}", "render.width=81").split("train").output.clip.format == "frames"


@pytest.mark.parametrize("family", [name for name in BUILT_IN if name != "viewpoint"])
def test_a_resolved_config_asks_of_its_clip_again(family):
    own = load(
        "output.clip={}",
        "cameras.final=[center]",
        "sampling.on_stage=9",
        f"questions=[{{family: {family}, show: clip}}]",
    )
    again = loader.from_document(own.document, "again")
    assert again.document == own.document
    assert again.split("train").questions == own.split("train").questions
    images = load("cameras.final=[center]", "sampling.on_stage=9", f"questions=[{{family: {family}}}]")
    assert "clip" not in images.document["questions"][0]["prompt"]
    assert images.split("train").questions[0].prompt != own.split("train").questions[0].prompt or family in (
        "counting",
        "map",
    )
