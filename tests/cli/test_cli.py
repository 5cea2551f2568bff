"""The command as people type it."""

import functools
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.tiny import ROOT, SMALL, json_bytes, run, write_config
from tvrgen.imaging.blender import requirements


def start(command: list[str], **options) -> subprocess.Popen:
    """A process that heeds Ctrl-C, even where this one was started in the background, which ignores it."""
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(command, preexec_fn=heed, **options)


TINY = [f"--set={s}" for s in (*SMALL, "render.denoise=false", "splits.train.count=4", "output.shard_size=1")]


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "quickstrat", "--out", "x"],
        ["generate", "configs/quickstart.yaml", "--out", "README.md"],
        ["generate", "configs/quickstart.yaml", "--out", "x", "--split", "trian"],
        ["generate", "configs/quickstart.yaml", "--out", "x", "--set", "render.width"],
        ["generate", "configs/quickstart.yaml", "--out", "x", "--set", "sampling.visible=12"],
        ["generate", "README.md", "--out", "x"],
        ["generate", "tests", "--out", "x"],
        ["plan", "configs/quickstart.yaml", "--out", "nowhere/plan.jsonl"],
        ["plan", "configs/quickstart.yaml", "--out", "tests"],
        ["plan", "configs/quickstart.yaml", "--out", ""],
        ["plan", "configs/quickstart.yaml", "--out", "x", "--start", "8"],
        ["generate", "configs/quickstart.yaml", "--out", "nowhere://x"],
        ["generate", "configs/quickstart.yaml", "--out", ""],
        ["generate", "configs/quickstart.yaml", "--out", "x", "--redo", "train/shard-00007"],
        ["generate", "configs/quickstart.yaml", "--out", "x", "--cpus-per-worker", "0", "--workers", "2"],
        ["generate", "configs/quickstart.yaml", "--out", "memory://x", "--workers", "2"],
        ["status", "nowhere"],
        ["validate", "nowhere"],
        ["validate", "configs"],
    ],
    ids=lambda a: " ".join(a),
)
def test_a_mistake_is_one_line_and_exit_2(arguments, tmp_path):
    target = [str(tmp_path / "x") if a == "x" else a for a in arguments]
    result = run(*target)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("tvrgen: error: ")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("arguments", [[], ["generate"], ["plan", "x", "--out", "y", "--count", "0"], ["genrate"]])
def test_wrong_usage_is_one_line(arguments):
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stderr.startswith("tvrgen: error: ")
    assert result.stderr.endswith("--help\n")
    assert result.stderr.count("\n") == 1


def test_debug_shows_the_traceback():
    result = run("generate", "quickstrat", "--out", "x", "--debug")
    assert "Traceback" in result.stderr


@pytest.mark.parametrize("command", [[], ["generate"], ["plan"], ["validate"], ["stats"], ["status"], ["doctor"]])
def test_help_teaches(command):
    text = run(*command, "--help", check=True).stdout
    assert "usage: tvrgen" in text
    if not command:
        for word in ("generate", "plan", "validate", "doctor", "examples:", "configs/quickstart.yaml"):
            assert word in text


@pytest.mark.rays
def test_plan_writes_the_lines_of_any_range(tmp_path):
    whole, part = tmp_path / "whole.jsonl", tmp_path / "part.jsonl"
    run("plan", "configs/quickstart.yaml", "--out", whole, check=True)
    run(
        "plan", "configs/quickstart.yaml", "--out", part, "--split", "train", "--start", "3", "--count", "2", check=True
    )
    lines = whole.read_text().splitlines()
    assert len(lines) == 8
    assert part.read_text().splitlines() == lines[3:5]
    assert json.loads(lines[3])["id"] == "train-000003"
    assert run("plan", "configs/quickstart.yaml", "--out", "-", check=True).stdout == whole.read_text()


@pytest.mark.rays
def test_a_plan_is_the_same_for_any_number_of_workers(tmp_path):
    for workers in (1, 2, 5):
        count = "--set=splits.train.count=130"
        run("plan", "quickstart", "--out", tmp_path / str(workers), count, "--workers", str(workers), check=True)
    assert len({(tmp_path / str(w)).read_text() for w in (1, 2, 5)}) == 1


@pytest.mark.rays
@pytest.mark.parametrize("command", ["plan", "generate"])
def test_ctrl_c_while_planning_ends_at_once(command, tmp_path):
    if command == "generate":
        pytest.importorskip("bpy")
    hopeless = ["--set=sampling.min_visible_pixels=9000", "--set=sampling.max_attempts=1000000"]
    modules = "bpy, tvrgen.generation.run" if command == "generate" else "tvrgen.generation.planning"
    code = f"import sys, trimesh, tvrgen.cli.main, {modules}; print(); sys.exit(tvrgen.cli.main.main(sys.argv[1:]))"
    process = start(
        [sys.executable, "-uc", code, command, "quickstart", "--out", str(tmp_path / "x"), *hopeless],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    process.stdout.readline()  # all modules are loaded
    while command == "generate" and not (tmp_path / "x").exists():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(3)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert errors.splitlines()[-1].startswith("tvrgen: stopped; ")
    assert "Traceback" not in errors
    assert not (tmp_path / "x").exists()


@pytest.mark.rays
def test_a_plan_that_fails_leaves_no_file(tmp_path):
    result = run(
        "plan", "configs/quickstart.yaml", "--out", tmp_path / "p", "--set", "sampling.max_attempts=1",
        "--set", "sampling.min_visible_pixels=5000",
    )  # fmt: skip
    assert result.returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.blender
def test_generate_writes_what_plan_says(tmp_path):
    result = run("generate", "configs/quickstart.yaml", "--out", tmp_path / "d", *TINY, check=True)
    assert f"{tmp_path / 'd'}: 4 problems, 12 questions" in result.stdout
    assert "16/16 images" in result.stderr
    assert (tmp_path / "d/preview.png").exists()
    assert "sound" in run("validate", tmp_path / "d", check=True).stdout
    plan = run("plan", "configs/quickstart.yaml", "--out", "-", *TINY, check=True).stdout
    lines = "".join(p.read_text() for p in sorted((tmp_path / "d").glob("train/*/scenes.jsonl")))
    assert lines == plan
    asked = run("plan", "configs/quickstart.yaml", "--questions", "--out", "-", *TINY, check=True).stdout
    assert asked == "".join(path.read_text() for path in sorted((tmp_path / "d").glob("train/*/questions.jsonl")))
    again = run("generate", "configs/quickstart.yaml", "--out", tmp_path / "d", *TINY, check=True)
    assert "16/16 images" in again.stderr
    refused = run("generate", "configs/quickstart.yaml", "--out", tmp_path / "d", *TINY, "--set=seed=3")
    assert refused.returncode == 2
    assert "differs in seed" in refused.stderr


@pytest.mark.blender
@pytest.mark.serial
@pytest.mark.parametrize(
    ("workers", "stop", "code"),
    [
        (1, signal.SIGKILL, -9),
        (2, signal.SIGINT, 130),
        pytest.param(1, signal.SIGINT, 130, marks=pytest.mark.full),
        pytest.param(2, signal.SIGKILL, -9, marks=pytest.mark.full),
    ],
)
def test_stopped_runs_are_finished_by_the_next(stop, code, workers, tmp_path):
    """Interrupted or killed, a run leaves whole shards only; the same command then ends as if undisturbed."""
    undisturbed, disturbed = tmp_path / "a", tmp_path / "b"
    many = (*TINY, "--set=splits.train.count=10")  # so many shards that the stop comes before the last one
    run("generate", "configs/quickstart.yaml", "--out", undisturbed, *many, check=True)
    command = [sys.executable, "-m", "tvrgen", "generate", "configs/quickstart.yaml", "--out", str(disturbed)]
    process = start(
        [*command, *many, f"--workers={workers}"], cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not list(disturbed.glob("train/shard-*")):
        assert process.poll() is None
        time.sleep(0.05)
    if stop == signal.SIGINT:
        os.killpg(process.pid, stop)  # as a terminal does: to all processes of the command
    else:
        process.send_signal(stop)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in errors
    if stop == signal.SIGINT:
        assert not list(disturbed.rglob("*.partial"))
    assert not (disturbed / "dataset.json").exists()
    result = run("validate", disturbed)
    assert result.returncode == 2
    assert "a run that has not finished" in result.stderr
    run("generate", "configs/quickstart.yaml", "--out", disturbed, *many, check=True)
    assert json_bytes(disturbed) == json_bytes(undisturbed)
    assert not list(disturbed.rglob("*.partial"))
    pictures = sorted(p.relative_to(undisturbed) for p in undisturbed.rglob("images/*.png"))
    assert all((undisturbed / p).read_bytes() == (disturbed / p).read_bytes() for p in pictures)


@pytest.mark.blender
@pytest.mark.serial
def test_two_workers_make_the_same_dataset(tmp_path):
    for workers in (1, 2):
        run(
            "generate",
            "configs/quickstart.yaml",
            "--out",
            tmp_path / str(workers),
            *TINY,
            "--set=output.blend=true",
            "--workers",
            str(workers),
            check=True,
        )
        assert ": sound, " in run("validate", tmp_path / str(workers), check=True).stdout
    assert json_bytes(tmp_path / "1") == json_bytes(tmp_path / "2")


@pytest.mark.blender
@pytest.mark.serial
def test_a_cluster_that_cannot_serve_is_one_line(tmp_path):
    for arguments, message in (
        (("--address", "127.0.0.1:1"), "--address 127.0.0.1:1: "),
        (("--gpus-per-worker", "99"), "no room for a worker of 1 CPUs and 99 GPUs"),
    ):
        result = run("generate", "quickstart", "--out", tmp_path / "x", *TINY, *arguments)
        assert result.returncode == 2
        assert message in result.stderr
        assert result.stderr.count("\n") == 1
        assert not (tmp_path / "x").exists()


@pytest.mark.blender
def test_shards_can_be_made_again_and_a_run_can_be_followed(tmp_path):
    """Blender's pictures, not denoised, are the same again; machines read lines, people ask for the status."""
    out = tmp_path / "d"
    first = run("generate", "quickstart", "--out", out, *TINY, "--log-json", check=True)
    events = [json.loads(line) for line in first.stdout.splitlines()]
    events = [event for event in events if event["event"] != "progress"]
    assert [event["event"] for event in events] == ["start", *["shard"] * 4, "end"]
    assert {"planning", "rendering", "writing", "committing"} <= events[1]["seconds"].keys()
    assert events[1]["memory"] > 50
    assert first.stderr == ""
    before = {path: path.read_bytes() for path in out.rglob("*") if path.suffix in (".png", ".jsonl")}
    inodes = {path.name: path.stat().st_ino for path in (out / "train").iterdir()}
    run("generate", "quickstart", "--out", out, *TINY, "--redo", "train/shard-00001", "train/shard-00003", check=True)
    after = {path.name: path.stat().st_ino for path in (out / "train").iterdir()}
    assert {name for name in after if after[name] != inodes[name]} == {"shard-00001", "shard-00003"}
    assert all(path.read_bytes() == content for path, content in before.items() if "log" not in path.parts)
    said = run("status", out, check=True).stdout
    assert "train: 4 of 4 problems, 4 of 4 shards" in said
    assert "images a second on 1 node" in said
    assert said.endswith("finished\n")


@pytest.mark.blender
def test_the_doctor_finds_this_machine_ready():
    text = run("doctor", check=True).stdout
    assert "test render: 80x60" in text
    assert "FAIL" not in text


@pytest.mark.parametrize(
    ("fault", "function"),
    [
        ("no Blender is built for Python", "lacking_python"),
        ("Blender needs system libraries: apt-get install libgl1", "lacking_libraries"),
        ("not installed: bpy", "lacking_modules"),
    ],
)
def test_what_rendering_lacks_is_one_line(fault, function, monkeypatch, tmp_path, capsys):
    from tvrgen.cli import main

    monkeypatch.setattr(requirements, "BLENDER", {} if function == "lacking_python" else {sys.version_info[:2]: "any"})
    monkeypatch.setattr(requirements, "loads", lambda name: function != "lacking_libraries")
    monkeypatch.setattr(requirements.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "platform", "linux")
    assert main.main(["generate", "quickstart", "--out", str(tmp_path / "x")]) == 2
    assert fault in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_the_environment_can_be_asked_before_anything_is_installed():
    """The Makefile asks a bare Python: the module needs the standard library alone."""
    libraries = ("numpy", "yaml", "jsonschema", "PIL", "tqdm")
    code = f"import sys; sys.modules.update(dict.fromkeys({libraries})); import tvrgen.imaging.blender.requirements"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_an_unreadable_config_is_one_line(tmp_path):
    path = write_config(tmp_path, "")
    path.write_bytes(b"\xff\xfe\x00binary")
    result = run("generate", path, "--out", tmp_path / "x")
    assert result.returncode == 2
    assert "is not valid YAML" in result.stderr
    assert result.stderr.count("\n") == 1
