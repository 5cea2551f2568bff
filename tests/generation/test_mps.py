"""The MPS daemon of a run: started once, ended with the run's last process, whatever ends it."""

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests import fake_gpu
from tests.tiny import ROOT
from tvrgen.generation import machine, mps, mps_folder, mps_watcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="MPS needs Linux")

CONTROL = fake_gpu.SOURCE / "nvidia-cuda-mps-control"
PATIENCE = 60  # seconds until a test gives up
GPUS = "GPU-8f2c,GPU-01ab"

# A worker that joins a run, says what came of it, and lives until its standard input is closed. STATUS: CUDA's status
# for a client, where there is no CUDA.
WORKER = """
import json, os, sys
from pathlib import Path
from tvrgen.generation import mps
if "STATUS" in os.environ:
    mps._status = lambda environment: int(os.environ["STATUS"])
mps._DEFAULT = Path(os.environ["DEFAULT"])
fault = mps.join(sys.argv[1], os.environ.get("VISIBLE"))
used = not fault
print(fault, file=sys.stderr)  # shown where a test fails
print(json.dumps([used, os.environ.get(mps.PIPES), os.environ.get(mps.LOGS)]), flush=True)
sys.stdin.read()
"""
# The same, with a child by fork and one by exec that outlive it.
PARENT = WORKER.replace(
    "sys.stdin.read()",
    """
import subprocess
if os.fork() == 0:
    os.execvp("sleep", ["sleep", "600"]) if sys.argv[2] == "exec" else __import__("time").sleep(600)
sys.stdin.read()
""",
)

# A driver with two Ray actors that join; it kills the first on a line of input, and ends at the end of the input.
DRIVER = """
import json, os, sys
import ray
from pathlib import Path
class Worker:
    def join(self):
        from tvrgen.generation import mps
        mps._status = lambda environment: 0
        mps._DEFAULT = Path(os.environ["DEFAULT"])
        return [not mps.join("a run"), os.environ.get(mps.PIPES), os.getpid()]
ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=2**27)
workers = [ray.remote(Worker).remote() for _ in range(2)]
print(json.dumps(ray.get([worker.join.remote() for worker in workers])), flush=True)
sys.stdin.readline()
ray.kill(workers.pop(0), no_restart=True)
sys.stdin.read()
"""


class Node:
    """A machine with NVIDIA's control program and a temporary folder of its own."""

    def __init__(self) -> None:
        # not pytest's folder: the path of a socket has 107 bytes at most
        self.base = Path(tempfile.mkdtemp(prefix="mps-", dir="/tmp"))
        self.temporary, self.default = self.base / "t", self.base / "d"
        self.temporary.mkdir()
        path = [str(Path(sys.executable).parent), str(CONTROL.parent), os.environ["PATH"]]
        others = {name: value for name, value in os.environ.items() if not name.startswith("CUDA_")}
        self.environment = others | {
            "PATH": os.pathsep.join(path),
            "TMPDIR": str(self.temporary),
            "DEFAULT": str(self.default),
            "STATUS": "0",
            "PYTHONPATH": str(ROOT),
        }
        self.workers: list[subprocess.Popen] = []

    def start(self, run="a run", code=WORKER, *arguments, **variables) -> subprocess.Popen:
        command = [sys.executable, "-c", code, run, *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        worker = subprocess.Popen(command, env=self.environment | variables, cwd=self.base, **pipes)
        self.workers.append(worker)
        return worker

    def join(self, *arguments, **variables) -> tuple[bool, str | None, str | None]:
        return said(self.start(*arguments, **variables))

    def daemon(self, pipes: Path) -> None:
        """Starts a daemon as a user does."""
        variables = {"CUDA_MPS_PIPE_DIRECTORY": str(pipes), "CUDA_MPS_LOG_DIRECTORY": str(pipes) + "-log"}
        subprocess.run([CONTROL, "-d"], env=self.environment | variables, check=True)

    def kill(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.communicate()

    def processes(self) -> list[tuple[int, str]]:
        """(id, command) of the daemons, servers and watchers of this node."""
        return [(pid, command) for pid, command in commands() if str(self.base) in command or self.is_daemon(pid)]

    def is_daemon(self, pid: int) -> bool:
        return "nvidia-cuda-mps-" in command_of(pid) and str(self.base) in variables_of(pid).get(mps.PIPES, "")

    def daemons(self) -> list[int]:
        return [pid for pid, _ in commands() if self.is_daemon(pid)]

    def watchers(self) -> list[int]:
        return [pid for pid, command in self.processes() if "mps_watcher" in command]

    def wait_until_nothing_is_left(self) -> None:
        wait(lambda: not self.processes() and not list(self.temporary.iterdir()))


def said(worker) -> tuple[bool, str | None, str | None]:
    return tuple(json.loads(worker.stdout.readline()))


def commands():
    return [(int(path.name), command_of(int(path.name))) for path in Path("/proc").glob("[0-9]*")]


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def variables_of(pid: int) -> dict[str, str]:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/environ").read_text().split("\0")
        return dict(line.split("=", 1) for line in lines if "=" in line)
    return {}


def wait(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def answers(pipes: str) -> bool:
    return mps_watcher.ask(str(CONTROL), "get_server_list", Path(pipes), PATIENCE)


@pytest.fixture
def node():
    node = Node()
    try:
        yield node
        node.kill()
        node.wait_until_nothing_is_left()
    finally:
        node.kill()
        for pid, _ in node.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(node.base)


@pytest.fixture
def here(node, monkeypatch):
    """This process on a node with MPS."""
    monkeypatch.setattr(tempfile, "tempdir", str(node.temporary))
    monkeypatch.setattr(mps, "_DEFAULT", node.default)
    monkeypatch.setattr(mps, "_FRESH", 0)
    monkeypatch.setattr(mps, "_status", lambda environment: 0)
    for name in ("PATH", "TMPDIR"):
        monkeypatch.setenv(name, node.environment[name])
    for name in (mps.PIPES, mps.LOGS, "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    yield node
    mps.leave("a run")


def test_processes_that_join_at_once_have_one_daemon(node):
    workers = [node.start() for _ in range(5)]
    (answer,) = {said(worker) for worker in workers}
    used, pipes, logs = answer
    assert used
    assert answers(pipes)
    assert len(node.daemons()) == len(node.watchers()) == 1
    assert (Path(logs) / "control.log").read_text().count("Start") == 1
    workers[0].kill()
    workers[0].communicate()
    assert answers(pipes)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, None])
def test_the_daemon_ends_with_the_last_process_however_that_ends(node, number):
    workers = [node.start(), node.start()]
    assert all(said(worker)[0] for worker in workers)
    for worker in workers:
        if number is not None:
            worker.send_signal(number)
        worker.communicate()
    node.wait_until_nothing_is_left()


@pytest.mark.blender  # the extra brings Ray
@pytest.mark.serial
@pytest.mark.parametrize("is_killed", [True, pytest.param(False, marks=pytest.mark.full)])
def test_the_daemon_outlives_a_ray_worker_and_ends_with_ray(node, is_killed):
    driver = node.start("a run", DRIVER, RAY_TMPDIR="/tmp", RAY_USAGE_STATS_ENABLED="0")
    (used, pipes, first), (_, others, _) = said(driver)
    assert used
    assert others == pipes
    driver.stdin.write("\n")
    driver.stdin.flush()
    wait(lambda: not command_of(first))
    assert answers(pipes)
    if is_killed:
        driver.kill()
    driver.communicate()
    node.wait_until_nothing_is_left()


@pytest.mark.parametrize("kind", ["fork", "exec"])
def test_children_that_outlive_a_process_do_not_prolong_the_daemon(node, kind):
    worker = node.start("a run", PARENT, kind)
    assert said(worker)[0]
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
    wait(lambda: children.read_text().split() and (kind == "fork" or "sleep" in command_of(int(children.read_text()))))
    (child,) = map(int, children.read_text().split())
    worker.kill()
    worker.wait()
    try:
        node.wait_until_nothing_is_left()
        assert command_of(child)
    finally:
        os.kill(child, signal.SIGKILL)
        worker.communicate()


def test_a_process_that_joins_while_the_daemon_ends_has_one(node):
    for _ in range(3):
        node.kill()
        used, pipes, _ = node.join()
        assert used
        assert answers(pipes)


def test_a_daemon_that_died_is_started_again(node):
    used, pipes, _ = node.join()
    (first,) = node.daemons()
    os.kill(first, signal.SIGKILL)
    wait(lambda: not node.daemons())
    assert node.join() == (used, pipes, pipes[: -len("pipe")] + "log")
    assert answers(pipes)
    assert node.daemons() != [first]


def test_a_watcher_that_was_killed_is_replaced(node):
    node.join()
    (first,) = node.watchers()
    os.kill(first, signal.SIGKILL)
    wait(lambda: not node.watchers())
    node.join()
    assert len(node.watchers()) == len(node.daemons()) == 1


def test_what_a_run_left_whose_watcher_was_killed_too_is_ended_by_the_next_run(node):
    _, left, _ = node.join()
    for watcher in node.watchers():
        os.kill(watcher, signal.SIGKILL)
    node.kill()
    assert answers(left)
    used, pipes, _ = node.join("another run")
    assert used
    assert pipes != left
    assert not Path(left).exists()
    assert len(node.daemons()) == 1


def test_a_daemon_that_a_look_at_the_processes_misses_is_used(here, monkeypatch):
    look, looks = mps_watcher.processes, []

    def misses_every_other(folder):
        looks.append(folder)
        return look(folder) if len(looks) % 2 == 0 else []

    monkeypatch.setattr(mps_watcher, "processes", misses_every_other)
    monkeypatch.setattr(mps, "_answers", lambda *arguments, own=mps._answers: len(looks) > 2 and own(*arguments))
    assert mps.join("a run") == ""
    assert len(looks) > 2
    assert answers(os.environ[mps.PIPES])


def test_two_runs_have_two_daemons(node):
    first, second = node.join("one"), node.join("two")
    assert first[0]
    assert second[0]
    assert first[1] != second[1]
    assert len(node.daemons()) == len(node.watchers()) == 2


def test_a_process_that_inherits_the_variables_of_one_that_joined_joins_too(node):
    _, pipes, logs = node.join()
    node.join(CUDA_MPS_PIPE_DIRECTORY=pipes, CUDA_MPS_LOG_DIRECTORY=logs)
    node.workers[0].kill()
    node.workers[0].communicate()
    assert answers(pipes)
    _, other, _ = node.join("another run", CUDA_MPS_PIPE_DIRECTORY=pipes, CUDA_MPS_LOG_DIRECTORY=logs)
    assert other != pipes


@pytest.mark.parametrize(("visible", "served"), [(None, None), ("2,3", None), ("GPU-1,2", None), (GPUS, GPUS)])
def test_the_daemon_serves_the_gpus_of_the_job_and_not_those_of_one_worker(node, visible, served):
    asked = {} if visible is None else {"VISIBLE": visible}
    assert node.join(CUDA_VISIBLE_DEVICES="1", **asked)[0]
    (daemon,) = node.daemons()
    assert variables_of(daemon).get("CUDA_VISIBLE_DEVICES") == served


def test_a_daemon_at_the_users_pipes_is_used_and_left_alone(node):
    pipes = node.base / "mine"
    assert node.join(CUDA_MPS_PIPE_DIRECTORY=str(pipes)) == (False, str(pipes), None)
    node.daemon(pipes)
    assert node.join(CUDA_MPS_PIPE_DIRECTORY=str(pipes)) == (True, str(pipes), None)
    assert not list(node.temporary.iterdir())
    node.kill()
    assert answers(str(pipes))
    mps_watcher.ask(str(CONTROL), "quit", pipes, PATIENCE)


def test_a_daemon_where_cuda_looks_by_itself_is_used_and_left_alone(node):
    node.daemon(node.default)
    assert [node.join() for _ in range(2)] == [(True, None, None)] * 2
    node.kill()
    wait(lambda: not list(node.temporary.iterdir()))
    assert answers(str(node.default))
    mps_watcher.ask(str(CONTROL), "quit", node.default, PATIENCE)


@pytest.mark.parametrize(
    "variables",
    [{"FAKE_MPS_FAIL": "start"}, {"FAKE_MPS_FAIL": "die"}, {"STATUS": "805"}, {"STATUS": "-1"}, {"PATH": "/nowhere"}],
    ids=str,
)
def test_where_mps_cannot_be_had_processes_do_without(node, variables):
    assert node.join(**variables) == (False, None, None)
    assert node.join(**variables) == (False, None, None)
    assert not node.daemons()


@pytest.mark.parametrize(
    ("failing", "reason"),
    [("", ""), ("cuInit:1:805", "CUDA error 805"), ("cuDevicePrimaryCtxRetain:1:46", "CUDA error 46")],
)
def test_a_client_opens_a_gpu_through_the_daemon(node, failing, reason):
    log = node.base / "log"
    driver = fake_gpu.environment([fake_gpu.H200], FAKE_GPU_LOG=log, FAKE_GPU_FAIL=failing)
    del node.environment["STATUS"]
    node.environment |= {name: driver[name] for name in driver if name.startswith(("FAKE_", "LD_LIBRARY_PATH"))}
    used, *_ = node.join()
    assert used == (not reason)
    (fault,) = [path.read_text() for path in node.temporary.glob("*/fault")] or [""]
    assert fault == (f"clients cannot connect: {reason}" if reason else "")
    assert ("cuDevicePrimaryCtxRetain" in log.read_text() and "mps=1" in log.read_text()) == used


def test_a_client_without_a_driver_says_so(here, monkeypatch):
    monkeypatch.undo()
    assert mps._status({"PATH": os.environ["PATH"]}) == mps._NO_CUDA


def test_a_daemon_that_clients_cannot_connect_to_is_replaced(here, monkeypatch):
    assert not mps.join("a run")
    (first,) = here.daemons()
    statuses = [805, 0]
    monkeypatch.setattr(mps, "_status", lambda environment: statuses.pop(0))
    assert not mps.join("a run")
    assert not statuses
    assert here.daemons() != [first]


@pytest.mark.parametrize(("statuses", "used"), [([2], True), ([807, 807, 0], True), ([46], False)])
def test_a_daemon_that_others_may_use_is_not_replaced(here, monkeypatch, statuses, used):
    assert not mps.join("a run")
    daemons = here.daemons()
    monkeypatch.setattr(mps, "_status", lambda environment: statuses.pop(0))
    assert bool(mps.join("a run")) != used
    assert (mps.PIPES in os.environ) == used
    assert here.daemons() == daemons


def test_a_daemon_that_does_not_obey_is_killed_with_its_servers(node, monkeypatch):
    monkeypatch.setattr(mps_watcher, "_PATIENCE", 0.2)
    node.environment["FAKE_MPS_FAIL"] = "quit"
    folder = node.temporary / "run"
    node.daemon(folder / "pipe")
    variables = node.environment | {mps.PIPES: str(folder / "pipe")}
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(); signal.pause()"
    command = ["/usr/bin/nvidia-cuda-mps-server", "-c", code]
    server = subprocess.Popen(command, executable=sys.executable, env=variables, stdout=subprocess.PIPE)
    server.stdout.readline()
    monkeypatch.setenv("FAKE_MPS_FAIL", "quit")
    mps_watcher.end(folder, str(CONTROL))
    assert server.wait() == -signal.SIGKILL
    server.stdout.close()


def test_a_process_can_leave(here):
    assert not mps.join("a run")
    assert mps_folder.is_pipes(os.environ[mps.PIPES])
    mps.leave("a run")
    assert mps.PIPES not in os.environ
    assert mps.LOGS not in os.environ
    here.wait_until_nothing_is_left()


def test_the_examination_leaves_nothing(here, monkeypatch):
    assert mps.examine() == (True, "MPS can be used")
    here.wait_until_nothing_is_left()
    monkeypatch.setattr(mps, "_status", lambda environment: 801)
    assert mps.examine() == (False, "MPS cannot be used: clients cannot connect: CUDA error 801")
    monkeypatch.setenv("PATH", "/nowhere")
    assert mps.examine()[1].startswith("MPS cannot be used: no nvidia-cuda-mps-control on PATH or in ")
    monkeypatch.setenv(mps.PIPES, "/nowhere")
    assert mps.examine() == (False, f"MPS cannot be used: no daemon answers at {mps.PIPES}=/nowhere")
    assert os.environ[mps.PIPES] == "/nowhere"


@pytest.mark.parametrize("is_link", [False, True])
def test_a_folder_of_somebody_else_is_not_used(here, is_link):
    folder = mps_folder.path_for("a run")
    if is_link:
        folder.symlink_to(here.base)
    else:
        folder.mkdir()
        folder.chmod(0o777)
    assert str(folder) in mps.join("a run")
    assert not here.processes()
    folder.unlink() if is_link else folder.rmdir()


def test_a_file_system_without_locks_has_no_mps(here, monkeypatch):
    def flock(file, kind):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(mps_folder.fcntl, "flock", flock)
    assert mps.join("a run")
    assert mps.PIPES not in os.environ
    mps_folder.path_for("a run").rmdir()


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [(sys, "platform", "darwin"), (mps.platform, "release", lambda: "5.15-microsoft-standard-WSL2")],
)
def test_other_systems_have_no_mps(here, monkeypatch, module, name, value):
    monkeypatch.setattr(module, name, value)
    assert mps.join("a run")


@pytest.mark.parametrize(("visible", "used"), [(None, False), ("1", False), ("GPU-b", False), ("GPU-a", True)])
def test_a_gpu_that_mig_divides_has_no_mps(here, monkeypatch, visible, used):
    gpu = machine.Gpu(name="A100", arch="sm_80", memory=40000, uuid="GPU-a")
    divided = dataclasses.replace(gpu, uuid="GPU-b", partitioned=True)
    monkeypatch.setattr(machine, "gpus", lambda: (gpu, divided))
    assert bool(mps.join("a run", visible)) != used


def test_the_path_of_the_folder_is_short(here, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/" + "x" * 60)
    assert mps_folder.path_for("a run").parent == Path("/tmp")
