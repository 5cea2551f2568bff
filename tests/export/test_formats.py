"""Every format: its rows as documented, from datasets in both forms and at both kinds of places."""

import io
import json
import re
import shlex
import subprocess

import pytest
import yaml
from PIL import Image

from tests.export.data import two_splits
from tests.export.rows import TOKENS, read, tables
from tests.tiny import FlatRenderer, generate_flat, load, run
from tvrgen.cli.main import main
from tvrgen.dataset.reader import open_dataset
from tvrgen.errors import UserError
from tvrgen.export import FORMATS
from tvrgen.export.run import export
from tvrgen.scoring import star_r1_reward

RIGHT = "<think>.</think><answer>{}</answer>"
WRONG = "<think>.</think><answer>1.color.red</answer>"
FORMS = {"files": (), "tar": ("output.format=webdataset",)}


@pytest.fixture(scope="module", params=["files", "tar", "memory"])
def dataset(request, tmp_path_factory) -> str:
    """A dataset as files, in tars, and in an object store: two splits, 5 and 2 problems of three views."""
    storage = "memory://exports/flat" if request.param == "memory" else str(tmp_path_factory.mktemp("flat") / "data")
    return two_splits(storage, *FORMS.get(request.param, ()))


formats = pytest.mark.parametrize("name", FORMATS)


@formats
def test_rows_are_the_datasets_questions(dataset, name, tmp_path):
    out = tmp_path / "out"
    assert export(dataset, name, out).startswith(f"{out}: 21 questions")
    for split in ("train", "test"):
        lines = list(open_dataset(dataset).questions(split))
        rows = read(name, out, split)
        assert [row.id for row in rows] == [line["id"] for line in lines]
        for row, line in zip(rows, lines, strict=True):
            for content in row.pictures:
                with Image.open(io.BytesIO(content)) as image:
                    assert (image.mode, image.size) == ("RGB", (80, 60))
            prompt = "<image><image>" * (name in TOKENS) + line["question"]
            assert row.prompt == prompt or name in ("reason-rft", "trance")
            assert "<image>" not in row.prompt or name in TOKENS
            best = star_r1_reward(RIGHT.format(line["answer"]), row.truth)
            assert best.correct
            assert best.total == best.best == 11.0
            assert star_r1_reward(WRONG, row.truth).total < 1
    text = (out / "README.md").read_text()
    assert "{" not in text.split("```")[0].split("---")[-1]
    assert "arXiv:2505.15804" in text
    assert json.loads((out / "export.json").read_text())["questions"] == {"train": 15, "test": 6}
    assert json.loads((out / "config.json").read_text()) == open_dataset(dataset).description["config"]
    assert not list(out.rglob(".*"))


@formats
def test_commands_take_a_folder_of_any_name(dataset, name, tmp_path):
    out = tmp_path / "it's mine"
    export(dataset, name, out, split="test", filters=() if name == "trance" else ["difficulty<1.5"])
    blocks = re.findall(r"```bash\n(.*?)```", (out / "README.md").read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        assert out.name not in block  # unquoted
        subprocess.run(["bash", "-n", "-c", block], check=True)  # it can be read
    [made] = (line for line in blocks[-1].splitlines() if line.startswith("tvrgen export"))
    words = shlex.split(made)
    assert words[words.index("--out") + 1] == out.name
    assert name == "trance" or words[words.index("--filter") + 1] == "difficulty<1.5"


def test_a_folder_that_one_stands_in_has_a_name(dataset, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    export(dataset, "vlm-r1", ".", split="test")
    text = (tmp_path / "here/README.md").read_text()
    assert "the folder that holds `here`" in text
    assert "--data_file_paths ./here/test.jsonl" in text
    assert "--out here --split test" in text


@formats
def test_the_same_bytes_wherever_it_is_written(dataset, name, tmp_path):
    for folder in ("a", "b"):
        export(dataset, name, tmp_path / folder / "out")
    first, second = (contents(tmp_path / folder / "out") for folder in ("a", "b"))
    varying = {"ms-swift", "lmms-eval"}  # these hold absolute paths
    assert first.keys() == second.keys()
    differing = [path for path in first if first[path] != second[path]]
    assert not [
        path for path in differing if name not in varying or not path.endswith((".jsonl", ".yaml", "export.json"))
    ]


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@formats
def test_answers_by_description(name, tmp_path):
    data = generate_flat(
        tmp_path / "data", load("question.prompt=no_objects", "sampling.moves=[inner,out]"), FlatRenderer()
    )
    export(data, name, tmp_path / "out")
    line = next(open_dataset(data).questions())
    row = read(name, tmp_path / "out")[0]
    assert line["answer_form"] == "description"
    if name in ("reason-rft", "trance", "llamafactory"):
        return  # indices or the answer alone
    assert star_r1_reward(RIGHT.format(line["answer"]), row.truth).correct
    assert len(json.loads(row.truth)["looks"]) == 3


def test_rationales_become_text(tmp_path):
    data = generate_flat(tmp_path / "data", load("question.rationale=short"), FlatRenderer())
    texts = [" ".join(s["text"] for s in line["rationale"]) for line in open_dataset(data).questions()]
    for name in ("hf", "trl", "webdataset", "verifiers"):
        export(data, name, tmp_path / name)
        assert [row.whole["rationale"] for row in read(name, tmp_path / name)] == texts
    export(data, "llamafactory", tmp_path / "sft")
    responses = [row.whole["messages"][1]["content"] for row in read("llamafactory", tmp_path / "sft")]
    assert [r.split("</think>")[0].removeprefix("<think>") for r in responses] == texts


def test_without_rationales_nothing_is_thought(flat_dataset, tmp_path):
    export(flat_dataset, "llamafactory", tmp_path / "sft")
    for row in read("llamafactory", tmp_path / "sft"):
        response = row.whole["messages"][1]["content"]
        assert response == "<think></think><answer>0.color.blue, 2.position.front.1</answer>"
        assert star_r1_reward(response, row.truth).total == 11.0


@pytest.mark.parametrize("picture", ["jpeg", "webp"])
def test_other_pictures_stay_what_they_are(picture, tmp_path):
    data = generate_flat(tmp_path / "data", load(f"image.format={picture}"), FlatRenderer())
    for name in ("hf", "vlm-r1"):
        export(data, name, tmp_path / name)
        with Image.open(io.BytesIO(read(name, tmp_path / name)[0].pictures[1])) as image:
            assert image.format == picture.upper()


def test_the_card_says_what_the_columns_are(flat_dataset, tmp_path):
    export(flat_dataset, "hf", tmp_path / "out", licence="cc-by-4.0")
    _, front, text = (tmp_path / "out/README.md").read_text().split("---\n", 2)
    card = yaml.safe_load(front)
    rows = list(tables("data/{split}-*.parquet")(tmp_path / "out", "train"))
    assert [column["name"] for column in card["dataset_info"]["features"]] == list(rows[0])
    (split,) = card["dataset_info"]["splits"]
    assert (split["name"], split["num_examples"]) == ("train", 15)
    assert split["num_bytes"] > 15 * 1000
    assert card["license"] == "cc-by-4.0"
    assert card["configs"][0]["data_files"] == [{"split": "train", "path": "data/train-*"}]
    assert "| questions | 15 |" in text
    assert "| view of the second image: left | 5 |" in text
    with Image.open(tmp_path / "out/preview.png") as image:
        assert image.width > 1000


def test_tasks_of_lmms_eval_call_the_adapter(flat_dataset, tmp_path):
    export(flat_dataset, "lmms-eval", tmp_path / "out")
    text = (tmp_path / "out/tasks/tvr_train.yaml").read_text()
    assert "process_results: !function utils.process_results\n" in text
    task = yaml.safe_load(text.replace("!function ", ""))
    (path,) = tmp_path.glob(task["dataset_kwargs"]["data_files"]["test"].removeprefix(f"{tmp_path}/"))
    assert path.suffix == ".parquet"
    assert "from tvrgen.adapters.lmms_eval import" in (tmp_path / "out/tasks/utils.py").read_text()


def test_trance_is_trances(dataset, tmp_path):
    import h5py

    out = tmp_path / "out"
    export(dataset, "trance", out)
    lines = [json.loads(text) for text in (out / "data.jsonl").read_text().splitlines()]
    assert [line["idx"] for line in lines] == list(range(7))
    first = lines[0]
    assert [len(state["images"]) for state in first["states"]] == [1, 0, 3]
    assert first["transformations"][1]["val"] == ["behind", 1]  # towards the camera: tvrgen's front
    assert first["transformations"][1]["type"] == "out"
    values, told = (json.loads((out / name).read_text()) for name in ("values.json", "properties.json"))
    assert values["position"]["direction"][:3] == ["front", "behind", "left"]
    assert told["position"]["direction"]["behind"] == [1, 0]
    assert (told["coordinate"]["unit"], told["coordinate"]["vis_x_max"]) == (0.15, 3)
    # a move of the evaluator's, in grid units
    start, end = (first["states"][k]["objects"][2]["position"] for k in (0, -1))
    length = told["coordinate"]["step"] / told["coordinate"]["unit"]
    assert end == [start[0] + length, start[1]]
    with h5py.File(out / "data.h5") as file:
        assert list(file) == ["test", "train"]
        assert file["train/keys"][()].decode() == str([str(k) for k in range(5)])
        assert file["train/basic_keys"][()].decode() == "[]"
        assert json.loads(file["test/data/5"][()]) == lines[5]
        assert file["train/image"][first["states"][0]["images"]["Camera_Center"]].shape == (120, 160, 3)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("cameras.initial=left", "TRANCE has no view 'left' there"),
        ("sampling.kinds=[color, shape, size, position, 'tests.export.data:Turn']", "TRANCE has no kind"),
    ],
)
def test_trance_refuses_what_it_has_no_place_for(override, said, tmp_path):
    data = generate_flat(tmp_path / "data", load(override), FlatRenderer())
    with pytest.raises(UserError, match=said):
        export(data, "trance", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("name", "module"), [("trance", "h5py"), ("hf", "pyarrow")])
def test_what_is_not_installed_is_named(flat_dataset, name, module, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda own: None)
    assert main(["export", str(flat_dataset), name, "--out", str(tmp_path / "o")]) == 2
    due = f"tvrgen: error: {module} is not installed; pip install 'tvrgen[export]'\n"
    assert capsys.readouterr().err == due
    assert not (tmp_path / "o").exists()


def test_the_command(flat_dataset, tmp_path):
    out = tmp_path / "out"
    result = run("export", flat_dataset, "trl", "--out", out, "--order", "difficulty", "--filter", "view=left")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{out}: 5 questions for TRL")
    again = run("export", flat_dataset, "trl", "--out", out, "--order", "difficulty", "--filter", "view=left")
    assert again.stdout == f"{out}: is complete already\n"
    wrong = run("export", flat_dataset, "trll", "--out", out)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("tvrgen: error: unknown format 'trll'; did you mean 'trl'? (known: hf, ")
