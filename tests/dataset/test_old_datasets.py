"""Datasets of earlier versions open, are sound, are scored, and are exported to the same bytes; a run adds to none.

`python -m tests.dataset.test_old_datasets` prints the digests of their exports.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.tiny import FlatRenderer, generate_flat
from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.dataset.image_reader import open_image
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.validation.files import dataset_faults
from tvrgen.export import FORMATS
from tvrgen.export.run import export, find
from tvrgen.scoring.baselines import baseline
from tvrgen.scoring.evaluation import evaluate
from tvrgen.scoring.options import Options

OLD = Path(__file__).parent / "old"
DATASETS = sorted(path.name for path in OLD.iterdir() if path.is_dir())
TEXT = [name for name in FORMATS if not find(name).needs and not find(name).omitting]
"""Formats that hold every question, and whose bytes depend on no library: those without Parquet and HDF5."""

EXPORTS = {
    "imagefolder": "1fcedc3023fbaa743227531d96e9c5c0a51d6138f7f99db759a17a967a356eb6",
    "webdataset": "b6dfcf0e1ddc93d6289a7a950d765daabf4635cfbc01cd9f3faf960ad49dc5a9",
    "vlm-r1": "82c2943c946ef845c0367728d3420a418e26ce13a0ffed76c3fde3081a93b66f",
    "llamafactory": "90f6700200838914266c5f740146890fce9d6033f712374b9e4f297658512f4a",
    "ms-swift": "2411906ea68b9b7c90a71bb29d333d30b1d99f154c3b2ce18b36cd724dba6217",
    "vlmevalkit": "68ae13fed5105690868e1f52136804a36039dccdfd009d6587d6e2ba21d8d63f",
    "reasoning-gym": "b6afddcc5e59da9a250e30fad0d7c903c793a3676ef5d38971c3b43b834283d9",
    "verifiers": "3ad80580535b98c6cd2f4f1045f72e531b951527f2d91eb3269b89dd8c5a3b59",
    "nemo-gym": "fb4d3b92472f6a581d54b751d54618a82bc9d8a429dc5cd370b03277490a27cc",
    "reason-rft": "280e577a9e57441c4105f8d8edeb0455c4cbd44ad9019385d74900ab764a958a",
    "seal": "a8cf95c435650199343dd092e219793c2f232e65e38c5477dfcf2f1d0a0f8c31",
    "vision-zero": "2bb9a40233d5e56d18f568233f9038ecd97d59b2bc813d01eeaeea76878d8c97",
}
"""SHA-256 of each export's files but README.md and export.json, as tvrgen 0.1.0 wrote them.

Those for VLM-R1 and Reason-RFT are of 0.2.0: these could not use what 0.1.0 wrote. Those of later formats are of the
version that brought them.
"""

FILTERS = {"reason-rft": ["kind!=position"]}
"""Format -> the questions that it can hold."""


@pytest.fixture(params=DATASETS)
def old(request, tmp_path) -> Path:
    """A copy that may be written to."""
    return Path(shutil.copytree(OLD / request.param, tmp_path / "old"))


def digest(folder: Path) -> str:
    """SHA-256 over the names and contents of an export's files, with the folder's own path as OUT."""
    sums = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in ("README.md", "export.json", "config.json", "preview.png"):
            content = path.read_bytes().replace(str(folder).encode(), b"OUT")
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    return hashlib.sha256("".join(sums).encode()).hexdigest()


def test_they_open(old):
    dataset = open_dataset(old)
    assert dataset.splits == ("train", "test")
    assert [line["id"] for line in dataset.scenes()] == ["train-000000", "train-000001", "train-000002", "test-000000"]
    questions = list(dataset.questions())
    assert len(questions) == 7
    assert all(open_image(image).size == (48, 36) for question in questions for image in question["images"])
    assert dataset.config().hash == dataset.description["hash"]


def test_they_are_sound(old):
    assert list(dataset_faults(old)) == []


def test_the_truth_has_full_marks(old):
    dataset = open_dataset(old)
    found = list(evaluate(dataset, dataset.splits, baseline("oracle"), Options(), lambda done: None))
    assert len(found) == 7
    assert all(scored.reward.correct and scored.outcome.correct for scored in found)


@pytest.mark.parametrize("name", TEXT)
@pytest.mark.parametrize("dataset", DATASETS)
def test_exports_have_the_bytes_that_they_had(dataset, name, tmp_path):
    export(OLD / dataset, name, tmp_path / "out", filters=FILTERS.get(name, ()))
    assert digest(tmp_path / "out") == EXPORTS[name]


def test_what_another_plan_drew_does_not_grow(old):
    """They keep what they have: this plan would add other problems."""
    before = {p: p.read_bytes() for p in old.glob("t*/*/*") if p.is_file()}
    form = open_dataset(old).description["config"]["output"]["format"]
    grown = loader.load(OLD / "old.yaml", {"splits.train.count": 4, "output.format": form})
    with pytest.raises(UserError, match=r"was made by plan 1; .* another folder, or pip install tvrgen=="):
        generate_flat(old, grown, FlatRenderer())
    assert {p: p.read_bytes() for p in old.glob("t*/*/*") if p.is_file()} == before
    assert list(dataset_faults(old)) == []


if __name__ == "__main__":
    for name in TEXT:
        found = set()
        for dataset in DATASETS:
            with tempfile.TemporaryDirectory() as folder:
                export(OLD / dataset, name, Path(folder) / "out", filters=FILTERS.get(name, ()))
                found.add(digest(Path(folder) / "out"))
        print(f'    "{name}": "{" ".join(found)}",')
