"""Exports for consumers that no package registry has: their documented rows, read and scored as their code does it."""

import ast
import base64
import csv
import importlib.util
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from tests.consumers.responses import FULL, NONE, right, wrong
from tvrgen import open_dataset
from tvrgen.errors import UserError
from tvrgen.export.run import export
from tvrgen.scoring import star_r1_reward
from tvrgen.scoring.adapters import easyr1, vlm_r1, vlmevalkit


@pytest.fixture
def questions(flat_dataset):
    return list(open_dataset(flat_dataset).questions())


@pytest.fixture
def exported(flat_dataset, tmp_path):
    def made(name):
        export(flat_dataset, name, tmp_path / name)
        return tmp_path / name

    return made


def test_easyr1(exported, questions):
    """Its reward manager loads the file and hands over a batch; its dataset splits the prompt at <image>."""
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = parquet.read_table(exported("easyr1") / "train").to_pylist()
    spec = importlib.util.spec_from_file_location("custom_reward_fn", easyr1.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (module.REWARD_NAME, module.REWARD_TYPE) == ("tvr", "batch")
    for say, reward in ((right, FULL), (wrong, NONE)):
        given = [
            {"response": say(question), "response_length": 50, "ground_truth": row["answer"]}
            for row, question in zip(rows, questions, strict=True)
        ]
        scores = module.compute_score(given, value=5.0)
        assert [score["overall"] for score in scores] == [reward] * len(questions)
        assert {score["format"] for score in scores} == {1.0}
    for row, question in zip(rows, questions, strict=True):
        assert row["problem"].split("<image>") == ["", "", question["question"]]
        assert [Image.open(io.BytesIO(image["bytes"])).size for image in row["images"]] == [(80, 60)] * 2


def test_vlm_r1(exported, questions):
    """It joins paths to the image folder, takes <image> out of the prompt and tags out of the solution."""
    folder = exported("vlm-r1")
    rows = [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]
    assert len({tuple(row) for row in rows}) == 1  # the same keys in every row
    for row, question in zip(rows, questions, strict=True):
        human, answer = (said["value"] for said in row["conversations"])
        assert [said["from"] for said in row["conversations"]] == ["human", "gpt"]
        assert human.count("<image>") == len(row["image"]) == 2
        assert human.replace("<image>", "") == question["question"]
        assert all((folder / image).is_file() for image in row["image"])
        solution = answer.replace("<answer>", "").replace("</answer>", "").strip()
        columns = {"problem": [human] * 2, "accu_reward_method": [row["accu_reward_method"]] * 2}
        completions = [[{"role": "assistant", "content": say(question)}] for say in (right, wrong)]
        assert vlm_r1.reward(completions=completions, solution=[solution] * 2, **columns) == [FULL, NONE]


def test_reason_rft(exported, questions):
    """It finds calls of functions by words."""
    rows = json.loads((exported("reason-rft") / "train.json").read_text())
    for row, question in zip(rows, questions, strict=True):
        found = re.findall(r"change_(\w+)\((\d+), '(\w+)'\)", row["solution"])
        assert [(name, int(index)) for name, index, _ in found] == [
            (change["attribute"], change["index"]) for change in question["changes"]
        ]
        assert "<image>" not in row["problem"]
        said = f"<think>t</think><answer>{row['solution']}</answer>"
        assert star_r1_reward(said, row["solution"]).total == FULL
        assert star_r1_reward(said, question["changes"]).total == FULL
        assert star_r1_reward(wrong(question), row["solution"]).total == NONE


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
        pictures, names = ast.literal_eval(row["image"]), ast.literal_eval(row["image_path"])
        assert [Image.open(io.BytesIO(base64.b64decode(p))).size for p in pictures] == [(80, 60)] * 2
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


def test_vlmevalkit_with_nothing_said(tmp_path, capsys):
    rows = [{"index": 0, "answer": "0.color.red", "prediction": None}, {"index": 1, "answer": "0.color.red"}]
    (tmp_path / "result.json").write_text(json.dumps(rows))
    vlmevalkit.main([str(tmp_path / "result.json")])
    assert json.loads(capsys.readouterr().out) == {"tacc": 0.0, "reward": -1.0, "share": 0.0, "format": 0.0}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("result.pkl", "", r"write one that ends in \.xlsx"),
        ("gone.json", None, "No such file"),
        ("result.json", "{", "cannot be read"),
        ("result.json", '{"a": 1}', "holds no rows"),
        ("result.json", "[]", "holds no rows"),
        ("result.json", '[{"prediction": "a"}]', "no right answer"),
        ("result.tsv", "", "holds no rows"),
        ("run.py", None, "write the path of its run.py"),
    ],
)
def test_vlmevalkit_of_what_is_no_result(name, content, says, tmp_path):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(UserError, match=says):
        vlmevalkit.main([str(tmp_path / name)])


def test_vlmevalkit_tells_it_in_one_line(tmp_path):
    command = [sys.executable, "-m", "tvrgen.adapters.vlmevalkit", str(tmp_path / "gone.json")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
