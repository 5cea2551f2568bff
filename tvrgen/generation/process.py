"""Facts about this process for reports: node, peak memory, log file, and errors in one line."""

import contextlib
import os
import platform
import sys
from pathlib import Path

from tvrgen._support.json_lines import Record


def log_in(folder: Path) -> Path:
    """Path of the file for Blender's output, one for each process."""
    return folder / f"blender-{node()}-{os.getpid()}.log"


def node() -> str:
    """Host name of this machine."""
    return platform.node()


def about() -> Record:
    """This machine's name, the process id, and the peak memory of the process in MB (0 on Windows)."""
    peak = 0.0
    with contextlib.suppress(ImportError):  # Windows
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return {"node": node(), "pid": os.getpid(), "memory": round(peak)}


def reason(error: BaseException) -> str:
    """Returns an exception in one line: its message, after its type unless the system raised it."""
    message = " ".join(str(error).split())
    return message if isinstance(error, OSError) and message else f"{type(error).__name__}: {message}".rstrip(": ")


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log; empty if it cannot be read."""
    try:
        with open(log, "rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
