"""A user's own colour, shape and kind, each in a few lines, through the whole way."""

import json
import os
import sys

import pytest

from tests.tiny import SMALL, run
from tvrgen.config.loader import load
from tvrgen.dataset import reader
from tvrgen.sampling.sampler import plan_problem

KIND = '''
import dataclasses
from tvrgen.transform import Rejected

class Rotate:
    """Turns an object about its vertical axis; only where that can be seen."""
    name = "rotation"

    def values(self, vocabulary):
        return ("45", "30")

    def apply(self, obj, value, vocabulary):
        if obj.shape not in ("cube", "wedge"):
            raise Rejected("a turn shows on shapes with edges only")
        return dataclasses.replace(obj, rotation=(obj.rotation + float(value)) % 360)

    def phrase(self, value):
        return f"turns by {value} degrees"
'''
WEDGE = """
v -1 -1 -1
v 1 -1 -1
v 1 1 -1
v -1 1 -1
v -1 -1 1
v -1 1 1
f 1 4 3 2
f 1 2 5
f 4 6 3
f 1 5 6 4
f 2 3 6 5
"""
CONFIG = """
seed: 5
vocabulary: mine.yaml
splits: {train: {count: 6}}
sampling: {kinds: [color, shape, "turning:Rotate"], visible: [3, 6], steps: [1, 3]}
output: {shard_size: 3}
"""


@pytest.mark.blender
@pytest.mark.serial
@pytest.mark.parametrize("workers", [1, 2])
def test_a_colour_a_mesh_and_a_kind_of_ones_own(tmp_path, workers):
    for name in ("applying", "phrasing"):
        (tmp_path / f"{name}.py").write_text("")
    kind = KIND.replace("        if obj", "        import applying\n        if obj")
    (tmp_path / "turning.py").write_text(kind.replace("        return f", "        import phrasing\n        return f"))
    (tmp_path / "wedge.obj").write_text(WEDGE)
    (tmp_path / "mine.yaml").write_text("colors: {orange: [255, 140, 0]}\nshapes: {wedge: {mesh: wedge.obj}}\n")
    (tmp_path / "config.yaml").write_text(CONFIG)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    out = tmp_path / "out"
    tiny = [f"--set={s}" for s in SMALL]
    run("generate", tmp_path / "config.yaml", "--out", out, *tiny, "--workers", str(workers), cwd=elsewhere, check=True)
    result = run(
        "validate",
        out,
        "--trust",
        PYTHONPATH=os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]),
        cwd=elsewhere,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    refused = run("validate", out, "--trust", PYTHONPATH="", cwd=elsewhere)
    assert refused.returncode == 2
    assert "or its folder on PYTHONPATH" in refused.stderr

    scenes = list(reader.open_dataset(out).scenes("train"))
    steps = [(s["kind"], s["value"]) for line in scenes for s in line["steps"]]
    assert {kind for kind, _ in steps} == {"color", "shape", "rotation"}
    objects = [o for line in scenes for o in line["initial"]["objects"]]
    assert "wedge" in {o["shape"] for o in objects}
    assert "orange" in {o["color"] for o in objects}
    turned = next((line, s) for line in scenes for s in line["steps"] if s["kind"] == "rotation")
    before, after = (turned[0][part]["objects"][turned[1]["object"]]["rotation"] for part in ("initial", "final"))
    assert (after - before) % 360 == float(turned[1]["value"])
    questions = list(reader.open_dataset(out).questions("train"))
    assert any(f"{turned[1]['object']}.rotation.{turned[1]['value']}" in q["answer"] for q in questions)
    assert "rotation: 45, 30" in questions[0]["question"]
    config = json.loads((out / "config.json").read_text())
    assert config["vocabulary"]["shapes"]["wedge"]["mesh"] == "wedge.obj"
    assert str(tmp_path) not in (out / "dataset.json").read_text()


def lazy_kind(folder, suffix):
    """A config in a folder, whose kind imports modules beside it as it is loaded, applied and phrased."""
    for name in ("top", "apply", "phrase"):
        (folder / f"{name}_{suffix}.py").write_text("")
    text = KIND.replace("import dataclasses", f"import dataclasses\nimport top_{suffix}")
    text = text.replace("        if obj", f"        import apply_{suffix}\n        if obj")
    text = text.replace("        return f", f"        import phrase_{suffix}\n        return f")
    (folder / f"turning_{suffix}.py").write_text(text.replace(', "wedge"', ""))
    config = CONFIG.replace("vocabulary: mine.yaml", "").replace("turning:", f"turning_{suffix}:")
    (folder / "config.yaml").write_text(config)
    return folder / "config.yaml"


@pytest.mark.rays
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("questions", [[], ["--questions"]], ids=["scenes", "questions"])
def test_a_kind_may_import_what_lies_beside_it_at_any_time(tmp_path, workers, questions):
    config = lazy_kind(tmp_path, "command")
    result = run("plan", config, "--out", "-", "--workers", str(workers), *questions, cwd="/", check=True)
    assert "rotation" in result.stdout


@pytest.mark.rays
def test_a_kind_in_python_may_import_what_lies_beside_it(tmp_path):
    before = list(sys.path)
    config = load(lazy_kind(tmp_path, "python"))
    for index in range(6):
        plan_problem(config, "train", index)
    assert "apply_python" in sys.modules
    assert sys.path == before


@pytest.mark.rays
@pytest.mark.parametrize(
    ("name", "text"), [("empty.obj", ""), ("broken.ply", "ply\nnonsense"), ("flat.stl", "solid\nendsolid")]
)
def test_a_mesh_that_is_none_is_one_line(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    (tmp_path / "mine.yaml").write_text(f"shapes: {{thing: {{mesh: {name}}}}}\n")
    (tmp_path / "config.yaml").write_text("vocabulary: mine.yaml\nsplits: {train: {count: 9}}\n")
    result = run("plan", tmp_path / "config.yaml", "--out", tmp_path / "plan.jsonl")
    assert result.returncode == 2, result.stdout
    assert name in result.stderr
    assert result.stderr.splitlines()[-1].startswith("tvrgen: error: ")
    assert "Traceback" not in result.stderr
