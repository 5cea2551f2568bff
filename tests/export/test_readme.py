"""READMEs: their commands work for a folder of any name."""

import ast
import re
import shlex
import subprocess

import pytest

from tests.export.data import formats, suited
from tvrgen.export.run import export, find


@formats
def test_commands_take_a_folder_of_any_name(dataset, name, tmp_path):
    out = tmp_path / ("it's mine" if "'" not in find(name).reserved else "it is (mine), too")
    export(suited(name, dataset), name, out, split="test", filters=() if name == "trance" else ["difficulty<1.5"])
    blocks = re.findall(r"```bash\n(.*?)```", (out / "README.md").read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        assert "'" not in out.name or out.name not in block  # unquoted
        subprocess.run(["bash", "-n", "-c", block], check=True)  # it can be read
    [made] = (line for line in blocks[-1].splitlines() if line.startswith("tvrgen export"))
    words = shlex.split(made)
    assert words[words.index("--out") + 1] == out.name
    assert name == "trance" or words[words.index("--filter") + 1] == "difficulty<1.5"


@formats
def test_the_files_that_commands_name_are_there(dataset, name, tmp_path):
    export(suited(name, dataset), name, tmp_path / "out")
    blocks = re.findall(r"```(?:bash|python)\n(.*?)```", (tmp_path / "out/README.md").read_text(), re.DOTALL)
    named = [path for block in blocks for path in re.findall(r"""\./out(?:/[\w./*-]+)?""", block)]
    named += [f"./out/{path}" for block in blocks for path in re.findall(r'"\$data"/([\w./-]+)', block)]
    assert named
    assert [path for path in named if not any(tmp_path.glob(path))] == []


@pytest.mark.parametrize("folder", ['a "quoted" name', "back\\slash", "{split}", "ü 图"])
def test_python_reads_the_folder_as_it_is(folder, dataset, tmp_path):
    export(dataset, "verifiers", tmp_path / folder)
    [block, *_] = re.findall(r"```python\n(.*?)```", (tmp_path / folder / "README.md").read_text(), re.DOTALL)
    [path] = [node.value for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Constant)]
    assert path == f"./{folder}/train.jsonl"


def test_a_folder_that_one_stands_in_has_a_name(dataset, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    export(dataset, "vlm-r1", ".", split="test")
    text = (tmp_path / "here/README.md").read_text()
    assert "the folder that holds `here`" in text
    assert "--data_file_paths ./here/test.jsonl" in text
    assert "--out here --split test" in text
