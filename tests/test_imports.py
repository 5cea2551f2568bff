"""What a fresh import loads, which no linter sees; which module may import which stands in pyproject.toml."""

import ast
import importlib
import inspect
import subprocess
import sys

import pytest

import tvrgen
from tests.tiny import ROOT
from tvrgen.export import run

HEAVY = ("bpy", "ray", "trimesh", "embreex")


PUBLIC = {
    alias.asname or alias.name: (node.module, alias.name)
    for block in ast.parse((ROOT / "tvrgen/__init__.py").read_text()).body
    if isinstance(block, ast.If)
    for node in block.body
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
}
"""Public name -> its module, and its name there, as `tvrgen/__init__.py` declares them to type checkers."""


def loaded_by(statement: str, modules: tuple[str, ...]) -> list[str]:
    """Which of the modules a new interpreter has after a statement."""
    code = f"import sys; {statement}; print(*(m for m in {modules} if m in sys.modules))"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()


@pytest.mark.parametrize(
    "statement",
    [
        "import tvrgen",
        "import tvrgen.config.loader, tvrgen.dataset.reader, tvrgen.dataset.records, tvrgen.dataset.validation.files",
    ],
)
def test_reading_loads_no_blender_no_ray_no_mesh_library(statement):
    assert loaded_by(statement, HEAVY) == []


@pytest.mark.parametrize("statement", ["import tvrgen", "import tvrgen.scoring", "import tvrgen.adapters.trl"])
def test_the_reward_loads_the_standard_library_alone(statement):
    assert loaded_by(statement, ("numpy", "yaml", "PIL", "jsonschema", "fsspec", "tqdm")) == []


@pytest.mark.rays
def test_planning_loads_no_blender():
    statement = "import tvrgen; from tests.tiny import load; tvrgen.sample_problem(load(), 'train', 0)"
    assert loaded_by(statement, ("bpy", "ray")) == []


def test_help_loads_nothing_heavy():
    statement = "from tvrgen.cli.main import parser; parser().format_help()"
    assert loaded_by(statement, (*HEAVY, "numpy", "yaml", "PIL", "jsonschema", "fsspec", "tqdm", "matplotlib")) == []


def test_public_names_are_those_that_editors_see():
    """What the block under TYPE_CHECKING imports is what each name gives."""
    assert tvrgen.__all__ == sorted(PUBLIC)
    for name, (module, own) in PUBLIC.items():
        if name != "export":
            assert getattr(tvrgen, name) is getattr(importlib.import_module(module), own)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = tvrgen.nothing


@pytest.mark.parametrize("before", ["pass", "import tvrgen.export.run", "import tvrgen.cli.main"])
def test_export_can_be_called_whatever_was_imported(before):
    statement = f"{before}; import tvrgen; assert callable(tvrgen.export) and tvrgen.export.FORMATS"
    assert loaded_by(statement, ("bpy",)) == []


def test_export_has_the_signature_of_its_function_and_names_its_parameters():
    assert inspect.signature(tvrgen.export) == inspect.signature(run.export)
    assert all(f"{name}=" in tvrgen.export.__doc__ for name in list(inspect.signature(run.export).parameters)[3:])
