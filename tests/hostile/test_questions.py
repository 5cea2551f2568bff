"""Question lines of strangers, of other families than `changes`: each is refused in one line, or does no harm."""

import copy
import json
import shutil

import pytest

from tests import asked
from tests.asked import said
from tests.dataset.validation.damages import seal_files, seal_shards
from tests.hostile import sound
from tests.hostile.datasets import SHARD
from tests.hostile.guard import watched
from tvrgen._support.errors import UserError
from tvrgen.dataset import records
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.reader import Question, changes, ground_truth
from tvrgen.export.selection import facts
from tvrgen.questions.forms.registry import FORMS
from tvrgen.scoring import reward


def nested(depth, inner=0):
    for _ in range(depth):
        inner = [inner]
    return inner


VALUES = (
    None, True, False, -1, 0, 10**400, 1e308, "", "\x1b[2J", "a\nb", "../../x", "x" * 100_000, "AB", [], {}, [[]],
    {"": 0}, [1, 2], ["a"], ["a", "a"], ["a"] * 10_000, [None, None], {"a": [[0, 0]] * 10_000}, {"a" * 5000: [[3, 7]]},
    {"red cube": [[10**400, 0], [1, 1]]}, {"red cube": "x"}, {f"n{k}": [[0, 0]] for k in range(5000)}, nested(60),
    {"form": "number", "value": 3}, {"form": "map", "value": {}}, {"form": "choice", "value": "B"},
    {"form": "sequence", "value": ["a", "b"], "among": 3}, {"form": "word", "value": "a", "among": [["a"]]},
    {"form": ["number"], "value": 3}, {"form": "poem", "value": 3}, float("nan"), float("inf"),
)  # fmt: skip
PLACES = [
    ("truth",), ("truth", "form"), ("truth", "value"), ("truth", "among"), ("truth", "approximate"),
    ("truth", "options"), ("truth", "family"), ("truth", "changes"), ("options",), ("options", 0), ("shows",),
    ("shows", 0), ("images",), ("images", 0), ("objects",), ("level",), ("answer",), ("answer_form",), ("family",),
    ("twin",), ("flips",), ("mirrored",), ("changes",), ("initial_objects",),
]  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A folder with a small dataset of all forms of answers."""
    folder = tmp_path_factory.mktemp("asked")
    asked.dataset(folder / "files", "splits.train.count=1")
    (folder / "predictions.jsonl").write_text('{"id": "train-000000-left-words-0", "response": "left"}\n')
    return folder


@pytest.fixture(scope="module")
def lines(base):
    """A question line of each form of answers, with the names of its images as they are stored."""
    stored = (base / "files" / SHARD / "questions.jsonl").read_text().splitlines()
    found = {line["answer_form"]: line for line in map(json.loads, stored) if "family" in line}
    assert found.keys() == FORMS.keys()
    return found


def damaged(line, place, value):
    """A copy of a line with a value at a place, where there is one."""
    line = copy.deepcopy(line)
    held = line
    for key in place[:-1]:
        held = held.get(key, [])
    if place[-1] == 0 and not held:
        return None
    held[place[-1]] = value
    return line


def refused(call, *arguments):
    """Whether a call raises UserError, which is one short line."""
    try:
        call(*arguments)
    except UserError as error:
        said = str(error)
    else:
        return False
    assert said.isprintable()
    assert len(said) < 1500
    return True


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_a_damaged_line_is_refused_or_can_be_used(form, place, lines):
    for value in VALUES:
        line = damaged(lines[form], place, value)
        if line is None:
            return
        if refused(records.check, line, "question", "here"):
            continue
        assert reward(said(line["answer"]), line).correct, (place, value)
        assert reward(said(line["answer"]), ground_truth(line)).correct
        assert not reward(said("neither this nor that"), line).correct
        assert changes(line) == []
        assert facts(line)["steps"] == (0,)
        names = Question(line, (), None, None, "here").names
        assert len(names) == len(line["images"])
        assert all(name.count(".") == 1 and "/" not in name for name in names)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", [place for place in PLACES if place[0] in ("truth", "options")], ids=str)
def test_a_damaged_truth_without_its_line_is_refused_or_can_be_used(form, place, lines):
    """An export's `ground_truth` may be a stranger's too."""
    for value in VALUES:
        line = damaged(lines[form], place, value)
        if line is None or not isinstance(line["truth"], dict):
            return
        truth = {"family": "x", **line["truth"], **({"options": line["options"]} if "options" in line else {})}
        for held in (truth, json.dumps(truth)):
            if not refused(reward, said("x"), held):
                score = reward(said("x"), held)
                assert 0 <= score.total <= score.best


HARMFUL = {
    "two images of one show": ("shows", 1, "initial-center"),
    "an answer that is not the right one": ("answer", None, "neither one"),
    "words of escape sequences": ("level", None, "\x1b[2Jx"),
    "a truth of another form": ("truth", "form", "number"),
    "a long name of a family": ("family", None, "a" * 3000),
}


@pytest.mark.parametrize("damage", HARMFUL)
@pytest.mark.parametrize("command", ["validate", "stats", "baseline", "predictions", "export hf", "export verifiers"])
def test_commands_end_in_one_line(damage, command, base, tmp_path, capsys, monkeypatch):
    if command == "stats":
        figure = pytest.importorskip("matplotlib.figure")
        monkeypatch.setattr(figure.Figure, "savefig", lambda self, file, **options: None)
    dataset = tmp_path / "dataset"
    shutil.copytree(base / "files", dataset)
    path = dataset / SHARD / "questions.jsonl"
    found = [json.loads(text) for text in path.read_text().splitlines()]
    line = next(line for line in found if line["answer_form"] == "word")
    key, inner, value = HARMFUL[damage]
    if inner is None:
        line[key] = value
    else:
        line[key][inner] = value
    path.write_text("".join(json.dumps(line) + "\n" for line in found))
    seal_files(dataset / SHARD / "shard.json")
    seal_shards(dataset)
    capsys.readouterr()
    with watched(tmp_path) as seen:
        code = sound.run(command, dataset, tmp_path / "out" / "x", base)
    printed = capsys.readouterr()
    assert not seen
    assert code in (0, 1, 2), printed.err
    assert all(text.isprintable() for text in (printed.out + printed.err).splitlines() if "\r" not in text)
    if code == 2:
        (text,) = [text for text in printed.err.splitlines() if "error" in text]
        assert text.startswith("tvrgen: error: ")
        assert "internal" not in text
        assert len(text) < 1500


def test_the_dataset_is_sound(base):
    assert len(list(open_dataset(base / "files").questions())) > len(FORMS)
