"""Compilation of PTX, NVIDIA's portable code, for one GPU architecture, by ptxas or by NVIDIA's driver.

ptxas needs no GPU. It is part of CUDA's toolkit and of a package on PyPI (`pip install 'tvrgen[kernels]'`). The driver
compiles only for the GPUs of its own machine.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tvrgen._support import scratch
from tvrgen._support.errors import UserError
from tvrgen.imaging.blender import driver_compiler

INSTALL = "pip install 'tvrgen[kernels]'"

_HEAD = re.compile(rb"(?:\s*//.*\n|\s*\n|\.(?:version|target|address_size)\b.*\n)+")
_LIMIT = 120.0  # seconds for questions to a compiler: a driver first wakes up all GPUs
_INTERVAL = 0.2  # seconds between checks whether the compiler has ended


@dataclass(frozen=True)
class Compiler:
    """A command that compiles PTX for an architecture: `command`, then the PTX file and the file to write."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class _Ptxas:
    """An executable, and the version of CUDA that it belongs to."""

    path: Path
    cuda: tuple[int, ...]

    def __str__(self) -> str:
        return f"ptxas of CUDA {'.'.join(map(str, self.cuda))} ({self.path})"


def compiler(text: bytes, arch: str) -> Compiler:
    """Returns the compiler of PTX for an architecture.

    It is the oldest ptxas that supports the architecture, and none of a later major version of CUDA than the driver's:
    a driver may refuse code that a later ptxas compiled. Without such a ptxas, it is the driver. Raises UserError if
    neither can compile.
    """
    fault, limit = "there is no ptxas", driver_compiler.cuda()
    with scratch.folder() as work:
        head, target = work / "head.ptx", work / "head.cubin"
        match = _HEAD.match(text)
        head.write_bytes(match[0] if match else b"")
        for tool in sorted(_ptxas(), key=lambda tool: tool.cuda):
            if limit and tool.cuda[0] > limit[0]:
                fault = f"{tool} is of a later CUDA than the driver ({'.'.join(map(str, limit))})"
                continue
            command = (str(tool.path), f"-arch={arch}", "-O3", "-o")
            done = _run([*command, str(target), str(head)])
            if done.returncode == 0:
                return Compiler(str(tool), command)
            fault = f"{tool} cannot ({_reason(done.returncode, done.stdout)})"
    command = (sys.executable, "-I", driver_compiler.__file__, arch)
    done = _run(command)
    if done.returncode:
        raise UserError(
            f"{arch}: Blender's kernels cannot be compiled on this machine: {fault}, and NVIDIA's driver cannot "
            f"({_reason(done.returncode, done.stdout)}); {INSTALL}"
        )
    return Compiler("NVIDIA's driver", command)


def compiled(text: bytes, arch: str, waiting: Callable[[], None]) -> bytes:
    """Returns the cubin that PTX compiles to for an architecture.

    `waiting` is called a few times per second; an exception that it raises ends the compilation. Raises UserError if
    there is no compiler, or if it fails.
    """
    chosen = compiler(text, arch)
    with scratch.folder() as work:
        source, target, messages = work / "kernel.ptx", work / "kernel.cubin", work / "messages"
        source.write_bytes(text)
        with open(messages, "wb") as log:
            process = subprocess.Popen(
                [*chosen.command, str(target), str(source)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            try:
                while process.poll() is None:
                    waiting()
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(_INTERVAL)
            finally:
                process.kill()
                process.wait()
        cubin = target.read_bytes() if target.exists() else b""
        if process.returncode or not cubin.startswith(b"\x7fELF"):
            reason = _reason(process.returncode, messages.read_text(encoding="utf-8", errors="replace"))
            raise UserError(f"{arch}: {chosen.name} failed to compile Blender's kernels: {reason}")
    return cubin


def _ptxas() -> Iterator[_Ptxas]:
    """Finds each ptxas of this environment and of this machine."""
    packages = {Path(sysconfig.get_path(kind)) / "nvidia" for kind in ("purelib", "platlib")}
    places = [
        *(place for package in packages for pattern in ("cuda_nvcc/bin", "cu*/bin") for place in package.glob(pattern)),
        *(Path(os.environ[name]) / "bin" for name in ("CUDA_HOME", "CUDA_PATH") if os.environ.get(name)),
        *([Path(on_path).parent] if (on_path := shutil.which("ptxas")) else []),
        Path("/usr/local/cuda/bin"),
    ]
    return _ptxas_in(places)


def _ptxas_in(folders: Iterable[Path]) -> Iterator[_Ptxas]:
    for path in dict.fromkeys(folder / "ptxas" for folder in folders):
        if os.access(path, os.X_OK):
            with contextlib.suppress(OSError):  # built for another kind of processor
                if release := re.search(r"release (\d+)\.(\d+)", _run([str(path), "--version"]).stdout):
                    yield _Ptxas(path, (int(release[1]), int(release[2])))


def _run(command: list[str] | tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Runs a command; its output includes standard error."""
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=_LIMIT,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, f"it does not end within {_LIMIT:g} s")


def _reason(code: int, messages: str) -> str:
    """Returns the reason why a compiler failed, in one line: its first error message, else its last line."""
    if code < 0:
        return f"ended by signal {-code}; is there too little memory?"
    lines = [" ".join(line.split()) for line in messages.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"fatal|error", line, re.IGNORECASE)]
    return (errors or lines[-1:] or [f"exit code {code}"])[0]
