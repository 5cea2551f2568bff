"""Watcher: a small process that ends Ray's processes on this machine when the driver ends, and removes their folder.

`ray_folder` starts it as a file (`python ray_watcher.py FOLDER DRIVER`), so it needs only the standard library and
little memory. It waits for the end of its standard input, which the driver closes; the operating system does if the
driver is killed. Ray itself leaves two agents behind then, for a minute: they try to report the loss to a server that
is gone.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

_WRITABLE = 0o200  # permission of /proc/PID/fd/N for a file that is open for writing
_GRACE = 1.0  # seconds for processes to end by themselves
_PATIENCE = 10.0  # seconds after which the watcher gives up
_POLL = 0.1  # seconds


def main() -> None:
    folder, driver = Path(sys.argv[1]), int(sys.argv[2])
    sys.stdin.buffer.read()
    begin = time.monotonic()
    while (left := writers(folder, driver)) and time.monotonic() < begin + _PATIENCE:
        if time.monotonic() > begin + _GRACE:
            for process in left:
                with contextlib.suppress(OSError):
                    os.kill(process, signal.SIGKILL)
        time.sleep(_POLL)
    shutil.rmtree(folder, ignore_errors=True)


def writers(folder: Path, driver: int) -> list[int]:
    """Ids of the processes, other than the driver, that have a file of the folder open for writing: Ray's logs.

    Nothing else marks all of them: Ray overwrites their command lines and environments. Empty on systems without /proc.
    """
    inside, found = folder.resolve(), []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or is another user's
            if int(process.name) != driver and any(_writes(file, inside) for file in (process / "fd").iterdir()):
                found.append(int(process.name))
    return found


def _writes(file: Path, folder: Path) -> bool:
    """Whether an open file of a process, /proc/PID/fd/N, is one of a folder, and open for writing."""
    with contextlib.suppress(OSError):  # it was closed
        return bool(file.lstat().st_mode & _WRITABLE) and file.readlink().is_relative_to(folder)
    return False


if __name__ == "__main__":
    main()
