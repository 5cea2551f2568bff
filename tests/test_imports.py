"""What may import what."""

import ast
import subprocess
import sys

import pytest

from tests.tiny import ROOT

LAYERS = [
    {"errors", "bar", "packaged", "environment", "seeding", "scene", "interrupt", "cores", "scratch", "wording"},
    {"vocabulary", "document", "dealing", "constraints", "canonical", "place", "records", "answers"},
    {"reading"},
    {"geometry", "transform", "mesh", "objectstore", "lock"},
    {"settings", "differences", "places"},
    {"placing"},
    {"looks"},
    {"silhouette", "rays", "blocks", "resolve", "feasibility", "question"},
    {"visibility", "splits", "design"},
    {"rules", "config"},
    {"ordering"},
    {"sampler", "pictures", "annotations"},
    {"rationale", "difficulty"},
    {"record"},
    {"store", "rebuilding"},
    {"dataset", "worker", "planning", "driver"},
    {"scoring"},
    {"adapters", "report"},
    {"export"},
    {"validate", "journal", "local", "actor"},
    {"cluster"},
    {"generation", "status", "doctor"},
    {"arguments"},
    {"cli"},
]
MODULES = sorted(p for p in (ROOT / "tvrgen").rglob("*.py") if p.name not in ("__init__.py", "__main__.py"))


def imported(path) -> set[str]:
    """The tvrgen modules a file imports, functions' own imports included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {n.name.split(".")[1] for n in node.names if n.name.startswith("tvrgen.")}
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "tvrgen":
            parts = node.module.split(".")
            found |= (
                {parts[1]}
                if len(parts) > 1
                else {a.name for a in node.names if (ROOT / "tvrgen" / f"{a.name}.py").exists()}
            )
    return found


def layer(name: str) -> int:
    return next(k for k, names in enumerate(LAYERS) if name in names)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT / "tvrgen")))
def test_imports_run_one_way(path):
    folder = path.relative_to(ROOT / "tvrgen").parts[0].removesuffix(".py")
    if folder == "blender":
        assert imported(path) <= {
            "blender",
            "scene",
            "vocabulary",
            "settings",
            "mesh",
            "geometry",
            "errors",
            "interrupt",
            "scratch",
        }
    else:
        uses = imported(path) - {folder}
        assert "blender" not in uses or folder == "worker"
        assert all(layer(name) < layer(folder) for name in uses - {"blender"}), uses


@pytest.mark.parametrize(
    "statement", ["import tvrgen", "import tvrgen.config, tvrgen.dataset, tvrgen.record, tvrgen.validate"]
)
def test_importing_loads_no_blender_no_ray_no_mesh_library(statement):
    code = f"import sys; {statement}; print([m for m in ('bpy', 'ray', 'trimesh', 'embreex') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_every_public_name_is_there():
    import tvrgen

    assert all(hasattr(tvrgen, name) for name in tvrgen.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = tvrgen.nothing


@pytest.mark.rays
def test_planning_loads_no_blender():
    code = (
        "import sys, tvrgen; from tests.tiny import load; tvrgen.sample_problem(load(), 'train', 0);"
        "print('bpy' in sys.modules, 'ray' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "False False"
