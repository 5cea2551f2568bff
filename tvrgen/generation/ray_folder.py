"""Folder of Ray's sockets and logs on this machine, where a run starts Ray itself. It ends with the driver."""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tvrgen._support.errors import UserError
from tvrgen.generation import ray_watcher

_LONGEST_SOCKET = 103 if sys.platform == "darwin" else 107  # bytes in its path
_BELOW = len("/tvrgen-ray-12345678/session_2026-11-27_22-08-01_406046_1234567/sockets/plasma_store.1")
LONGEST = _LONGEST_SOCKET - _BELOW
"""Most bytes in the path of a folder in which Ray's sockets have room."""

_OTHERS = ("/tmp", "/var/tmp", "/dev/shm")
_END = 15.0  # seconds for the watcher to end, more than it takes


class RayFolder:
    """A new folder for Ray. Its watcher ends Ray's processes and removes it once it is closed or this process ends.

    Raises UserError if there is no folder with room for Ray's sockets.
    """

    def __init__(self) -> None:
        self.path = Path(_make())
        watcher = str(Path(ray_watcher.__file__).resolve())
        command = [sys.executable, "-I", "-S", watcher, str(self.path), str(os.getpid())]
        null = subprocess.DEVNULL
        # a session of its own, so that Ctrl-C in the user's terminal does not reach it
        self._watcher = subprocess.Popen(
            command, cwd=self.path.anchor, stdin=subprocess.PIPE, stdout=null, stderr=null, start_new_session=True
        )

    def close(self) -> None:
        """Waits until Ray's processes have ended and the folder is removed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._watcher.communicate(timeout=_END)


def _make() -> str:
    """Makes the folder in RAY_TMPDIR, if that is set, or in the first of the usual places that will do."""
    chosen = os.environ.get("RAY_TMPDIR")
    places = [chosen] if chosen else [tempfile.gettempdir(), *_OTHERS]
    for place in map(os.path.abspath, places):
        if len(os.fsencode(place)) <= LONGEST or sys.platform == "win32":
            with contextlib.suppress(OSError):
                return tempfile.mkdtemp(prefix="tvrgen-ray-", dir=place)
    wanted = f"a folder that exists, with a path of at most {LONGEST} bytes, for Ray's sockets"
    raise UserError(f"{places[0]}: set RAY_TMPDIR to {wanted}")
