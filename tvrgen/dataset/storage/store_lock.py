"""Lock that needs no operating system's: one run at a time writes to an object store, or to a folder without locks.

Nothing ends such a lock with its process. It is an object, which its holder writes again at every beat; a run takes
over a lock that has not changed for three beats, and the run that lost it so, because it slept, ends.

A free lock is taken by a conditional write, which fails if the object exists by then (If-None-Match in S3), so that of
several runs exactly one gets it. A dead run's lock, and any lock where fsspec's library for the store cannot write
conditionally, is taken by writing the object and looking a moment later who wrote it last.
"""

import contextlib
import json
import logging
import os
import platform
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from tvrgen._support.errors import UserError

LOCK = "log/lock"
"""Name of the lock's file or object in a dataset."""

BEAT = 5.0
"""Seconds after which a run shows that it is alive; it counts as dead after three beats without."""

_log = logging.getLogger(__name__)


def refused(storage: object) -> UserError:
    """Returns the error for a storage to which another run is writing."""
    return UserError(f"{storage}: another run is writing there; wait for it, or choose another folder")


class Objects(Protocol):
    """Objects by their names, as `ObjectStore` has them."""

    def exists(self, path: str) -> bool: ...

    def read(self, path: str) -> bytes: ...

    def write(self, path: str, content: bytes) -> None: ...

    def create(self, path: str, content: bytes) -> bool | None: ...

    def remove(self, path: str) -> None: ...


class StoreLock:
    """The lock of some objects, in the object `path`."""

    def __init__(self, store: Objects, path: str = LOCK) -> None:
        self._store, self._path = store, path
        self._own: dict[str, Any] = {}
        self._lost = threading.Event()

    @contextlib.contextmanager
    def holding(self) -> Iterator[None]:
        """Holds the lock until the block ends. Raises UserError if another run holds it."""
        self._own = {"run": uuid.uuid4().hex, "host": platform.node(), "pid": os.getpid(), "processes": _processes()}
        self._lost.clear()
        self._take()
        over = threading.Event()
        thread = threading.Thread(target=self._beat, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            with contextlib.suppress(OSError):
                if self._is_mine():
                    self._store.remove(self._path)

    def check(self) -> None:
        """Raises UserError if another run took the lock over while this one slept: only one may write."""
        if self._lost.is_set():
            raise UserError(
                f"{self._store}: another run took over while this one slept, and goes on; finished shards are kept"
            )

    def held(self) -> bool:
        """Whether a run is writing; takes up to three beats."""
        return self._store.exists(self._path) and self._is_alive()

    def _take(self) -> None:
        """Takes the lock. Raises UserError if another run has it, or gets it first."""
        if self._store.exists(self._path):
            if self._is_alive():
                raise refused(self._store)
        elif (created := self._store.create(self._path, self._content(0))) is not None:
            if not created and not self._is_mine():  # it is this run's own if the answer to a first try was lost
                raise refused(self._store)
            return
        self._store.write(self._path, self._content(0))
        time.sleep(min(1, BEAT / 5))
        if not self._is_mine():  # two runs came at once, and the other one wrote last
            raise refused(self._store)

    def _beat(self, over: threading.Event) -> None:
        """Writes the object again at every beat, until the run is over or another run has taken the lock."""
        count = 0
        while not over.wait(BEAT):
            count += 1
            with contextlib.suppress(OSError):
                if not self._is_mine():
                    self._lost.set()
                    return
                self._store.write(self._path, self._content(count))

    def _content(self, count: int) -> bytes:
        return json.dumps({**self._own, "beat": count}).encode()

    def _is_mine(self) -> bool:
        """Whether no other run has written the object: it is this run's, or missing, or half written."""
        try:
            return bool(json.loads(self._store.read(self._path))["run"] == self._own["run"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return True

    def _is_alive(self) -> bool:
        """Whether the lock's holder still beats. A process that can be looked up from here is, at once."""
        try:
            content = self._store.read(self._path)
            holder = json.loads(content)
            if _processes() and holder.get("processes") == _processes() and not _runs(holder["pid"]):
                return False
            end = time.monotonic() + 3 * BEAT
            while time.monotonic() < end:
                time.sleep(BEAT / 5)
                if self._store.read(self._path) != content:
                    return True
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            pass
        return False


def _processes() -> str:
    """Name of the set of processes that this one can look up; empty if the system has no name for it.

    It is the start of this machine's system, and the namespace in it: containers share a machine, and often its name,
    but have process ids of their own.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except (OSError, ValueError):
        return ""


def _runs(pid: int) -> bool:
    """Whether a process with this id runs on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
