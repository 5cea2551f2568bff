"""A guard that notes what a command does to the world outside: files, network, programs, imports, memory, time."""

import contextlib
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.hostile.datasets import SECRET

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = (
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "shutil.rmtree",
)
_NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto")
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.startfile")
_FOREIGN = ("conftest", "antigravity", "code", "pdb")

_watching: list[tuple[Path, list[str]]] = []


def _note(event: str, arguments: tuple) -> None:
    if not _watching:
        return
    folder, seen = _watching[-1]
    if event == "open":
        name, _, flags = arguments
        if isinstance(name, bytes | str):
            path = _real(name)
            if path.name == SECRET:
                seen.append(f"opened {path}")
            elif flags & _WRITING and not _may_write(path, folder):
                seen.append(f"wrote {path}")
    elif event in _CHANGES and not _in_open_folder(arguments):
        paths = [Path(os.fsdecode(a)) for a in arguments if isinstance(a, bytes | str)]
        seen.extend(f"{event} {path}" for path in paths if not _may_write(_real(path.parent) / path.name, folder))
    elif event in _NETWORK or event in _PROGRAMS or (event == "import" and arguments[0] in _FOREIGN):
        seen.append(f"{event} {arguments!r:.200}")


def _real(path: bytes | str | Path) -> Path:
    return Path(os.path.realpath(os.fsdecode(path)))


def _in_open_folder(arguments: tuple) -> bool:
    """Whether a name is relative to the number of an open folder; `shutil.rmtree` has named the folder before."""
    return isinstance(arguments[-1], int) and arguments[-1] >= 0


def _may_write(path: Path, folder: Path) -> bool:
    """Whether a path is the dataset or the output, in one of them or in a scratch folder, or /dev/null."""
    scratch = Path(os.path.realpath(tempfile.gettempdir()))
    own = path.is_relative_to(scratch) and path.relative_to(scratch).parts[:1]
    inside = any(path.is_relative_to(folder / name) for name in ("dataset", "out"))
    return inside or path == Path(os.devnull) or bool(own and "tvrgen-scratch-" in own[0])


sys.addaudithook(_note)


class _Late(BaseException):
    """Raised in a block that takes too long; no code that it runs takes it for an error of its own."""


@contextlib.contextmanager
def watched(folder: Path, seconds: int = 60, megabytes: int = 1000) -> Iterator[list[str]]:
    """A list of what the block does outside `folder`/dataset and `folder`/out, or beyond these limits."""
    seen: list[str] = []

    def late(*_: object) -> None:
        raise _Late(f"took more than {seconds} s")

    before, previous = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    _watching.append((folder, seen))
    try:
        yield seen
    finally:
        _watching.pop()
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if grown > megabytes:
        seen.append(f"took {grown:.0f} MB")
