"""Folder of a run's MPS daemon on this node, and the locks that say who needs it.

    tvrgen-mps-<hash of run and node>/
      pipe/, log/   CUDA_MPS_PIPE_DIRECTORY, CUDA_MPS_LOG_DIRECTORY
      start         locked by the process that looks after the daemon
      watcher       locked by the watcher as long as it lives
      attached      its time is that of the last successful test of the daemon
      fault         why this run does without MPS on this node

Each process that joins holds a shared lock on the folder until it ends. The watcher (`mps_watcher`) waits for the
exclusive lock, then ends the daemon and removes the folder. If the watcher was killed too, `clear` of a later run does
it. Functions raise OSError where a file system has no locks, or where the folder is another user's.
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

with contextlib.suppress(ImportError):  # Windows, where `mps` calls nothing of this module
    import fcntl

_NAME = "tvrgen-mps-"
_LONGEST_SOCKET = 107  # bytes in the path of a socket
_POLL = 0.05  # seconds
_WAIT = 240.0  # seconds for another process to start or end the daemon: more than all its own limits
_START = 60.0  # seconds for the watcher to start


def path_for(run: str) -> Path:
    """Path of the folder of a run on this node: of this boot, in this container, for this user."""
    parts = [run, platform.node(), str(os.getuid()), Path("/proc/sys/kernel/random/boot_id").read_text()]
    parts += [str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in ("pid", "ipc")]
    name = _NAME + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
    for base in (tempfile.gettempdir(), "/tmp"):
        if len(os.fsencode(f"{base}/{name}/pipe/control_privileged")) <= _LONGEST_SOCKET:
            return Path(base, name)
    raise OSError("the path of the temporary folder is too long")


def is_pipes(path: str) -> bool:
    """Whether CUDA_MPS_PIPE_DIRECTORY is a run's of tvrgen, such as one that a process inherited."""
    return Path(path).parent.name.startswith(_NAME)


def enter(folder: Path) -> int:
    """Makes a folder unless it is there; returns it open, with the shared lock that keeps its daemon running."""
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
    """Locks a file, made if it is not there, for the block."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for_lock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def watch(folder: Path, control: str) -> None:
    """Starts the watcher of a folder unless it lives. Raises OSError or subprocess.SubprocessError."""
    file = os.open(folder / "watcher", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if _lock(file, fcntl.LOCK_EX):
            command = [sys.executable, "-I", "-S", mps_watcher.__file__, str(folder), control]
            # it inherits the locked file, so there is no moment without a lock; its output it would keep open
            nowhere = subprocess.DEVNULL
            subprocess.run(
                command,
                check=True,
                timeout=_START,
                pass_fds=[file],
                cwd="/",
                stdin=nowhere,
                stdout=nowhere,
                stderr=nowhere,
            )
    finally:
        os.close(file)


def clear(mine: Path, control: str) -> None:
    """Ends what other runs left whose processes and watcher were killed, beside the folder `mine`."""
    for folder in mine.parent.glob(f"{_NAME}*"):
        if folder != mine:
            with contextlib.suppress(OSError):  # removed meanwhile, another user's, or no folder
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
    """Opens a folder that is this user's alone; programs that this process starts do not inherit it."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    about = os.fstat(file)
    if about.st_uid != os.getuid() or about.st_mode & 0o077:
        os.close(file)
        raise PermissionError(f"{folder} is not this user's alone")
    return file


def _wait_for_lock(file: int, kind: int) -> None:
    """Locks a file. Raises TimeoutError, an OSError, after a while."""
    end = time.monotonic() + _WAIT
    while not _lock(file, kind):
        if time.monotonic() > end:
            raise TimeoutError("another process starts or ends the daemon, and does not get done")
        time.sleep(_POLL)


def _lock(file: int, kind: int) -> bool:
    """Locks a file if nobody's lock excludes it."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
