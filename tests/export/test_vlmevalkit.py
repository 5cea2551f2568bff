"""VLMEvalKit, whose documented code reads and scores the table."""

import ast
import base64
import csv
import io
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from tests.consumers.responses import FULL, NONE, right, wrong
from tvrgen.scoring.adapters import vlmevalkit


@pytest.fixture
def vlmeval(exported, monkeypatch):
    """Stand-ins for the parts of VLMEvalKit that the adapter uses."""
    folder = exported("vlmevalkit")
    names = ("vlmeval", "vlmeval.dataset", "vlmeval.dataset.image_base", "vlmeval.smp")
    modules = {name: ModuleType(name) for name in names}
    modules["vlmeval"].dataset = modules["vlmeval.dataset"]
    modules["vlmeval.dataset"].DATASET_CLASSES = []
    modules["vlmeval.dataset"].SUPPORTED_DATASETS = []
    modules["vlmeval.dataset.image_base"].ImageBaseDataset = object
    modules["vlmeval.smp"].LMUDataRoot = lambda: str(folder)
    modules["vlmeval.smp"].load = lambda path: list(csv.DictReader(io.StringIO(Path(path).read_text()), delimiter="\t"))
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    return modules["vlmeval.dataset"]


def test_vlmevalkit(vlmeval, questions, tmp_path):
    kind = vlmevalkit.register()
    assert vlmeval.DATASET_CLASSES[0] is kind
    assert kind.supported_datasets() == ["train"]
    assert "train" in vlmeval.SUPPORTED_DATASETS
    rows = kind().load_data("train")
    assert not {"A", "B"} & set(rows[0])  # it would be taken for multiple choice
    for k, (row, question) in enumerate(zip(rows, questions, strict=True)):
        assert (row["index"], row["question"], row["answer"]) == (str(k), question["question"], question["answer"])
        images, names = ast.literal_eval(row["image"]), ast.literal_eval(row["image_path"])
        assert [Image.open(io.BytesIO(base64.b64decode(p))).size for p in images] == [(80, 60)] * 2
        assert len(set(names)) == 2
    for say, tacc, reward in ((right, 1.0, FULL), (wrong, 0.0, NONE)):
        said = [
            {**{name: value for name, value in row.items() if name != "image"}, "prediction": say(question)}
            for row, question in zip(rows, questions, strict=True)
        ]
        (tmp_path / "result.json").write_text(json.dumps(said))
        with open(tmp_path / "result.tsv", "w", newline="") as file:
            writer = csv.DictWriter(file, said[0], delimiter="\t")
            writer.writeheader()
            writer.writerows(said)
        for name in ("result.json", "result.tsv"):
            found = kind().evaluate(str(tmp_path / name))
            assert (found["tacc"], found["reward"], found["format"]) == (tacc, reward, 1.0)
            assert found["tacc of left"] == tacc
