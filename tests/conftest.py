"""What the tests share: tiny configs, a renderer that paints flat pictures, and a dataset made without Blender."""

import importlib.util
import os
from pathlib import Path

import pytest

from tests.tiny import ROOT, FlatRenderer, generate_flat, load

NEEDS = {"rays": ("trimesh", "embreex"), "blender": ("bpy", "ray", "trimesh", "embreex")}


def pytest_collection_modifyitems(items):
    """Without the extras, their tests are skipped; where TVRGEN_TEST_ALL is set, they fail instead."""
    if os.environ.get("TVRGEN_TEST_ALL"):
        return
    for item in items:
        for mark, modules in NEEDS.items():
            if item.get_closest_marker(mark) and any(importlib.util.find_spec(m) is None for m in modules):
                item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(modules)}"))


@pytest.fixture
def config(request):
    """The tiny config, with the overrides that the test gives as its parameter."""
    return load(*getattr(request, "param", ()))


@pytest.fixture
def flat_dataset(tmp_path) -> Path:
    """A dataset of 5 problems in 3 shards, its pictures flat, its problems written by hand."""
    return generate_flat(tmp_path / "flat", load(), FlatRenderer())


@pytest.fixture
def root() -> Path:
    return ROOT
