"""Folder of a run's MPS daemon on this node, and the locks that say who needs it.

    tvrgen-mps-<hash of run and node>/
      pipe/, log/   CUDA_MPS_PIPE_DIRECTORY, CUDA_MPS_LOG_DIRECTORY
      start         locked by the process that looks after the daemon
      watcher       locked by the watcher as long as it lives
      attached      modified at the last successful test of the daemon
      fault         the reason why this run does not use MPS on this node

Each process that joins holds a shared lock on the folder until it ends. The watcher (`mps_watcher`) waits for the
exclusive lock, then ends the daemon and removes the folder. If the watcher was killed too, a later run's `clear`
does it. Functions raise OSError if the file system has no locks, or if the folder belongs to another user.
"""

import contextlib
import hashlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tvrgen.generation import mps_watcher

with contextlib.suppress(ImportError):  # Windows, where `mps` calls no function of this module
    import fcntl

_NAME = "tvrgen-mps-"
_LONGEST_SOCKET = 107  # bytes in the path of a socket
_POLL = 0.05  # seconds
_WAIT = 240.0  # seconds for another process to start or end the daemon: more than all its own limits
_START = 60.0  # seconds for the watcher to start


def path_for(run: str) -> Path:
    """Path of the folder of a run on this node: of this boot, in this container, for this user."""
    parts = [
        run,
        platform.node(),
        str(os.getuid()),
        Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8"),
    ]
    parts += [str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in ("pid", "ipc")]
    name = _NAME + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
    for base in (tempfile.gettempdir(), "/tmp"):
        if len(os.fsencode(f"{base}/{name}/pipe/control_privileged")) <= _LONGEST_SOCKET:
            return Path(base, name)
    raise OSError("the path of the temporary folder is too long")


def is_pipes(path: str) -> bool:
    """Whether a value of CUDA_MPS_PIPE_DIRECTORY was set by tvrgen, for example in a parent process."""
    return Path(path).parent.name.startswith(_NAME)


def enter(folder: Path) -> int:
    """Creates a folder unless it exists; opens it with the shared lock that keeps its daemon running."""
    while True:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        with contextlib.suppress(FileNotFoundError):  # a watcher removed it between these lines
            file = _open(folder)
            try:
                _wait_for_lock(file, fcntl.LOCK_SH)
                if mps_watcher.is_at(file, folder):
                    return file
            except OSError:
                os.close(file)
                raise
            os.close(file)  # a watcher removed it while this process waited


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Locks a file for the block; creates it if it does not exist."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for_lock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def watch(folder: Path, control: str) -> None:
    """Starts the watcher of a folder unless it runs. Raises OSError or subprocess.SubprocessError."""
    file = os.open(folder / "watcher", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if _lock(file, fcntl.LOCK_EX):
            command = [sys.executable, "-I", "-S", mps_watcher.__file__, str(folder), control]
            # it inherits the locked file, so the lock is held without a gap; inherited output would stay open with it
            null = subprocess.DEVNULL
            subprocess.run(
                command,
                check=True,
                timeout=_START,
                pass_fds=[file],
                cwd="/",
                stdin=null,
                stdout=null,
                stderr=null,
            )
    finally:
        os.close(file)


def clear(mine: Path, control: str) -> None:
    """Ends daemons of other runs whose processes and watchers were killed; `mine` is this run's folder."""
    for folder in mine.parent.glob(f"{_NAME}*"):
        if folder != mine:
            with contextlib.suppress(OSError):  # removed in the meantime, another user's, or not a folder
                _clear(folder, control)


def _clear(folder: Path, control: str) -> None:
    file = _open(folder)
    try:
        if _lock(file, fcntl.LOCK_EX) and mps_watcher.is_at(file, folder) and not _is_watched(folder):
            mps_watcher.end(folder, control)
    finally:
        os.close(file)


def _is_watched(folder: Path) -> bool:
    try:
        file = os.open(folder / "watcher", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return not _lock(file, fcntl.LOCK_EX)
    finally:
        os.close(file)


def _open(folder: Path) -> int:
    """Opens a folder that only this user can access; programs that this process starts do not inherit it."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    about = os.fstat(file)
    if about.st_uid != os.getuid() or about.st_mode & 0o077:
        os.close(file)
        raise PermissionError(f"{folder} can be accessed by other users")
    return file


def _wait_for_lock(file: int, kind: int) -> None:
    """Locks a file. Raises TimeoutError, an OSError, after _WAIT seconds."""
    end = time.monotonic() + _WAIT
    while not _lock(file, kind):
        if time.monotonic() > end:
            raise TimeoutError("another process is starting or ending the daemon, and does not finish")
        time.sleep(_POLL)


def _lock(file: int, kind: int) -> bool:
    """Locks a file if no other lock excludes it; returns whether it did."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
