"""Fixtures that tests share: tiny configs, a renderer that paints images in one colour, a dataset without Blender."""

import importlib.util
import os
from pathlib import Path

import pytest
from filelock import FileLock

from tests.tiny import ROOT, FlatRenderer, generate_flat, handmade, load
from tvrgen.sampling import design
from tvrgen.sampling.levels import IntendedStep, Levels
from tvrgen.transformations.base import Role
from tvrgen.transformations.kinds.position import MOVES

NEEDS = {
    "rays": ("trimesh", "embreex"),
    "blender": ("bpy", "ray", "trimesh", "embreex", "av"),
    "loading": ("datasets", "webdataset"),
    "packaging": ("build", "twine"),
}


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="also run the tests marked `full`")


def pytest_collection_modifyitems(config, items):
    """Deselects `full` tests without --full, and skips tests whose extras are missing.

    Where TVRGEN_TEST_ALL is set, tests whose extras are missing fail instead.
    """
    if not config.getoption("--full"):
        full = [item for item in items if item.get_closest_marker("full")]
        config.hook.pytest_deselected(items=full)
        items[:] = [item for item in items if item not in full]
    if os.environ.get("TVRGEN_TEST_ALL"):
        return
    for item in items:
        for mark, modules in NEEDS.items():
            if item.get_closest_marker(mark) and any(importlib.util.find_spec(m) is None for m in modules):
                item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(modules)}"))


@pytest.fixture(autouse=True)
def one_after_another(request, tmp_path_factory):
    """Lets no two tests marked `serial` run at once, whichever processes of pytest-xdist they are in."""
    if not request.node.get_closest_marker("serial") or "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    with FileLock(tmp_path_factory.getbasetemp().parent / "serial.lock"):
        yield


@pytest.fixture
def config(request):
    """The tiny config, with the overrides that the test gives as its parameter."""
    return load(*getattr(request, "param", ()))


@pytest.fixture
def flat_dataset(tmp_path) -> Path:
    """A dataset of 5 problems in 3 shards, with images in one colour and problems written by hand."""
    return generate_flat(tmp_path / "flat", load(), FlatRenderer())


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def by_hand(monkeypatch):
    """A design that deals the hand-made problems."""

    def levels(config, split, index):
        planned = handmade(config, split, index)
        steps = planned.problem.steps
        return Levels(
            objects=3,
            on_stage=3,
            steps=tuple(
                IntendedStep(kind=s.kind, value=s.value, variant=variant, roles=roles, objects=s.objects)
                for s, variant, roles in zip(steps, ("", "out"), ((Role(),), MOVES["out"]), strict=True)
            ),
            views=planned.problem.views,
        )

    monkeypatch.setattr(design, "levels", levels)
