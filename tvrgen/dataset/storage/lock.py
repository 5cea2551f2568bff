"""One run at a time writes to a place: a second is refused while the first is alive, and takes over when it is not."""

import contextlib
import json
import os
import platform
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from tvrgen.dataset.storage.base import Storage
from tvrgen.dataset.storage.folder import Folder
from tvrgen.errors import UserError

LOCK = "log/lock"
BEAT = 5.0
"""Seconds after which a run shows an object store that it is alive; three beats without a sign, and it is not."""


@contextlib.contextmanager
def locked(storage: Storage) -> Iterator[None]:
    """Holds the place until the block ends. Raises UserError where another run holds it."""
    with holding(storage.root / LOCK, storage) if isinstance(storage, Folder) else _beating(storage):
        yield


def held(storage: Storage) -> bool:
    """Whether a run is writing there now; it may take three beats to tell."""
    try:
        with (
            holding(storage.root / LOCK, storage, make=False)
            if isinstance(storage, Folder)
            else contextlib.nullcontext()
        ):
            return not isinstance(storage, Folder) and storage.exists(LOCK) and _alive(storage)
    except UserError:
        return True
    except OSError:  # no lock was ever there, or this user may not touch it
        return False


def _refused(storage: Storage) -> UserError:
    return UserError(f"{storage}: another run is writing there; wait for it, or choose another --out")


@contextlib.contextmanager
def holding(path: Path, storage: Storage, make: bool = True) -> Iterator[None]:
    """Holds a file's lock until the block ends; it is the operating system's and dies with its process.

    Raises UserError where another run holds it.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such locks
        yield
        return
    with open(path, "a" if make else "r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _refused(storage) from error
        yield


@contextlib.contextmanager
def _beating(storage: Storage) -> Iterator[None]:
    """An object that is written again at every beat: stores have no locks that die with their holders."""
    if storage.exists(LOCK) and _alive(storage):
        raise _refused(storage)
    mine, over = {"run": uuid.uuid4().hex, "host": platform.node(), "pid": os.getpid()}, threading.Event()
    _show(storage, mine, 0)
    time.sleep(min(1, BEAT / 5))
    if not _is_of(storage, mine):  # two came at once, and the other wrote last
        raise _refused(storage)

    def beat() -> None:
        count = 0
        while not over.wait(BEAT):
            count += 1
            with contextlib.suppress(OSError):
                if not _is_of(storage, mine):  # this process slept, and another run took it for dead
                    print(
                        f"tvrgen: {storage}: another run took over while this one slept; stop this one", file=sys.stderr
                    )
                    return
                _show(storage, mine, count)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        with contextlib.suppress(OSError):
            if _is_of(storage, mine):
                storage.remove(LOCK)


def _show(storage: Storage, who: dict, count: int) -> None:
    storage.write(LOCK, json.dumps({**who, "beat": count}).encode())


def _is_of(storage: Storage, who: dict) -> bool:
    """Whether the object is this run's, or nobody's."""
    try:
        return json.loads(storage.read(LOCK))["run"] == who["run"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # nobody's, or half written
        return True


def _alive(storage: Storage) -> bool:
    """Whether the holder of the object still beats. On this machine its process tells at once."""
    try:
        content = storage.read(LOCK)
        holder = json.loads(content)
        if holder["host"] == platform.node() and not _runs(holder["pid"]):
            return False
        end = time.monotonic() + 3 * BEAT
        while time.monotonic() < end:
            time.sleep(BEAT / 5)
            if storage.read(LOCK) != content:
                return True
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass
    return False


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
