"""Shards as tars: the same bytes whenever they are packed, and read by what people read them with."""

import json
import os
import tarfile

import pytest

from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen.dataset.reader import open_dataset

FORM = ("output.format=webdataset", "splits.train.count=4")


@pytest.fixture(params=["png", "jpeg", "webp"])
def packed(request, tmp_path):
    return generate_flat(tmp_path / "out", load(*FORM, f"image.format={request.param}"), FlatRenderer())


def test_packing_repeats(packed, tmp_path):
    again = generate_flat(tmp_path / "again", open_dataset(packed).config(), FlatRenderer())
    tars = sorted(packed.rglob("samples.tar"))
    assert len(tars) == 2
    for tar in tars:
        assert tar.read_bytes() == (again / tar.relative_to(packed)).read_bytes()
        with tarfile.open(tar) as opened:
            members = opened.getmembers()
        assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in members} == {(0, 0, 0, "", "", 0o644)}
        keys = [m.name.split(".")[0] for m in members]
        assert keys == sorted(keys)  # a problem's files are adjacent


def test_webdataset_reads_it(packed):
    webdataset = pytest.importorskip("webdataset")
    tars = [str(path) for path in sorted(packed.rglob("samples.tar"))]
    samples = list(webdataset.WebDataset(tars, shardshuffle=False).decode("pil"))
    assert [s["__key__"] for s in samples] == [f"train-{k:06d}" for k in range(4)]
    questions = list(open_dataset(packed).questions())
    assert [q for s in samples for q in s["questions.json"]] == [
        {**q, "images": [path.split("::")[0].removeprefix("tar://") for path in q["images"]]} for q in questions
    ]
    for sample in samples:
        for question in sample["questions.json"]:
            for name in question["images"]:
                assert sample[name.removeprefix(sample["__key__"] + ".")].size == (80, 60)


def test_datasets_reads_it(packed, tmp_path):
    datasets = pytest.importorskip("datasets")
    os.environ["HF_DATASETS_OFFLINE"] = "1"
    files = {"train": str(packed / "train/*/samples.tar")}
    loaded = datasets.load_dataset("webdataset", data_files=files, split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded["__key__"] == [f"train-{k:06d}" for k in range(4)]
    first = loaded[0]
    suffix = next(name for name in first if name.startswith("initial.")).split(".")[1]
    assert first[f"final-2.{suffix}"].size == (80, 60)
    question = first["questions.json"][0]
    question = json.loads(question) if isinstance(question, str) else question
    assert question["answer"] == "0.color.blue, 2.position.front.1"
