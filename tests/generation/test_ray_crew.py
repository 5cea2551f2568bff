"""Ray workers, and all that can befall them: the dataset is that of an undisturbed run, or what is missing is named."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests import faulty
from tests.tiny import ROOT, SMALL, json_bytes, run
from tvrgen._support.errors import UserError
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.validation.files import dataset_faults
from tvrgen.generation import ray_session, ray_watcher
from tvrgen.generation.ray_session import RayOptions
from tvrgen.generation.status import status

pytestmark = [pytest.mark.blender, pytest.mark.serial]  # the extra brings Ray; nothing here renders


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert faulty.finish(faulty.start(out)) == {}
    assert list(dataset_faults(out)) == []
    return json_bytes(out)


def wait_for(condition, process, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)


def workers_of(out) -> list[int]:
    """The processes that log into an output."""
    return [int(path.stem.split("-")[-1]) for path in out.glob("log/blender-*.log")]


@pytest.fixture
def short():
    """A folder with a path as short as Ray's sockets need."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def hold(tmp_path):
    """A file that keeps workers from going on to a third problem while it exists."""
    path = tmp_path / "hold"
    path.touch()
    yield path
    path.unlink(missing_ok=True)


ONCE = {"0": "raise", "1": "exit", "2": "kill", "3": "sys.exit", "4": "exhaust", "5": "hang"}


def test_what_goes_wrong_once_is_survived(undisturbed, tmp_path):
    (tmp_path / "flags").mkdir()
    process = faulty.start(
        tmp_path / "out", faults=ONCE, flags=tmp_path / "flags", workers=2, max_retries=1, time_limit=12
    )
    assert faulty.finish(process) == {}
    assert json_bytes(tmp_path / "out") == undisturbed
    events = [json.loads(line) for path in tmp_path.glob("out/log/run-*.jsonl") for line in path.open()]
    failures = {e["shard"][-1]: e["reason"] for e in events if e["event"] == "failure"}
    assert sorted(failures) == [*ONCE]
    assert failures["0"] == "ValueError: a picture went wrong"
    assert failures["4"].startswith("MemoryError")
    assert all("its worker died" in failures[n] for n in "123")
    assert "was stopped" in failures["5"]
    assert not list(tmp_path.rglob("*.partial"))


def test_what_goes_wrong_always_is_given_up_and_the_rest_goes_on(undisturbed, tmp_path):
    out = tmp_path / "out"
    process = faulty.start(out, faults={"1": "raise", "6": "exit"}, workers=2, max_retries=1)
    given_up = faulty.finish(process)
    assert {path: reason.split(":")[0] for path, (reason, _) in given_up.items()} == {
        "train/shard-00001": "ValueError",
        "train/shard-00006": "its worker died",
    }
    assert all("about to" in tail for _, tail in given_up.values())
    assert open_storage(out).shards() == {f"train/shard-{n:05d}" for n in (0, 2, 3, 4, 5, 7)}
    said = str(status(out))
    assert "6 of 8 problems, 6 of 8 shards" in said
    assert "given up: train/shard-00001: ValueError: a picture went wrong" in said
    assert sorted(fault.split(": ")[0][-5:] for fault in dataset_faults(out)) == ["00001", "00006"]
    assert faulty.finish(faulty.start(out)) == {}
    assert json_bytes(out) == undisturbed
    assert "given up" not in str(status(out))


def test_the_same_goes_for_one_process(undisturbed, tmp_path):
    out = tmp_path / "out"
    given_up = faulty.finish(faulty.start(out, faults={"1": "raise", "4": "exhaust"}, max_retries=1))
    assert {path[-1]: reason.split(":")[0] for path, (reason, _) in given_up.items()} == {
        "1": "ValueError",
        "4": "MemoryError",
    }
    assert faulty.finish(faulty.start(out)) == {}
    assert json_bytes(out) == undisturbed


def test_a_killed_worker_is_replaced(undisturbed, hold, tmp_path):
    out = tmp_path / "out"
    process = faulty.start(out, workers=2, hold=hold)
    wait_for(lambda: list(out.glob("train/shard-*")) and len(workers_of(out)) == 2, process)
    os.kill(workers_of(out)[0], signal.SIGKILL)
    wait_for(lambda: len(workers_of(out)) == 3, process)
    hold.unlink()
    assert faulty.finish(process) == {}
    assert json_bytes(out) == undisturbed


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.full), 2])
def test_a_second_driver_is_refused_and_takes_over_when_the_first_was_killed(
    workers, undisturbed, hold, short, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    monkeypatch.setenv("RAY_TMPDIR", str(short))
    first = faulty.start(out, workers=workers, hold=hold)
    wait_for(lambda: list(out.glob("train/shard-*")) and len(workers_of(out)) == workers, first)
    second = faulty.start(out)
    assert "another run is writing there" in second.communicate(timeout=60)[1]
    assert status(out).running
    rays = [(folder, ray_watcher.writers(folder, first.pid)) for folder in short.iterdir()]
    assert sum(len(found) >= 6 for _, found in rays) == (workers > 1)  # Ray's two servers and two agents, two workers
    first.kill()
    first.communicate(timeout=60)
    left = {path: path.stat().st_mtime_ns for path in out.glob("train/shard-*/shard.json")}
    assert faulty.finish(faulty.start(out)) == {}
    assert json_bytes(out) == undisturbed
    assert all(path.stat().st_mtime_ns == made for path, made in left.items())  # nothing was made twice
    assert list(short.iterdir()) == []
    assert not any(ray_watcher.writers(folder, first.pid) for folder, _ in rays)


@pytest.mark.parametrize(
    "worn",
    [pytest.param({"max_problems_per_worker": 2}, marks=pytest.mark.full), {"max_memory": 1}],
    ids=["problems", "memory"],
)
def test_workers_are_replaced_in_time(worn, undisturbed, tmp_path):
    out = tmp_path / "out"
    assert faulty.finish(faulty.start(out, workers=2, **worn)) == {}
    assert json_bytes(out) == undisturbed
    assert len(workers_of(out)) >= 4


@pytest.fixture
def full_disk(tmp_path):
    """A disk of 400 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() or os.system(f"mount -t tmpfs -o size=400k tmpfs {disk}"):
        pytest.skip("cannot mount a small disk")
    yield disk
    os.system(f"umount -l {disk}")


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.full)])
def test_a_full_disk_is_one_line_and_nothing_is_lost(workers, full_disk, undisturbed):
    many = ["splits.train.count=40", "output.shard_size=4"]
    process = faulty.start(full_disk / "out", workers=workers, overrides=many, max_retries=1)
    output, errors = process.communicate(timeout=120)
    said = errors.strip().splitlines()[-1] if errors else output
    assert "No space left on device" in said
    assert "Traceback" not in errors
    done = open_storage(full_disk / "out").shards()
    assert done
    assert not list(full_disk.rglob("*.partial"))
    assert os.system(f"mount -o remount,size=40m {full_disk}") == 0
    assert faulty.finish(faulty.start(full_disk / "out", workers=workers, overrides=many)) == {}
    assert list(dataset_faults(full_disk / "out")) == []


def test_an_output_that_can_only_be_read_is_one_line(full_disk):
    (full_disk / "out").mkdir()
    assert os.system(f"mount -o remount,ro {full_disk}") == 0
    result = run("generate", "quickstart", "--out", full_disk / "out")
    assert result.returncode == 2
    assert "Read-only file system" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.full)])
def test_the_command_names_what_it_gave_up_and_the_next_makes_it(workers, undisturbed, tmp_path):
    out = tmp_path / "out"
    sets = [f"--set={s}" for s in (*SMALL, "splits.train.count=8", "output.shard_size=1")]
    arguments = ["generate", "quickstart", "--out", out, *sets, "--workers", workers, "--max-retries", 1, "--log-json"]
    process = faulty.command(*arguments, faults={"1": "raise", "6": "raise" if workers == 1 else "exit"})
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 1, errors
    said = sorted(errors.splitlines())
    assert len(said) == 2
    assert said[0] == "tvrgen: given up: train/shard-00001: ValueError: a picture went wrong"
    assert said[1].startswith("tvrgen: given up: train/shard-00006: ")
    events = [json.loads(line) for line in output.splitlines()]  # and nothing of Ray's between them
    assert len([event for event in events if event["event"] == "shard"]) == 6
    process = faulty.command(*arguments)
    assert process.communicate(timeout=120)[1] == ""
    assert process.returncode == 0
    assert json_bytes(out) == undisturbed


def test_where_every_shard_was_given_up_the_next_run_makes_them(tmp_path):
    out, two = tmp_path / "out", ["splits.train.count=2"]
    given_up = faulty.finish(faulty.start(out, faults={"0": "raise", "1": "raise"}, overrides=two))
    assert len(given_up) == 2
    assert len(status(out).given_up) == 2
    assert faulty.finish(faulty.start(out, overrides=two)) == {}
    assert list(dataset_faults(out)) == []


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.full)])
def test_sigterm_stops_a_run_as_ctrl_c_does(workers, hold, tmp_path):
    out = tmp_path / "out"
    sets = [f"--set={s}" for s in (*SMALL, "splits.train.count=40", "output.shard_size=1")]
    process = faulty.command("generate", "quickstart", "--out", out, *sets, "--workers", workers, hold=hold)
    wait_for(lambda: list(out.glob("train/shard-*")), process)
    process.terminate()
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 130, errors
    assert errors.splitlines()[-1].startswith("tvrgen: stopped; ")
    assert not list(out.rglob("*.partial"))


def test_a_killed_worker_of_a_store_leaves_nothing_on_its_disk(undisturbed, tmp_path, monkeypatch):
    """The store is a folder behind fsspec, and the scratch space this test's own."""
    disk = tmp_path / "disk"
    for folder in ("disk", "flags"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("FSSPEC_LOCAL", '{"auto_mkdir": true}')
    monkeypatch.setenv("RAY_TMPDIR", "/tmp")
    monkeypatch.setenv("TMPDIR", str(disk))
    url = f"local://{tmp_path}/out"
    process = faulty.start(url, faults={"2": "kill"}, flags=tmp_path / "flags", workers=2)
    assert faulty.finish(process) == {}
    assert json_bytes(tmp_path / "out") == undisturbed
    assert faulty.finish(faulty.start(url, overrides=["splits.train.count=9"])) == {}
    assert not list(disk.glob("*tvrgen*"))


@contextlib.contextmanager
def a_cluster(monkeypatch, hold, **head):
    """Nodes of a Ray cluster, all on this machine; its workers have the environment of the nodes, not of the driver."""
    from ray.cluster_utils import Cluster

    variables = {"RAY_USAGE_STATS_ENABLED": "0", "FAULTS": "{}", "HOLD": hold, "PYTHONPATH": ROOT}
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    cluster = Cluster(initialize_head=True, head_node_args={"include_dashboard": False, **head})
    try:
        yield cluster
    finally:
        cluster.shutdown()


def test_nodes_that_join_are_used_and_lost_ones_survived(undisturbed, hold, tmp_path, monkeypatch):
    out = tmp_path / "out"
    with a_cluster(monkeypatch, hold, num_cpus=0) as cluster:
        first = cluster.add_node(num_cpus=1, num_gpus=1)
        shares = {"gpus_per_worker": 0.5, "cpus_per_worker": 0.5}
        process = faulty.start(out, workers=None, address=cluster.address, max_retries=0, **shares)
        wait_for(lambda: len(workers_of(out)) == 2, process)  # two to a GPU
        cluster.add_node(num_cpus=1, num_gpus=1)
        wait_for(lambda: len(workers_of(out)) == 4, process)
        cluster.remove_node(first, allow_graceful=False)
        hold.unlink()
        assert faulty.finish(process) == {}
    assert json_bytes(out) == undisturbed


@pytest.mark.parametrize(("address", "tries"), [(None, 3), ("ray://host:10001", 3), ("host:6379", 1)])
def test_a_start_that_may_come_right_is_tried_again(address, tries, monkeypatch):
    starts = []

    def failing(ray, wanted):
        starts.append(wanted)
        raise ConnectionAbortedError("Initialization failure from server")

    monkeypatch.setattr(ray_session, "_init", failing)
    with pytest.raises(UserError, match="Initialization failure from server"):
        ray_session.start(ray_session.RayOptions(workers=1, address=address))
    assert len(starts) == tries


def listens(port) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


SERVER = """
import sys
from ray.cluster_utils import Cluster
head = {"num_cpus": 2, "include_dashboard": False, "ray_client_server_port": int(sys.argv[1])}
Cluster(initialize_head=True, head_node_args=head)
print("ready", flush=True)
sys.stdin.read()
"""


def test_rays_client_serves_too(undisturbed, tmp_path):
    """The cluster in a process of its own: Ray keeps more of a cluster that it had before than it should."""
    pytest.importorskip("grpc")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "FAULTS": "{}", "PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", SERVER, str(port)], env=environment, **pipes) as server:
        try:
            while server.stdout.readline().strip() != "ready":
                assert server.poll() is None
            wait_for(lambda: listens(port), server)
            process = faulty.start(tmp_path / "out", workers=2, address=f"ray://127.0.0.1:{port}")
            assert faulty.finish(process) == {}
        finally:
            server.stdin.close()  # which ends it, and its nodes with it
    assert json_bytes(tmp_path / "out") == undisturbed


def listening(processes) -> set[str]:
    """Addresses at which processes take connections from elsewhere, as /proc/net has them."""
    inodes = set()
    for process in processes:
        with contextlib.suppress(OSError):  # it has ended, or closed a file
            inodes |= {str(file.readlink()) for file in Path(f"/proc/{process}/fd").iterdir()}
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return {words[1].split(":")[0] for words in lines if words[3] == "0A" and f"socket:[{words[9]}]" in inodes}


LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


def executable():
    """What a worker of Ray runs in: Python, its folder, and the worker's process id."""
    return sys.executable, str(Path.cwd()), os.getpid()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_ray_is_not_moved_by_what_is_around_it(tmp_path, monkeypatch):
    """Neither by `uv run` among the parents, a long TMPDIR nor a home that takes no files.

    No other machine reaches it, and it leaves no trace.
    """
    from ray._private import ray_constants
    from ray._private.runtime_env import uv_runtime_env_hook

    long = tmp_path / ("x" * 110)
    long.mkdir()
    monkeypatch.setattr(uv_runtime_env_hook, "_get_uv_run_cmdline", lambda: ["uv", "run", "tvrgen"])
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    monkeypatch.setenv("TMPDIR", str(long))
    monkeypatch.setenv("HOME", "/proc/sys")
    monkeypatch.delenv("RAY_TMPDIR", raising=False)
    monkeypatch.setenv("PYTHONBREAKPOINT", "mine.debugger")
    before = dict(os.environ)
    with ray_session.own_variables():
        session = ray_session.start(RayOptions(workers=1))
        try:
            assert os.environ["PYTHONBREAKPOINT"] != "mine.debugger"
            found = session.ray.get(session.ray.remote(executable).remote())
            assert found == (sys.executable, str(Path.cwd()), found[-1])
            processes = ray_watcher.writers(session.folder.path, 0)
            assert found[-1] in processes
            assert listening([*processes, os.getpid()]) <= LOOPBACK
        finally:
            session.close()
    assert dict(os.environ) == before
    assert not session.folder.path.exists()
    assert ray_constants.RAY_ENABLE_UV_RUN_RUNTIME_ENV  # for Ray elsewhere in this process
    assert ray_constants.ENABLE_RAY_CLUSTER
