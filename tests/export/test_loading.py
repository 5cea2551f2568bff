"""Exports as the libraries load them that most consumers build on."""

import os

import pytest

from tests.export.data import flat, suited, two_splits
from tvrgen.export import run
from tvrgen.export.run import export

pytestmark = pytest.mark.loading
os.environ |= dict.fromkeys(("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"), "1")


@pytest.fixture
def exported(tmp_path, monkeypatch):
    """Writes a format, in parts of four questions: its folder."""
    monkeypatch.setattr(run, "PART", 4)
    data = two_splits(tmp_path / "data")

    def write(name):
        export(suited(name, data), name, tmp_path / name)
        return tmp_path / name

    return write


def loaded(tmp_path, *arguments, **options):
    import datasets

    return datasets.load_dataset(*arguments, **options, cache_dir=str(tmp_path / "cache"))


def check(rows, count=15):
    assert len(rows) == count
    assert [image.mode for image in rows[0]["images"]] == ["RGB", "RGB"]
    assert rows[0]["images"][1].size == (80, 60)


def test_datasets_loads_hf_by_its_card(exported, tmp_path):
    found = loaded(tmp_path, str(exported("hf")))
    check(found["train"])
    check(found["test"], 6)
    assert found["train"][0]["changes"][0] == {
        "index": 0, "attribute": "color", "value": "blue", "accepted": ["blue"],
    }  # fmt: skip
    assert found["train"]["id"][4] == "train-000001-center"


def test_datasets_loads_imagefolder(exported, tmp_path):
    folder = str(exported("imagefolder"))
    check(loaded(tmp_path, folder, split="train"))
    check(loaded(tmp_path, folder, split="test"), 6)
    check(loaded(tmp_path, "imagefolder", data_dir=folder, split="train"))


@pytest.mark.parametrize("name", ["hf", "imagefolder"])
def test_splits_of_like_names_stay_apart(tmp_path, name):
    config = "splits={test: {count: 1}, test_left: {count: 2}, test_right: {count: 3}}"
    export(flat(tmp_path / "data", config), name, tmp_path / name)
    found = loaded(tmp_path, str(tmp_path / name))
    assert {split: len(rows) for split, rows in found.items()} == {"test": 3, "test_left": 6, "test_right": 9}


@pytest.mark.parametrize(
    ("name", "files"),
    [("trl", "data/train-*.parquet"), ("verl", "train-*.parquet"), ("easyr1", "train/*.parquet"),
     ("lmms-eval", "data/train-*.parquet"), ("vision-r1", "rl/train/*.parquet")],
)  # fmt: skip
def test_datasets_loads_parquet(exported, tmp_path, name, files):
    check(loaded(tmp_path, "parquet", data_files=str(exported(name) / files), split="train"))


def test_datasets_loads_pairs_of_twins(tmp_path):
    data = two_splits(tmp_path / "data", "questions=[{family: changes, twin: true}]")
    export(data, "svqa-r1", tmp_path / "out")
    rows = loaded(tmp_path, "parquet", data_files=str(tmp_path / "out/data/train-*.parquet"), split="train")
    check(rows)
    assert [image.mode for image in rows[0]["images_flipped"]] == ["RGB", "RGB"]
    *images, text = rows[0]["messages_flipped"][0]["content"]
    assert images == [{"index": k, "text": None, "type": "image"} for k in range(2)]
    assert (text["index"], text["type"]) == (None, "text")


@pytest.mark.parametrize("name", ["video-r1", "spacer", "seed-bench-r1", "vad-r1"])
def test_datasets_loads_json_lines(name, tmp_path):
    import datasets

    export(suited(name, two_splits(tmp_path / "data")), name, tmp_path / name)
    for path in (tmp_path / name).glob("*.jsonl"):
        rows = datasets.Dataset.from_json(str(path), cache_dir=str(tmp_path / "cache"))
        assert len(rows) == len(path.read_text().splitlines()) == (15 if "train" in path.stem else 6)


def test_datasets_loads_the_folder_of_easyr1(exported, tmp_path):
    check(loaded(tmp_path, "parquet", data_dir=str(exported("easyr1") / "test"), split="train"), 6)


@pytest.mark.parametrize("stage", ["grpo-medium", "grpo-hard"])
def test_datasets_loads_the_folders_of_openvlthinker(exported, tmp_path, stage):
    rows = loaded(tmp_path, "parquet", data_dir=str(exported("openvlthinker") / stage / "train"), split="train")
    assert len(rows) == 5
    assert [[image.size for image in row["images"]] for row in rows] == [[(80, 60)]] * 5


def test_both_load_webdataset(exported, tmp_path):
    import webdataset

    folder = exported("webdataset")
    tars = [str(path) for path in sorted(folder.glob("tvr-train-*.tar"))]
    assert len(tars) == 4
    samples = list(webdataset.WebDataset(tars, shardshuffle=False).decode("pil"))
    found = loaded(tmp_path, "webdataset", data_files={"train": tars}, split="train")
    assert [s["__key__"] for s in samples] == found["__key__"]
    assert samples[3]["final.png"].size == found[3]["final.png"].size == (80, 60)
    assert samples[3]["json"]["answer"] == found[3]["json"]["answer"] == "0.color.blue, 2.position.front.1"


@pytest.mark.parametrize("name", ["vlm-r1", "ms-swift", "reasoning-gym", "verifiers", "observe-r1", "nemo-gym"])
def test_datasets_loads_lines(exported, tmp_path, name):
    assert len(loaded(tmp_path, "json", data_files=str(exported(name) / "train.jsonl"), split="train")) == 15
