"""The recipes for clusters say what the code needs."""

import os
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

PROBES = ["wget"]
"""Programs that KubeRay's probes of a container run, besides bash and grep, which the image is built on."""

TEXTS = {path.name: path.read_text() for path in (ROOT / "cluster").iterdir()}


def commands() -> list[str]:
    """Every `tvrgen generate` of the recipes and docs/cluster.md."""
    job = yaml.safe_load(TEXTS["rayjob.yaml"])["spec"]["entrypoint"]
    script = TEXTS["slurm.sh"].replace('"$config"', "quickstart").replace('"$out"', "x")
    page = (ROOT / "docs/cluster.md").read_text().replace("\\\n", " ")
    lines = [job, *script.splitlines(), *page.splitlines()]
    return [line[line.index("tvrgen generate") :] for line in lines if "tvrgen generate " in line]


def test_the_image_has_the_libraries_that_blender_loads():
    text = TEXTS["Dockerfile"]
    installed = text[text.index("--yes") :].split("&&")[0].replace("\\", "").split()[1:]
    assert sorted(installed) == sorted([*requirements.SYSTEM_LIBRARIES.values(), *PROBES])
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


SRUN = """#!/usr/bin/env bash
# does not take over --cpus-per-task of the job, as from Slurm 22.05 on
echo "$*" >>"$CALLS"
echo "$RAY_AUTH_MODE $RAY_AUTH_TOKEN" >>"$CALLS.tokens"
while [[ $1 == --* ]]; do shift; done
[ "$1" != hostname ] || "$@"
"""
SCONTROL = """#!/usr/bin/env bash
printf 'node-%d\n' {1..9999}
"""
HOSTNAME = """#!/usr/bin/env bash
case $1 in --all-ip-addresses) echo "$ALL" ;; --ip-address) echo "$ONE" ;; *) exit 1 ;; esac
"""


def submit(folder, **variables):
    """Runs the batch script where programs of these names stand in for Slurm's; returns its result and srun's calls.

    The calls are sorted by what they run: some run in the background, in any order.
    """
    if (bash := shutil.which("bash")) is None:
        pytest.skip("no bash")
    for name, text in {"srun": SRUN, "scontrol": SCONTROL, "hostname": HOSTNAME}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    job = {"SLURM_JOB_NODELIST": "node-[1-3]", "SLURM_JOB_NUM_NODES": "3", "SLURM_JOB_ID": "1234567"}
    environment = {**job, "SLURM_CPUS_PER_TASK": "32", "ALL": "10.0.0.5", "ONE": "127.0.1.1", **variables}
    path = f"{folder}:{os.environ['PATH']}"
    result = subprocess.run(
        [bash, ROOT / "cluster/slurm.sh", "quickstart", "/shared/data"],
        env={"PATH": path, "CALLS": str(folder / "calls"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    kinds = ("hostname", "ray start --head", "ray start --address", "tvrgen")
    calls = (folder / "calls").read_text().splitlines() if (folder / "calls").exists() else []
    return result, sorted(calls, key=lambda call: next(n for n, kind in enumerate(kinds) if kind in call))


def test_each_step_of_a_job_has_the_cores_that_ray_is_told(tmp_path):
    result, calls = submit(tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert all("--cpus-per-task=32 " in call for call in calls)
    head, others, driver = calls[1:]
    assert "--num-cpus=32 " in head
    assert "--num-cpus=32 " in others
    assert "--nodelist=node-1 " in head
    assert "--exclude=node-1 " in others
    assert "--nodes=2 " in others
    assert driver.endswith("tvrgen generate quickstart --out /shared/data --address 10.0.0.5:24567")


def test_each_job_has_a_token_of_its_own_which_all_its_steps_know(tmp_path):
    """Users share the nodes, and Ray runs what it is sent."""
    submit(tmp_path)
    first = (tmp_path / "calls.tokens").read_text().splitlines()
    submit(tmp_path)
    second = (tmp_path / "calls.tokens").read_text().splitlines()[len(first) :]
    assert len(set(first)) == len(set(second)) == 1
    assert first[0] != second[0]
    assert re.fullmatch("token [0-9a-f]{64}", first[0])


def test_a_job_without_a_number_of_cores_per_task_takes_those_of_the_node(tmp_path):
    _, calls = submit(tmp_path, SLURM_CPUS_PER_TASK="", SLURM_CPUS_ON_NODE="8", SLURM_JOB_NUM_NODES="1")
    assert all("--cpus-per-task=8 " in call for call in calls)
    assert len([call for call in calls if "ray start" in call]) == 1


@pytest.mark.parametrize(
    ("everything", "one", "address"),
    [
        ("10.0.0.5", "127.0.0.1", "10.0.0.5"),
        ("10.0.0.5 192.168.1.5 fd00::2", "127.0.1.1", "10.0.0.5"),
        ("fd00::2 10.0.0.5", "fd00::2", "10.0.0.5"),
        ("127.0.1.1 10.0.0.5 ", "127.0.1.1", "10.0.0.5"),
        ("", "::1 10.0.0.5", "10.0.0.5"),  # a hostname that knows no --all-ip-addresses
    ],
)
def test_the_heads_address_is_one_that_other_nodes_reach(everything, one, address, tmp_path):
    _, calls = submit(tmp_path, ALL=everything, ONE=one)
    head, others, driver = calls[-3:]
    assert f"--node-ip-address={address} --port=24567 " in head
    assert f"--address={address}:24567 " in others
    assert driver.endswith(f"--address {address}:24567")


def test_the_heads_address_can_be_set_and_must_be_known(tmp_path):
    _, calls = submit(tmp_path, ALL="", HEAD_ADDRESS="10.9.0.1")
    assert calls[-1].endswith("--address 10.9.0.1:24567")
    result, _ = submit(tmp_path, ALL="fd00::2")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "node-1 has no IPv4 address that other nodes reach; set HEAD_ADDRESS\n"
