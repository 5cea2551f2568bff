"""Exports from start to end: every format has the dataset's questions, with the same bytes wherever it is written."""

import io
import json

import pytest
from PIL import Image

from tests.export.data import contents, formats_and_storages, kept, refused, suited
from tests.export.rows import CORES, IN_WORDS, TEXTS, TOKENS, read
from tests.tiny import run
from tvrgen._support.errors import UserError
from tvrgen.cli.main import main
from tvrgen.dataset.reader import open_dataset
from tvrgen.export import FORMATS
from tvrgen.export.run import export, find
from tvrgen.scoring import star_r1_reward

RIGHT = "<think>.</think><answer>{}</answer>"
WRONG = "<think>.</think><answer>1.color.red</answer>"


@formats_and_storages
def test_rows_are_the_datasets_questions(dataset, name, tmp_path):
    out, dataset = tmp_path / "out", suited(name, dataset)
    told, held = export(dataset, name, out), {}
    for split in ("train", "test"):
        lines = kept(name, open_dataset(dataset).questions(split))
        held[split] = len(lines)
        rows = read(name, out, split)
        assert [row.id for row in rows] == [line["id"] for line in lines]
        for row, line in zip(rows, lines, strict=True):
            for content in row.images:
                with Image.open(io.BytesIO(content)) as image:
                    assert (image.mode, image.size) == ("RGB", (80, 60))
            prompt = "<image>" * len(line["images"]) * (name in TOKENS) + line["question"]
            assert row.prompt == prompt or name in ("reason-rft", "trance", "seal", *CORES)
            assert row.prompt in prompt or name not in CORES
            assert "<image>" not in row.prompt or name in TOKENS
            if name in TEXTS:
                assert row.truth == line["answer"]
                continue
            if name in IN_WORDS:
                continue
            best = star_r1_reward(RIGHT.format(line["answer"]), row.truth)
            assert best.correct
            assert best.total == best.best == 11.0
            assert star_r1_reward(WRONG, row.truth).total < 1
    text = (out / "README.md").read_text()
    assert "{" not in text.split("```")[0].split("---")[-1]
    assert "arXiv:2505.15804" in text
    assert told.startswith(f"{out}: {sum(held.values())} questions for ")
    assert json.loads((out / "export.json").read_text())["questions"] == held
    assert json.loads((out / "config.json").read_text()) == open_dataset(dataset).description["config"]
    assert not list(out.rglob(".*"))


@formats_and_storages
def test_the_same_bytes_wherever_it_is_written(dataset, name, tmp_path):
    for folder in ("a", "b"):
        export(suited(name, dataset), name, tmp_path / folder / "out")
    first, second = (contents(tmp_path / folder / "out") for folder in ("a", "b"))
    assert first.keys() == second.keys()
    differing = [path for path in first if first[path] != second[path]]
    varying = (".jsonl", ".yaml", "export.json") if find(name).fixed else ()  # these hold absolute paths
    assert [path for path in differing if not path.endswith(varying)] == []


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


PLAIN = ("reasoning-gym", "verifiers", "vlmevalkit", "trance", "seal", "vision-zero")
"""Formats that are read by their paths as they are."""


@pytest.mark.parametrize("folder", ["hf [1]", "a*", "what?", "[x]/inner", "a::b", "~me"])
def test_folders_that_the_consumer_takes_for_a_pattern_are_refused(folder, tmp_path, dataset):
    said = r"does not read ([*?\[]|::|~me) in the path of a folder as it is; choose another"
    for name in FORMATS:
        if name not in (*PLAIN, "vlm-r1"):
            refused(said, dataset, name, tmp_path / folder)
    assert not (tmp_path / folder).exists()


@pytest.mark.parametrize(
    ("name", "folder"), [("verl", "it's"), ("verl", "${x}"), ("easyr1", "a@b"), ("easyr1", "a: b"), ("vlm-r1", "a:b")]
)
def test_folders_that_a_command_line_reads_otherwise_are_refused(name, folder, tmp_path, dataset):
    refused("in the path of a folder as it is; choose another", dataset, name, tmp_path / folder)
    export(dataset, name, tmp_path / folder / "inner", split="test")  # its commands name the last folder alone


@pytest.mark.parametrize("name", PLAIN)
def test_folders_with_brackets_for_consumers_that_read_them(name, dataset, tmp_path):
    export(suited(name, dataset), name, tmp_path / "of [1]")
    assert (tmp_path / "of [1]/README.md").is_file()


def test_an_unknown_format_is_named_with_the_nearest():
    with pytest.raises(UserError, match=r"unknown format 'vlmr1'; did you mean 'vlm-r1'\?"):
        find("vlmr1")
    with pytest.raises(UserError, match="vlm-r1 data: the dataset comes first; write data vlm-r1"):
        find("data", "vlm-r1")
