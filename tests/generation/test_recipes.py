"""The recipes for clusters say what the code needs."""

import re
import shlex
import shutil
import subprocess

import pytest
import yaml

from tests.tiny import ROOT
from tvrgen.cli import generate, kernels, main
from tvrgen.imaging.blender import requirements
from tvrgen.imaging.blender.kernels import VARIABLE

TEXTS = {path.name: path.read_text() for path in (ROOT / "cluster").iterdir()}


def commands() -> list[str]:
    """Every `tvrgen generate` of the recipes and docs/cluster.md."""
    job = yaml.safe_load(TEXTS["rayjob.yaml"])["spec"]["entrypoint"]
    script = TEXTS["slurm.sh"].replace('"$config"', "quickstart").replace('"$out"', "x").replace('"$address"', "auto")
    page = (ROOT / "docs/cluster.md").read_text().replace("\\\n", " ")
    lines = [job, *script.splitlines(), *page.splitlines()]
    return [line[line.index("tvrgen generate") :] for line in lines if "tvrgen generate " in line]


def test_the_image_has_the_libraries_that_blender_loads():
    text = TEXTS["Dockerfile"]
    installed = text[text.index("--yes") :].split("&&")[0].replace("\\", "").split()[1:]
    assert sorted(installed) == sorted(requirements.SYSTEM_LIBRARIES.values())
    for line in text.splitlines():
        if line.startswith("COPY") and "--from" not in line:
            assert all((ROOT / name).exists() for name in line.split()[1:-1])


def test_the_image_has_kernels_where_tvrgen_looks():
    text = " ".join(TEXTS["Dockerfile"].replace("\\\n", " ").split())
    [[source, target]] = re.findall(r"COPY --from=kernels (\S+) (\S+)", text)
    assert f"ENV {VARIABLE}={target} " in text
    [command] = re.findall(rf"{VARIABLE}=/cache tvrgen (kernels .*?) && cp -r /cache {source} ", text)
    options = main.parser().parse_args(command.split())
    assert options.run is kernels.run
    assert options.arch == ["sm_80", "sm_90", "sm_100"]


def test_every_command_is_one_that_the_parser_takes():
    found = commands()
    assert len(found) >= 6
    for command in found:
        words = shlex.split(command.split("#")[0].split("`")[0])
        options = main.parser().parse_args(words[1:])
        assert options.run is generate.run


def test_the_batch_script_is_bash():
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash")
    subprocess.run([bash, "-n", ROOT / "cluster/slurm.sh"], check=True)
