"""--filter and --order: what they keep, in what order, and what they say of mistakes."""

import pytest

from tests.export.data import two_splits
from tests.export.rows import read
from tvrgen._support.errors import UserError
from tvrgen.dataset.reader import open_dataset
from tvrgen.export import run
from tvrgen.export.run import export
from tvrgen.export.selection import facts, parse
from tvrgen.export.trl import Trl

LINE = {
    "difficulty": {"score": 0.5, "objects": 0.2, "steps": 0.3, "kinds": 0.3, "hidden": 0, "angle": 1, "look_alikes": 0,
                   "crowding": 0.9},
    "changes": [{"attribute": "color"}, {"attribute": "size"}],
    "initial_objects": [{"on_stage": True}, {"on_stage": True}, {"on_stage": False}],
    "view": {"initial": "center", "final": "left"},
    "answer_form": "triplet",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("difficulty<0.5", False),
        ("difficulty<=0.5", True),
        (" difficulty >= .5 ", True),
        ("difficulty.angle=1", True),
        ("difficulty.crowding>0.95", False),
        ("steps>=2", True),
        ("steps=1,2", True),
        ("steps==3", False),
        ("steps!=2", False),
        ("objects<=2", True),
        ("view=left", True),
        ("view=center, left", True),
        ("view!=left", False),
        ("kind=color", True),
        ("kind=position", False),
        ("kind!=position", True),
        ("kind!=size", False),
        ("form=triplet", True),
        ("form=choice,number", False),
        ("clip=no", True),
        ("clip=yes", False),
    ],
)
def test_filters(text, kept):
    own = parse(text)
    assert own.keeps(facts(LINE)[own.name]) is kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "write NAME, a comparison and a value"),
        ("difficulty", "write NAME, a comparison and a value"),
        ("difficulty<", "write NAME, a comparison and a value"),
        ("dificulty<1", "unknown name 'dificulty'; did you mean 'difficulty'"),
        ("difficulty<hard", "'hard' is no number"),
        ("difficulty<nan", "'nan' is no number"),
        ("view<left", "< compares numbers; write view=left"),
        ("steps<2,3", "< compares numbers; write one number"),
        ("steps=2,x", "is no number"),
    ],
)
def test_mistakes_are_one_line(text, said):
    with pytest.raises(UserError, match=said) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module", params=["files", "webdataset", "memory"])
def dataset(request, tmp_path_factory):
    if request.param == "memory":
        return two_splits("memory://exports/selected", "output.format=webdataset", train=7)
    return two_splits(tmp_path_factory.mktemp("flat") / "data", f"output.format={request.param}", train=7)


@pytest.mark.parametrize("name", ["hf", "vlm-r1"])
def test_the_easiest_come_first_across_parts(dataset, name, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "PART", 4)
    export(dataset, name, tmp_path / "o", order="difficulty", filters=["view!=right"])
    lines = [line for line in open_dataset(dataset).questions("train") if line["view"]["final"] != "right"]
    due = sorted(lines, key=lambda line: line["difficulty"]["score"])  # stable: equals stay as they lie
    assert [row.id for row in read(name, tmp_path / "o")] == [line["id"] for line in due]
    assert [line["id"] for line in due] != [line["id"] for line in lines]


def test_a_split_with_nothing_left_is_left_out(dataset, tmp_path):
    hardest = max(line["difficulty"]["score"] for line in open_dataset(dataset).questions("train"))
    easier = all(line["difficulty"]["score"] < hardest for line in open_dataset(dataset).questions("test"))
    export(dataset, "vlm-r1", tmp_path / "o", filters=[f"difficulty>={hardest}"])
    assert read("vlm-r1", tmp_path / "o")
    assert (tmp_path / "o/test.jsonl").exists() is not easier


def test_a_filter_that_keeps_nothing_says_what_there_is(dataset, tmp_path):
    with pytest.raises(UserError, match="filters='view=lft': keeps no question; view is one of center, left, right"):
        export(dataset, "trl", tmp_path / "o", filters=["view=lft"])
    with pytest.raises(UserError, match="filters='view=lft': keeps no question"):
        export(dataset, "trl", tmp_path / "o", filters="view=lft")
    with pytest.raises(UserError, match="filters: trance holds whole problems"):
        export(dataset, "trance", tmp_path / "o", filters=["view=left"])
    with pytest.raises(UserError, match="order='easy': unknown order"):
        export(dataset, "trl", tmp_path / "o", order="easy")
    assert not (tmp_path / "o").exists()


class Choosy(Trl):
    omitting = True

    def omits(self, question):
        return "show the left view" if question.line["view"]["final"] == "left" else ""


def test_a_format_leaves_out_what_its_consumer_misjudges(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "find", lambda *arguments: Choosy)
    said = export(dataset, "trl", tmp_path / "o", order="difficulty")
    ids = {row.id for row in read("trl", tmp_path / "o")}
    assert ids == {q["id"] for q in open_dataset(dataset).questions("train") if q["view"]["final"] != "left"}
    assert "18 questions for TRL (left out: 9 that show the left view)" in said
    assert "Questions left out: 9 that show the left view." in (tmp_path / "o/README.md").read_text()
    with pytest.raises(
        UserError, match=r"no question is left for this format: it leaves out 9 that show the left view$"
    ):
        export(dataset, "trl", tmp_path / "none", filters="view=left")
    assert not (tmp_path / "none").exists()
