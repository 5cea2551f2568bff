"""Multi-Process Service (MPS): NVIDIA's daemon, through which several processes use a GPU at the same time.

Without it they take turns. A run has one daemon on each node, in a folder of its own (`mps_folder`). The daemon
ends with the last process that joined it, even if that is killed (`mps_watcher`), and is restarted if it dies.

NVIDIA documents that a client which is killed while the GPU works for it can leave the server, and with it the other
clients, in an undefined state, unless `terminate_client` comes first: on its node, with the ids of server and client.
Ray kills workers without that. So it is not enough that a daemon answers: `join` starts a process that connects as a
client, and if that hangs or is refused, it replaces the daemon.
"""

import contextlib
import os
import platform
import shutil
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from tvrgen.generation import machine, mps_folder, mps_watcher
from tvrgen.generation.mps_watcher import LOGS, PIPES

_CONTROL = "nvidia-cuda-mps-control"
_PLACES = ("/usr/bin", "/usr/local/nvidia/bin")  # of _CONTROL where PATH lacks it; the second in containers
_DEFAULT = Path("/tmp/nvidia-mps")  # where CUDA looks for a daemon if PIPES is not set
_VISIBLE = "CUDA_VISIBLE_DEVICES"
_POLL = 0.05  # seconds
_START = 30.0  # seconds for a daemon to start
_ANSWER = 10.0  # seconds for a daemon to answer
_GONE = 1.0  # seconds without a process of the daemon after which it has ended
_ATTACH = 60.0  # seconds for a client to connect: for the first, the server opens all GPUs
_FRESH = 10.0  # seconds for which a successful test of the daemon is not repeated

# status of a client: CUDA's code, or ours
_OUT_OF_MEMORY, _CONNECTION_FAILED, _RPC_FAILURE, _NOT_READY = 2, 805, 806, 807
_HANGS, _NO_CUDA = -1, -2
_CLIENT = """
import ctypes
cuda = ctypes.CDLL("libcuda.so.1")
device, context = ctypes.c_int(), ctypes.c_void_p()
status = cuda.cuInit(0) or cuda.cuDeviceGet(ctypes.byref(device), 0)
print(status or cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), device))
"""


@dataclass(frozen=True, slots=True)
class _Membership:
    """A joined run: its locked folder, and the previous environment variables of this process."""

    file: int
    variables: dict[str, str | None]


_memberships: dict[str, _Membership] = {}


def join(run: str, visible: str | None = None) -> str:
    """Makes this process a client of the run's daemon; call it before CUDA is initialised here.

    Starts the daemon unless it runs, keeps it running as long as this process lives, and sets CUDA_MPS_PIPE_DIRECTORY
    and CUDA_MPS_LOG_DIRECTORY. If the user runs a daemon, at CUDA_MPS_PIPE_DIRECTORY or at /tmp/nvidia-mps, it is used
    instead and never stopped.

    Args:
        run: The unique id of the run.
        visible: CUDA_VISIBLE_DEVICES of the whole job, not that of one worker. If it names UUIDs, the daemon serves
            these GPUs, else all that the system shows: a daemon numbers its GPUs anew, so if it served a choice by
            numbers, a worker's number would mean another GPU.

    Returns the reason why this process uses GPUs without MPS; empty if it uses MPS.
    """
    control, before = _control(), os.environ.get(PIPES)
    if before and not mps_folder.is_pipes(before):
        return "" if _answers(control, Path(before)) else f"no daemon answers at {PIPES}={before}"
    pipes = None
    fault = _unsupported(control, visible)
    if not fault:
        try:
            pipes, fault = _daemon(run, control, visible)
        except (OSError, subprocess.SubprocessError) as error:
            fault = " ".join(str(error).split())
            leave(run)
    if pipes:
        os.environ.update({PIPES: str(pipes), LOGS: str(pipes.with_name("log"))})
    else:  # inherited from a process that joined a run
        for name in (PIPES, LOGS) if before else ():
            os.environ.pop(name, None)
    return fault


def leave(run: str) -> None:
    """Leaves a run and restores this process's environment variables. The process must not have used CUDA."""
    if membership := _memberships.get(run):
        _forget(run)
        for name, value in membership.variables.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def examine() -> tuple[bool, str]:
    """Tests whether a daemon starts; returns (whether MPS can be used, a line that says so or gives the reason)."""
    run = f"examination {uuid.uuid4()}"
    fault = join(run)
    pipes = os.environ.get(PIPES)
    leave(run)
    if fault:
        return False, f"MPS cannot be used: {fault}"
    theirs = pipes and not mps_folder.is_pipes(pipes)
    return True, f"MPS can be used{f', by your daemon at {pipes}' if theirs else ''}"


def _unsupported(control: str, visible: str | None) -> str:
    """The reason why this system does not support MPS; empty if it may."""
    if sys.platform != "linux":
        return "it needs Linux"
    if "microsoft" in platform.release().lower():
        return "Windows Subsystem for Linux does not support it"
    if not control:
        return f"no {_CONTROL} on PATH or in {' or '.join(_PLACES)}"
    divided = any(gpu.partitioned for gpu in machine.visible(machine.gpus(), _served(visible)))
    return "MIG divides the GPU" if divided else ""


def _control() -> str:
    """Path of NVIDIA's control program, empty if there is none."""
    return shutil.which(_CONTROL) or shutil.which(_CONTROL, path=os.pathsep.join(_PLACES)) or ""


def _daemon(run: str, control: str, visible: str | None) -> tuple[Path | None, str]:
    """Joins the run and ensures that its daemon runs; returns (pipes, fault).

    Both are empty if the daemon is the one that CUDA finds by itself. Raises OSError or subprocess.SubprocessError.
    """
    folder = mps_folder.path_for(run)
    mps_folder.clear(folder, control)
    if run not in _memberships:
        variables = {name: os.environ.get(name) for name in (PIPES, LOGS)}
        _memberships[run] = _Membership(mps_folder.enter(folder), variables)
        os.register_at_fork(after_in_child=lambda: _forget(run))
    with mps_folder.locked(folder / "start"):
        note = folder / "fault"
        if note.exists():
            return None, note.read_text(encoding="utf-8")
        mps_folder.watch(folder, control)
        return _settle(folder, control, _environment(folder, visible))


def _forget(run: str) -> None:
    """Closes the locked folder. A child made by fork shares the lock, and must not prolong it."""
    if membership := _memberships.pop(run, None):
        os.close(membership.file)


def _environment(folder: Path, visible: str | None) -> dict[str, str]:
    """The daemon's environment: that of this process, without the variables that Ray sets for one worker."""
    own = {PIPES: str(folder / "pipe"), LOGS: str(folder / "log")}
    if served := _served(visible):
        own[_VISIBLE] = served
    hidden = {_VISIBLE, "CUDA_MPS_PROTOCOL_VERSION"}  # version 3 takes no commands from standard input
    return {name: value for name, value in os.environ.items() if name not in hidden} | own


def _served(visible: str | None) -> str | None:
    """CUDA_VISIBLE_DEVICES of the daemon; None: it serves all GPUs."""
    are_uuids = visible and all(name.strip().startswith("GPU-") for name in visible.split(","))
    return visible if are_uuids else None


def _settle(folder: Path, control: str, environment: dict[str, str]) -> tuple[Path | None, str]:
    """Ensures that a daemon runs; returns the same as `_daemon`. The caller holds the lock on the file `start`."""
    pipes, by_default = folder / "pipe", environment | {PIPES: str(_DEFAULT)}
    if _answers(control, pipes):
        status = _attach(folder, environment)
        if status in (0, _OUT_OF_MEMORY):  # a full GPU does not mean that MPS fails
            return pipes, ""
        if status not in (_HANGS, _CONNECTION_FAILED, _RPC_FAILURE):
            return None, _cannot_connect(status)  # this process only: the others continue
    elif _is_for_us(_DEFAULT) and _answers(control, _DEFAULT) and not _attach(folder, by_default):
        return None, ""
    fault = _start(folder, control, environment)
    if not fault and (status := _attach(folder, environment)):
        fault = _cannot_connect(status)
    if fault:
        mps_watcher.stop(folder, control)
        (folder / "fault").write_text(fault, encoding="utf-8")  # the run's other processes need not try again
        return None, fault
    return pipes, ""


def _start(folder: Path, control: str, environment: dict[str, str]) -> str:
    """Starts the daemon, after ending the rest of a previous one; returns the reason why it does not start, or ""."""
    mps_watcher.stop(folder, control)
    for name in ("pipe", "log"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(mode=0o700)
    (folder / "attached").unlink(missing_ok=True)
    with (folder / "output").open("wb+") as output:  # a pipe would stay open as long as the daemon lives
        done = subprocess.run(
            [control, "-d"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            cwd="/",
            start_new_session=True,
            timeout=_START,
        )
        output.seek(0)
        said = " ".join(output.read().decode(errors="replace").split())
    seen = time.monotonic()
    end = seen + _ANSWER
    # one look is not enough: it misses a daemon that becomes another process by fork while the table is read
    while done.returncode == 0 and time.monotonic() < min(end, seen + _GONE):
        if _answers(control, folder / "pipe"):
            return ""
        if mps_watcher.processes(folder):
            seen = time.monotonic()
        time.sleep(_POLL)
    return f"{_CONTROL} does not start: {said or 'it prints nothing'}"


def _answers(control: str, pipes: Path) -> bool:
    """Whether a daemon accepts commands at `pipes`; without the control program, whether its socket exists."""
    if not (pipes / "control").is_socket() or not control:
        return (pipes / "control").is_socket()
    try:
        return mps_watcher.ask(control, "get_server_list", pipes, _ANSWER)
    except (OSError, subprocess.TimeoutExpired):
        return False


def _is_for_us(pipes: Path) -> bool:
    """Whether a daemon belongs to this user or to root: another user's would refuse this process."""
    try:
        return (pipes / "control").stat().st_uid in (0, os.getuid())
    except OSError:
        return False


def _attach(folder: Path, environment: dict[str, str]) -> int:
    """Status of a client that connects now, or 0 if one connected a moment ago."""
    stamp = folder / "attached"
    with contextlib.suppress(FileNotFoundError):
        if abs(time.time() - stamp.stat().st_mtime) < _FRESH:
            return 0
    end = time.monotonic() + _ATTACH
    while (status := _status(environment)) == _NOT_READY and time.monotonic() < end:  # it recovers from a fault
        time.sleep(_POLL)
    if status == 0:
        stamp.touch()
    return status


def _status(environment: dict[str, str]) -> int:
    """Status of a client that opens a GPU in a separate process."""
    command = [sys.executable, "-I", "-S", "-c", _CLIENT]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=_ATTACH)
    except subprocess.TimeoutExpired:
        return _HANGS
    return int(done.stdout) if done.returncode == 0 else _NO_CUDA


def _cannot_connect(status: int) -> str:
    words = {_HANGS: "they hang", _NO_CUDA: "CUDA cannot be loaded"}
    return f"clients cannot connect: {words.get(status, f'CUDA error {status}')}"
