"""Every command over every hostile dataset: one line a fault; nothing outside is read, written, run or asked."""

import itertools
import shutil

import pytest

import tvrgen
from tests.hostile import sound
from tests.hostile.datasets import FILES, SECRET, TARS
from tests.hostile.guard import watched
from tvrgen._support.errors import UserError

pytestmark = pytest.mark.rays

_ENTRIES = [(form, name) for form, damages in (("files", FILES), ("webdataset", TARS)) for name in damages]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    sound.make(folder)
    return folder


@pytest.fixture(autouse=True)
def without_plots(monkeypatch):
    """Plots take seconds to draw, and show the tables that are computed before."""
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", lambda self, file, **options: None)


@pytest.fixture
def hostile(request, base, tmp_path):
    """A hostile dataset beside a secret file."""
    form, name = request.param
    dataset = tmp_path / "dataset"
    shutil.copytree(base / form, dataset)
    (tmp_path / SECRET).write_text(f"{SECRET}: yes\n")
    {"files": FILES, "webdataset": TARS}[form][name](dataset)
    return dataset


def _cases():
    """Each dataset with every command; the normal suite takes one of them for each dataset, in turn."""
    turn = itertools.cycle(sound.COMMANDS)
    for form, name in _ENTRIES:
        chosen = next(turn)
        for command in sound.COMMANDS:
            marks = () if command == chosen else pytest.mark.full
            yield pytest.param((form, name), command, marks=marks, id=f"{form}-{name}-{command}")


@pytest.mark.parametrize(("hostile", "command"), list(_cases()), indirect=["hostile"])
def test_a_hostile_dataset_harms_nobody(hostile, command, base, tmp_path, capsys):
    capsys.readouterr()
    with watched(tmp_path) as seen:
        code = sound.run(command, hostile, tmp_path / "out" / "x", base)
    said = capsys.readouterr()
    assert not seen
    assert code in (0, 1, 2), said.err
    assert (tmp_path / SECRET).read_text() == f"{SECRET}: yes\n"
    assert f"{SECRET}: yes" not in said.out + said.err
    assert all(line.isprintable() for line in (said.out + said.err).splitlines() if "\r" not in line), said
    if code == 2:
        (line,) = [line for line in said.err.splitlines() if "error" in line]
        assert line.startswith("tvrgen: error: ")
        assert len(line) < 1500
    assert not list((tmp_path / "elsewhere").glob("*"))


@pytest.mark.parametrize("hostile", [pytest.param(e, id="-".join(e)) for e in _ENTRIES], indirect=True)
def test_python_reads_a_hostile_dataset_or_says_in_one_line_why_not(hostile, tmp_path):
    with watched(tmp_path) as seen:
        said = _read(hostile)
    assert not seen
    assert f"{SECRET}: yes" not in said


def _read(dataset):
    """Reads all of a dataset, as a trainer would; returns the message of the error, if any."""
    try:
        opened = tvrgen.open_dataset(dataset)
        assert all(line["id"].isprintable() for line in opened.scenes())
        for line in opened.questions():
            for path in line["images"]:
                tvrgen.open_image(path)
        opened.config()
    except (UserError, OSError) as error:
        return str(error)
    return ""
