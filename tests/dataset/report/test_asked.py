"""Counts of questions of several families."""

import pytest

from tests import asked
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.report.asked import Asked


def question(family="", split="train", **others):
    return {"split": split, "answer_form": "number", "answer": "2", **({"family": family} if family else {}), **others}


def tables(*lines):
    counted = Asked()
    assert list(counted.watched(lines)) == list(lines)
    return dict(counted.tables())


def test_a_dataset_of_changes_alone_has_no_table_of_questions():
    assert tables() == {}
    assert tables(question(), question(split="test")) == {}


def test_families_levels_and_letters_are_counted_by_split():
    found = tables(
        question(),
        question("counting", level="color.1"),
        question("counting", level="color.2"),
        question("counting", level="color.1", answer_form="choice", answer="B"),
        question("counting", "test", level="color.1", answer_form="choice", answer="A"),
        question("order", "test"),
    )
    assert list(found) == ["family", "letter.counting", "level.counting"]
    assert found["family"].counts == {
        "test": {"changes": 0, "counting": 1, "order": 1},
        "train": {"changes": 1, "counting": 3, "order": 0},
    }
    assert found["level.counting"].counts == {
        "test": {"color.1": 1, "color.2": 0},
        "train": {"color.1": 2, "color.2": 1},
    }
    assert found["letter.counting"].counts == {"test": {"A": 1, "B": 0}, "train": {"A": 0, "B": 1}}


def test_tables_do_not_depend_on_the_order_of_the_lines():
    lines = [question(f"f{k % 3}", "ab"[k % 2], level=f"l{k % 5}") for k in range(40)]
    assert {name: vars(own) for name, own in tables(*lines).items()} == {
        name: vars(own) for name, own in tables(*lines[::-1]).items()
    }


def test_of_many_levels_the_most_frequent_ones_are_shown():
    lines = [question("x", level=f"level {k:04}") for k in range(1000)] + [question("x", level="level 0999")] * 3
    counts = tables(*lines)["level.x"].counts["train"]
    assert len(counts) == 200
    assert counts["level 0999"] == 4


def test_what_a_stranger_calls_a_level_is_printable():
    (label,) = tables(question("x", level="\x1b[2J"))["level.x"].counts["train"]
    assert label.isprintable()


@pytest.mark.parametrize("form", ["files", "webdataset"])
def test_counts_are_those_of_a_dataset(form, tmp_path):
    dataset = open_dataset(asked.dataset(tmp_path / "data", f"output.format={form}"))
    counted = Asked()
    lines = list(counted.watched(dataset.questions()))
    found = dict(counted.tables())
    assert sum(found["family"].counts["train"].values()) == len(lines)
    for name in asked.OWN:
        own = [line for line in lines if line.get("family") == name]
        assert found["family"].counts["train"][name] == sum(found[f"level.{name}"].counts["train"].values()) == len(own)
    choices = [line for line in lines if line.get("family") == "numbers" and "options" in line]
    assert sum(found["letter.numbers"].counts["train"].values()) == len(choices)
    assert len({*found["letter.numbers"].counts["train"].values()}) == 1  # circular
