"""The wheel and the source distribution hold what they must, and work where they are installed."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

import tvrgen
from tests.tiny import ROOT, SHIPPED, SMALL


def execute(*command, **options) -> str:
    """What a command prints; an AssertionError with its messages if it fails."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip(*arguments) -> None:
    execute(sys.executable, "-m", "pip", *arguments)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT)
    return next(folder.glob("tvrgen-*.whl"))


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    """The folder of the source distribution and of the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    execute(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    return folder


@pytest.fixture
def elsewhere(tmp_path):
    """The `tvrgen` command of a new environment, which sees the packages of this one but not this checkout."""
    home = tmp_path / "environment"
    execute(sys.executable, "-m", "venv", "--without-pip", home)
    python = home / "bin/python"
    packages = execute(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    outside = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    (Path(packages) / "outside.pth").write_text("\n".join(outside))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def install(distribution):
        pip("--python", python, "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", distribution)
        where = execute(python, "-c", "import tvrgen; print(tvrgen.__file__)", env=environment, cwd=tmp_path)
        assert where.startswith(packages)
        return lambda *arguments: execute(home / "bin/tvrgen", *arguments, cwd=tmp_path, env=environment)

    return install


def names_in(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def files_below(*folders: str) -> set[str]:
    """The files of folders of this checkout, relative to it, without what Python and its tools write."""
    paths = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    relative = (path.relative_to(ROOT) for path in paths)
    return {path.as_posix() for path in relative if not {"__pycache__", ".cache"} & set(path.parts)}


def test_the_wheel_holds_the_package_and_all_shipped_files(wheel):
    shipped = {name for name in files_below("scenes", "assets", "configs") if not name.endswith(".py")}
    assert {f"tvrgen/packaged_files/{name}" for name in shipped} | files_below("tvrgen") <= names_in(wheel)
    assert any(name.endswith("LICENSE") for name in names_in(wheel))


@pytest.mark.packaging
def test_distributions_build_and_their_metadata_are_valid(distributions, wheel):
    assert "WARNING" not in execute(sys.executable, "-m", "twine", "check", "--strict", *distributions.iterdir())
    [built] = distributions.glob("*.whl")
    assert names_in(built) == names_in(wheel)


@pytest.mark.packaging
def test_the_source_distribution_holds_tests_and_pages(distributions):
    [path] = distributions.glob("*.tar.gz")
    with tarfile.open(path) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    pages = {page.name for page in ROOT.glob("*.md")}
    assert files_below("tvrgen", "tests", "docs", "scenes", "assets", "configs") | pages <= names
    assert {"LICENSE", "Makefile", "pyproject.toml"} <= names


@pytest.mark.rays
@pytest.mark.packaging
def test_the_source_distribution_plans_from_elsewhere(distributions, elsewhere):
    command = elsewhere(next(distributions.glob("*.tar.gz")))
    assert command("--version") == f"tvrgen {tvrgen.__version__}\n"
    assert '"split": "train"' in command("plan", "quickstart", "--count", 1, "--out", "-")


@pytest.mark.blender
def test_the_wheel_generates_from_elsewhere(wheel, elsewhere):
    command = elsewhere(wheel)
    tiny = [f"--set={setting}" for setting in (*SMALL, "splits.train.count=1")]
    command("generate", "configs/quickstart.yaml", "--out", "demo", *tiny)
    assert "sound" in command("validate", "demo")
    assert all(f"configs/{name}.yaml" in command("--help") for name in SHIPPED)
