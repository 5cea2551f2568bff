"""Lock of an object store: one run at a time writes to it.

Stores have no locks that end with their process. The lock is an object, which its holder writes again at every beat;
a run takes over a lock that has not changed for three beats.

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
from typing import Any, Protocol

from tvrgen.dataset.storage.folder_lock import LOCK, refused

BEAT = 5.0
"""Seconds after which a run shows an object store that it is alive; it counts as dead after three beats without."""

_log = logging.getLogger(__name__)


class Objects(Protocol):
    """Objects by their names, as `ObjectStore` has them."""

    def exists(self, path: str) -> bool: ...

    def read(self, path: str) -> bytes: ...

    def write(self, path: str, content: bytes) -> None: ...

    def create(self, path: str, content: bytes) -> bool | None: ...

    def remove(self, path: str) -> None: ...


@contextlib.contextmanager
def holding(store: Objects) -> Iterator[None]:
    """Holds the store's lock until the block ends. Raises UserError if another run holds it."""
    own = {"run": uuid.uuid4().hex, "host": platform.node(), "pid": os.getpid()}
    _take(store, own)
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(store, own, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        with contextlib.suppress(OSError):
            if _is_mine(store, own):
                store.remove(LOCK)


def held(store: Objects) -> bool:
    """Whether a run is writing to the store; takes up to three beats."""
    return store.exists(LOCK) and _is_alive(store)


def _take(store: Objects, own: dict[str, Any]) -> None:
    """Takes the lock. Raises UserError if another run has it, or gets it first."""
    if store.exists(LOCK):
        if _is_alive(store):
            raise refused(store)
    elif (created := store.create(LOCK, _content(own, 0))) is not None:
        if not created and not _is_mine(store, own):  # it is this run's own if the answer to a first try was lost
            raise refused(store)
        return
    store.write(LOCK, _content(own, 0))
    time.sleep(min(1, BEAT / 5))
    if not _is_mine(store, own):  # two runs came at once, and the other one wrote last
        raise refused(store)


def _beat(store: Objects, own: dict[str, Any], over: threading.Event) -> None:
    """Writes the object again at every beat, until the run is over or another run has taken the lock."""
    count = 0
    while not over.wait(BEAT):
        count += 1
        with contextlib.suppress(OSError):
            if not _is_mine(store, own):  # this process slept, and the other run took it for dead
                _log.warning("%s: another run took over while this one slept; stop this one", store)
                return
            store.write(LOCK, _content(own, count))


def _content(own: dict[str, Any], count: int) -> bytes:
    return json.dumps({**own, "beat": count}).encode()


def _is_mine(store: Objects, own: dict[str, Any]) -> bool:
    """Whether no other run has written the object: it is this run's, or missing, or half written."""
    try:
        return bool(json.loads(store.read(LOCK))["run"] == own["run"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return True


def _is_alive(store: Objects) -> bool:
    """Whether the lock's holder still beats. A process of this machine is looked up at once."""
    try:
        content = store.read(LOCK)
        holder = json.loads(content)
        if holder["host"] == platform.node() and not _runs(holder["pid"]):
            return False
        end = time.monotonic() + 3 * BEAT
        while time.monotonic() < end:
            time.sleep(BEAT / 5)
            if store.read(LOCK) != content:
                return True
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass
    return False


def _runs(pid: int) -> bool:
    """Whether a process with this id runs on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
