"""Watcher: a small process that ends the MPS daemon of a run when no process of the run is left on this node.

`mps` starts it as a file (`python mps_watcher.py FOLDER CONTROL`), so it needs only the standard library and little
memory. It waits for the exclusive lock on the run's folder. Each process that joined the run holds the shared one,
which the operating system releases when the process ends, even if it is killed.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

with contextlib.suppress(ImportError):  # Windows, where `mps` uses no function of this module
    import fcntl

PIPES, LOGS = "CUDA_MPS_PIPE_DIRECTORY", "CUDA_MPS_LOG_DIRECTORY"
_PATIENCE = 10.0  # seconds for the daemon to end after "quit", and again after SIGKILL
_POLL = 0.05  # seconds


def main() -> None:
    folder, control = Path(sys.argv[1]), sys.argv[2]
    if os.fork():
        os._exit(0)  # no longer a child of a worker: Ray kills the children of a worker that ends
    os.setsid()  # so that Ctrl-C in the user's terminal does not reach the watcher
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(file, fcntl.LOCK_EX)
    if is_at(file, folder):
        end(folder, control)


def is_at(file: int, folder: Path) -> bool:
    """Whether an open folder is still the one at this path."""
    try:
        return os.path.samestat(os.fstat(file), folder.lstat())
    except FileNotFoundError:
        return False


def end(folder: Path, control: str) -> None:
    """Ends the daemon of a folder and removes the folder. The caller holds the exclusive lock on it."""
    stop(folder, control)
    # a process that waits for the lock finds either the complete folder, or none and creates a new one
    gone = folder.with_name(f"{folder.name}-{os.getpid()}")
    folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def stop(folder: Path, control: str) -> None:
    """Ends the daemon of a folder and its servers: by "quit", and by SIGKILL if that takes too long."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        ask(control, "quit", folder / "pipe", _PATIENCE)
    if not _vanish(folder):
        for process in processes(folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        _vanish(folder)


def ask(control: str, command: str, pipes: Path, seconds: float) -> bool:
    """Sends a command to the daemon at `pipes`; returns whether it was accepted.

    Raises OSError or subprocess.TimeoutExpired.
    """
    done = subprocess.run(
        [control],
        input=f"{command}\n".encode(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, PIPES: str(pipes)},
        timeout=seconds,
    )
    return done.returncode == 0


def processes(folder: Path) -> list[int]:
    """Ids of the daemon of a folder and of its servers: NVIDIA's programs with the folder in their environment."""
    mark, found = os.fsencode(f"{PIPES}={folder / 'pipe'}"), []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or is another user's
            words = (process / "cmdline").read_bytes().split(b"\0")
            # the second word is the program where an interpreter runs it
            names = [word.rpartition(b"/")[2] for word in words[:2]]
            is_mps = any(name.startswith(b"nvidia-cuda-mps-") for name in names)
            if is_mps and mark in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
    return found


def _vanish(folder: Path) -> bool:
    """Waits until the daemon and its servers have ended; returns whether they have."""
    end = time.monotonic() + _PATIENCE
    while processes(folder):
        if time.monotonic() > end:
            return False
        time.sleep(_POLL)
    return True


if __name__ == "__main__":
    main()
