"""The report: a page, its tables as JSON, and its plots."""

import json
import sys
from html.parser import HTMLParser

import pytest

from tests import asked
from tests.dataset.report.made_up import line, lines, spoilt
from tests.tiny import FlatRenderer, generate_flat, load, run
from tvrgen._support.errors import UserError
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.report import page
from tvrgen.dataset.report.page import as_data, sentences, write_report
from tvrgen.dataset.report.statistics import collect


def test_a_report_shows_families_and_their_levels(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", lambda self, file, **options: None)
    dataset = open_dataset(asked.dataset(tmp_path / "data"))
    said = write_report(dataset.scenes(), tmp_path / "out", "Mine", dataset.questions())
    tables = json.loads((tmp_path / "out/statistics.json").read_text())["tables"]
    assert {"family", "level.words", "letter.words"} <= tables.keys()
    assert any(text.startswith("train: families differ by at most ") for text in said)
    assert any("right letters of numbers do not differ" in text for text in said)
    assert "levels of words" in (tmp_path / "out/index.html").read_text()
    write_report(dataset.scenes(), tmp_path / "out", "Mine", ())  # in its place, without questions
    assert not list((tmp_path / "out").glob("plot-level*"))


class Page(HTMLParser):
    """The pictures of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pictures, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.pictures.append(dict(attrs))

    def handle_data(self, data):
        self.text += data


def test_balance_in_words():
    given = [line(k, steps=1) for k in range(7)] + [line(3, "test", steps=1)]
    said = sentences(collect(given))
    assert said["kind"] == [
        "test: kinds: only color, in all 1 steps; not here, but in another split: position, shape",
        "train: kinds differ by at most 1 (2 to 3 of 7 steps)",
    ]
    assert said["attempt"][1] == "train: attempt is 0 in 4 of 7 problems (57.1 %)"
    assert said["target"][1] == "train: targets differ by at most 7 (0 to 7 of 7 steps among 3 objects)"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The folder of a report on `lines()`, and the sentences that were returned."""
    pytest.importorskip("matplotlib")
    out = tmp_path_factory.mktemp("report")
    write_report([spoilt("steps", 0, "kind", value="earlier")], out, "Earlier")
    return out, write_report(iter(lines()), out, "Numbers & <plots>")


def test_the_report_shows_every_split_and_plot(report):
    out, said = report
    html = Page((out / "index.html").read_text(encoding="utf-8"))
    pictures = {p.name: p.read_bytes() for p in out.glob("*.png")}
    assert {p["title"] for p in html.pictures} == set(pictures)
    assert all(p["src"].startswith("data:image/png;base64,") and len(p["alt"]) > 30 for p in html.pictures)
    assert all(data.startswith(b"\x89PNG") for data in pictures.values())
    data = json.loads((out / "statistics.json").read_text(encoding="utf-8"))
    assert {f"plot-{key}.png" for key in (*data["tables"], *data["grids"], "positions")} == set(pictures)
    assert data == json.loads(json.dumps(as_data(collect(lines())))) | {"lengths": {}}
    assert "Numbers & <plots>" in html.text
    for text in ("test", "train", *said):
        assert text in html.text


def test_the_same_lines_give_the_same_bytes_and_change_nothing_for_others(report, tmp_path):
    import matplotlib

    before, loaded = dict(matplotlib.rcParams), "matplotlib.pyplot" in sys.modules
    write_report(lines(), tmp_path, "Numbers & <plots>")
    assert dict(matplotlib.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == loaded
    files = {path.name: path.read_bytes() for path in report[0].iterdir()}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == files


@pytest.mark.parametrize(
    "given",
    [
        [line(0, steps=0)],
        [line(1, objects=1, steps=1)],
        [line(k, f"split_{k}", steps=40) for k in range(8)],
        [spoilt("steps", 0, "value", value=r"<b>$\frac")],
        [spoilt("steps", 0, "kind", value="my.module/Kind")],
    ],
    ids=["no step", "one object", "many", "a formula", "a path"],
)
def test_the_report_of_what_is_rare(given, tmp_path):
    pytest.importorskip("matplotlib")
    write_report(given, tmp_path, "Rare")
    html = Page((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert {p["title"] for p in html.pictures} == {p.name for p in tmp_path.glob("*.png")}


def test_an_empty_plan_and_a_bad_line_leave_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(page.plots, "require", lambda: None)
    for given, text in (
        ([], "^Nothing: no problem to count"),
        ([spoilt("steps")], "^Nothing: line 1 is no scene line: it lacks 'steps'"),
        (
            [{"id": "train-000000-left", "split": "train", "question": "?"}],
            "line 1 is a question line; statistics count",
        ),
    ):
        with pytest.raises(UserError, match=text):
            write_report(given, tmp_path / "out", "Nothing")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made(tmp_path, monkeypatch):
    monkeypatch.setattr(page.plots, "require", lambda: None)
    monkeypatch.setattr(page.plots, "draw", lambda statistics: [])
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        write_report([line(1)], tmp_path / "file", "Nowhere")


def test_a_report_goes_to_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(page.plots, "require", lambda: None)
    with pytest.raises(UserError, match=r"s3://bucket/report'?: a report is written to a folder on this machine"):
        write_report([line(1)], "s3://bucket/report", "Remote")
    for name in ("dataset", "export"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.json").touch()
        with pytest.raises(UserError, match=rf"holds an? {name}; choose another"):
            write_report([line(1)], tmp_path / name, "Taken")
        assert len(list((tmp_path / name).iterdir())) == 1


MINE = {
    "a page": {"index.html": "mine"},
    "a project": {"statistics.json": '{"runs": 3}', "plot-1.png": "mine", "index.html": "mine"},
    "plots": {"plot-kind.png": "mine"},
    "a list": {"statistics.json": "[]"},
    "torn": {"statistics.json": '{"tables": {'},
    "notes": {"notes.txt": "mine"},
}


@pytest.mark.parametrize("files", MINE.values(), ids=MINE)
def test_a_folder_of_the_users_own_is_refused(files, tmp_path, monkeypatch):
    monkeypatch.setattr(page.plots, "require", lambda: None)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match="is not empty and holds no report; choose another folder"):
        write_report([line(1)], tmp_path, "Taken")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == files


def test_a_second_report_keeps_what_is_not_the_firsts(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(page.plots, "draw", lambda statistics: [page.Plot("kind", "kinds", "bars", b"png")])
    (tmp_path / ".DS_Store").touch()
    write_report(lines(), tmp_path, "First")
    for name in ("plot-of-mine.png", "notes.txt"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "plot-positions.png").write_text("the first's")
    write_report(lines(), tmp_path, "Second")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"index.html", "statistics.json", "plot-kind.png", "plot-of-mine.png", "notes.txt", ".DS_Store"}


def test_without_matplotlib_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(UserError, match=r"^plots need matplotlib: pip install 'tvrgen\[stats\]'$"):
        write_report(iter(()), tmp_path, "Never")


def test_lengths_of_questions(tmp_path):
    """Prompts, answers, rationales and difficulties of a dataset; a plan has none."""
    pytest.importorskip("matplotlib")
    data = generate_flat(tmp_path / "data", load("question.rationale=short"), FlatRenderer())
    run("stats", data, "--out", tmp_path / "report", check=True)
    found = json.loads((tmp_path / "report/statistics.json").read_text())["lengths"]
    questions = list(open_dataset(data).questions())
    words = sorted(sum(len(s["text"].split()) for s in line["rationale"]) for line in questions)
    assert found["rationale"]["train"]["least"] == words[0]
    assert found["rationale"]["train"]["most"] == words[-1]
    assert found["rationale"]["train"]["median"] == words[(len(words) - 1) // 2]
    assert found["answer"]["train"]["least"] == 2
    assert 0 < found["difficulty"]["train"]["mean"] < 1
    assert "train: rationale, words" in (tmp_path / "report/index.html").read_text()
