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

from tvrgen.dataset.storage.base import Place
from tvrgen.dataset.storage.folder import Folder
from tvrgen.errors import UserError

LOCK = "log/lock"
BEAT = 5.0
"""Seconds after which a run shows an object store that it is alive; three beats without a sign, and it is not."""


@contextlib.contextmanager
def locked(place: Place) -> Iterator[None]:
    """Holds the place until the block ends. Raises UserError where another run holds it."""
    with holding(place.root / LOCK, place) if isinstance(place, Folder) else _beating(place):
        yield


def held(place: Place) -> bool:
    """Whether a run is writing there now; it may take three beats to tell."""
    try:
        with holding(place.root / LOCK, place, make=False) if isinstance(place, Folder) else contextlib.nullcontext():
            return not isinstance(place, Folder) and place.exists(LOCK) and _alive(place)
    except UserError:
        return True
    except OSError:  # no lock was ever there, or this user may not touch it
        return False


def _refused(place: Place) -> UserError:
    return UserError(f"{place}: another run is writing there; wait for it, or choose another --out")


@contextlib.contextmanager
def holding(path: Path, place: Place, make: bool = True) -> Iterator[None]:
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
            raise _refused(place) from error
        yield


@contextlib.contextmanager
def _beating(place: Place) -> Iterator[None]:
    """An object that is written again at every beat: stores have no locks that die with their holders."""
    if place.exists(LOCK) and _alive(place):
        raise _refused(place)
    mine, over = {"run": uuid.uuid4().hex, "host": platform.node(), "pid": os.getpid()}, threading.Event()
    _show(place, mine, 0)
    time.sleep(min(1, BEAT / 5))
    if not _is_of(place, mine):  # two came at once, and the other wrote last
        raise _refused(place)

    def beat() -> None:
        count = 0
        while not over.wait(BEAT):
            count += 1
            with contextlib.suppress(OSError):
                if not _is_of(place, mine):  # this process slept, and another run took it for dead
                    print(
                        f"tvrgen: {place}: another run took over while this one slept; stop this one", file=sys.stderr
                    )
                    return
                _show(place, mine, count)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        with contextlib.suppress(OSError):
            if _is_of(place, mine):
                place.remove(LOCK)


def _show(place: Place, who: dict, count: int) -> None:
    place.write(LOCK, json.dumps({**who, "beat": count}).encode())


def _is_of(place: Place, who: dict) -> bool:
    """Whether the object is this run's, or nobody's."""
    try:
        return json.loads(place.read(LOCK))["run"] == who["run"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # nobody's, or half written
        return True


def _alive(place: Place) -> bool:
    """Whether the holder of the object still beats. On this machine its process tells at once."""
    try:
        content = place.read(LOCK)
        holder = json.loads(content)
        if holder["host"] == platform.node() and not _runs(holder["pid"]):
            return False
        end = time.monotonic() + 3 * BEAT
        while time.monotonic() < end:
            time.sleep(BEAT / 5)
            if place.read(LOCK) != content:
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
