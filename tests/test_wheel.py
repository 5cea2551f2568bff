"""The wheel, installed elsewhere, does what the checkout does."""

import os
import subprocess
import sys
import zipfile

import pytest

from tests.tiny import ROOT, SHIPPED, SMALL


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("tvrgen-*.whl"))


def test_what_travels_in_it(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for kind, pattern in (
        ("scenes", "*.yaml"),
        ("assets", "*.yaml"),
        ("assets/shapes", "*.ply"),
        ("configs", "*.yaml"),
    ):
        for path in (ROOT / kind).glob(pattern):
            assert f"tvrgen/packaged_files/{kind}/{path.name}" in names
    assert {f"tvrgen/config/schema/{n}.schema.json" for n in ("config", "scene", "question")} <= names
    assert any(name.endswith("LICENSE") for name in names)


@pytest.mark.blender
def test_it_generates_from_elsewhere(wheel, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", tmp_path / "site", wheel],
        check=True,
        capture_output=True,
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}

    def tvrgen(*arguments):
        command = [sys.executable, "-P", "-m", "tvrgen", *map(str, arguments)]
        result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout

    where = subprocess.run(
        [sys.executable, "-P", "-c", "import tvrgen; print(tvrgen.__file__)"], env=environment, cwd=tmp_path,
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert str(tmp_path) in where
    tvrgen(
        "generate",
        "configs/quickstart.yaml",
        "--out",
        "demo",
        *(f"--set={s}" for s in SMALL),
        "--set=splits.train.count=1",
    )
    assert "sound" in tvrgen("validate", "demo")
    assert all(f"configs/{name}.yaml" in tvrgen("--help") for name in SHIPPED)
