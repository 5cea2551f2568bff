"""What a fresh import loads, which no linter sees; which module may import which stands in pyproject.toml."""

import subprocess
import sys

import pytest

from tests.tiny import ROOT

HEAVY = ("bpy", "ray", "trimesh", "embreex")


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


def test_every_public_name_is_there():
    import tvrgen

    assert all(hasattr(tvrgen, name) for name in tvrgen.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = tvrgen.nothing
