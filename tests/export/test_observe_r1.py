"""Observe-R1: letters and numbers from easy to hard, what its own reward pays for them, and for other answers."""

import json
from types import SimpleNamespace

import pytest

from tests import asked
from tests.consumers.rules import observe_r1
from tests.export.data import kept, refused, suited, with_rationales, wrong
from tests.export.rows import read
from tests.tiny import SHIPPED
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.observe_r1 import ObserveR1
from tvrgen.export.reasoning import OBSERVE
from tvrgen.export.run import export


def said(answer: str) -> str:
    return f"<observe>Two cubes.</observe><think>I looked.</think><answer>{answer}</answer>"


FITTING = ("spatial", "star_r1_mixed", "views")
"""Ready configs that ask for letters or numbers."""


@pytest.mark.rays
@pytest.mark.parametrize("name", SHIPPED)
def test_right_answers_of_ready_configs_are_paid(ready, name, tmp_path):
    root, out = ready(name, with_rationales(name)), tmp_path / "out"
    if name not in FITTING:
        refused("no question is left .* ask neither for a letter nor for a number", root, "observe-r1", out)
        assert not out.exists()
        return
    export(root, "observe-r1", out)
    for split in open_dataset(root).splits:
        lines = kept("observe-r1", open_dataset(root).questions(split))
        texts = (out / f"{split}.jsonl").read_text().splitlines()
        for text, line in zip(texts, lines, strict=True):
            row = json.loads(text)
            images, prompt = observe_r1.shown(row["message"])
            assert prompt == f"{line['question']}\n{OBSERVE.asks}"
            assert all(image.is_file() for image in images)
            assert len(images) == len(line["images"])
            assert (row["answer"], row["datasource"]) == (line["answer"], "tvr")
            assert wrong(line)
            assert observe_r1.accuracy(said(row["answer"]), row["answer"]) == 1.0
            assert not any(observe_r1.accuracy(said(answer), row["answer"]) for answer in wrong(line))
            assert observe_r1.accuracy(row["response"], row["answer"]) == 1.0
            assert observe_r1.form(row["response"]) == 0.5


@pytest.mark.parametrize("gold", observe_r1.PAID)
def test_what_its_reward_pays(gold):
    assert {answer: observe_r1.accuracy(said(answer), gold) for answer in observe_r1.PAID[gold]} == observe_r1.PAID[
        gold
    ]


def test_the_format_that_it_pays():
    one, other, answer = "<observe>a</observe>", "<think>b</think>", "<answer>A</answer>"
    assert observe_r1.form(one + other + answer) == observe_r1.form(f"{one}\n{other}\n{answer}") == 0.5
    assert observe_r1.form(f"<think>b{one}c</think>{answer}") == 0.5
    for text in (other + answer, other + one + answer, one + one + other + answer, f"<think>{one}c</think>{answer}"):
        assert observe_r1.form(text) == 0.0
    assert observe_r1.form(f"<observe></observe>{other}{answer}") == 0.0


LEFT_OUT = {
    "changes": ({"answer_form": "triplet", "changes": []}, "neither for a letter nor for a number"),
    "a word": ({"answer_form": "word", "family": "relation", "truth": {}}, "neither for a letter nor for a number"),
    "a map": ({"answer_form": "map", "family": "map", "truth": {}}, "neither for a letter nor for a number"),
    "five options": ({"answer_form": "choice", "family": "undo", "options": [""] * 5, "truth": {}}, "four options"),
    "a distance": ({"answer_form": "number", "family": "distance", "truth": {"approximate": True}}, "any number near"),
    "four options": ({"answer_form": "choice", "family": "undo", "options": [""] * 4, "truth": {}}, ""),
    "a number": ({"answer_form": "number", "family": "counting", "truth": {}}, ""),
}
"""Question -> its line, and why it is left out."""


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_its_reward_misjudges_is_left_out(name):
    line, why = LEFT_OUT[name]
    found = ObserveR1.omits(None, SimpleNamespace(line=line))
    assert why in found
    assert bool(why) == bool(found)


@pytest.mark.parametrize("order", [None, "difficulty"])
def test_the_easiest_come_first_by_itself(dataset, order, tmp_path):
    root = suited("observe-r1", dataset)
    export(root, "observe-r1", tmp_path / "out", order=order)
    for split in ("train", "test"):
        scores = [row.whole["difficulty"] for row in read("observe-r1", tmp_path / "out", split)]
        assert scores == sorted(scores)
    assert export(root, "observe-r1", tmp_path / "out") == f"{tmp_path / 'out'}: is complete already"
    text = (tmp_path / "out/README.md").read_text()
    assert "In each split the easiest questions come first." in text
    command = text.split("```bash")[1].split("```")[0]
    assert "--shuffle" in command
    assert "--apply_chat_template" not in command
    assert observe_r1.file_of(command.split("--prompt_data ")[1].split()[0]) == "./out/train.jsonl"


@pytest.mark.parametrize("folder", ["a,b", "a@b"])
def test_folders_that_it_takes_for_several_are_refused(dataset, folder, tmp_path):
    root = suited("observe-r1", dataset)
    assert observe_r1.file_of(f"./{folder}/train.jsonl") != f"./{folder}/train.jsonl"
    refused("Observe-R1 does not read [,@] in the path of a folder as it is", root, "observe-r1", tmp_path / folder)
    export(root, "observe-r1", tmp_path / folder / "inner")  # its commands name the last folder alone


def test_what_stands_in_observe(tmp_path):
    """The sentences that locate, or else the first ones; the thought has all, as later ones refer to them."""
    root = asked.dataset(tmp_path / "data")
    export(root, "observe-r1", tmp_path / "out")
    lines = {line["id"]: line for line in open_dataset(root).questions("train")}
    told = 0
    for row in read("observe-r1", tmp_path / "out"):
        sentences = lines[row.id].get("rationale", ())
        assert bool(row.whole["response"]) == bool(sentences)
        if sentences:
            told += 1
            seen, rest = row.whole["response"].removeprefix("<observe>").split("</observe><think>")
            assert seen == sentences[0]["text"] == "The question says it."
            assert rest == f"{' '.join(s['text'] for s in sentences)}</think><answer>{row.truth}</answer>"
    assert told
