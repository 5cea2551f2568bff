"""Kernels: Cycles' code for NVIDIA GPUs, one file for each GPU architecture, such as `sm_90` (H100, H200).

Blender ships kernels for some architectures, and PTX for the others. NVIDIA's driver compiles PTX to a kernel when the
first image is rendered: in every process, for minutes, without a message. `make` compiles a kernel beforehand, into a
folder of the user or one that machines share; `use` makes Cycles load it. Only `use` needs an open Blender.
"""

import contextlib
import functools
import hashlib
import importlib.util
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from filelock import lock_descriptor

from tvrgen._support.errors import UserError
from tvrgen.imaging.blender import ptx

VARIABLE = "TVRGEN_KERNELS"
"""Environment variable that names the folder of kernels."""

MINUTES = 8
"""Minutes on one core to compile a kernel (measured: 7.5 with ptxas, at most 8.7 with the driver)."""

_TAKES_EARLIER = (5, 2)
"""The first version of Blender whose Cycles also uses the kernel of an earlier architecture with the same major number,
such as that of sm_86 on sm_89. Blender 4.5 does not."""

_ELF = b"\x7fELF"  # beginning of a cubin
_LEVEL = 12  # of Zstandard
_INTERVAL = 0.2  # seconds between tries to take a lock

Origin = Literal["shipped", "compiled"]
"""Origin of a kernel: shipped with Blender, or compiled by `make`."""


def folder() -> Path:
    """Returns the folder of kernels: $TVRGEN_KERNELS, else `tvrgen/kernels` in the user's cache folder."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).absolute()
    cache = os.environ.get("XDG_CACHE_HOME", "")
    if not Path(cache).is_absolute():  # XDG's rules: ignore a relative or empty path
        try:
            cache = str(Path.home() / ".cache")
        except RuntimeError:  # in a container, a user without a home
            cache = str(Path(tempfile.gettempdir()) / f"cache-{os.getuid()}")
    return Path(cache) / "tvrgen/kernels"


def found(arch: str) -> Origin | None:
    """Returns the origin of an architecture's kernel, or None if there is none.

    Raises ModuleNotFoundError if Blender is not installed.
    """
    origin, _ = _taken(arch)
    return origin


def path(arch: str) -> Path:
    """Returns the file of an architecture's kernel: the existing one, or the one that `make` would write."""
    return _taken(arch)[1]


def supports(arch: str) -> bool:
    """Whether Blender can use GPUs of an architecture at all: it has a kernel for it, or one can be compiled.

    Raises ModuleNotFoundError if Blender is not installed.
    """
    return bool(found(arch) or _ptx_file(arch))


def is_architecture(text: str) -> bool:
    """Whether a text has the form of an architecture's name: `sm_90`."""
    return bool(re.fullmatch(r"sm_[1-9]\d{1,2}", text))


def check(arch: str) -> None:
    """Raises UserError if an architecture has no kernel and `make` cannot compile one on this machine."""
    if not is_architecture(arch):
        raise UserError(f"{arch!r}: is no GPU architecture; write e.g. sm_80 (A100), sm_90 (H100, H200), sm_100 (B200)")
    if not found(arch):
        ptx.compiler(_ptx(arch), arch)


def message(arch: str, gpu: str = "") -> str:
    """Returns the message that the kernel of an architecture (of the GPU with this name) is being compiled."""
    title = f"{gpu} ({arch})" if gpu else arch
    return f"compiling Blender's kernels for {title}, once on this machine, about {MINUTES} minutes"


def make(arch: str, waiting: Callable[[float], None] = lambda seconds: None) -> Path:
    """Compiles the kernel of an architecture, unless it exists; returns its file.

    Of several processes, also on machines that share the folder, one compiles and the others wait. `waiting` is called
    a few times per second with the elapsed seconds; an exception that it raises ends the compilation. A process that is
    stopped or killed leaves no incomplete kernel.

    Raises UserError if there is no compiler, if it fails, or if the folder cannot be written.
    """
    check(arch)
    if found(arch):
        return path(arch)
    target, start = path(arch), time.monotonic()

    def wait() -> None:
        waiting(time.monotonic() - start)

    with _locked(target.with_name(f".{arch}.lock"), wait):
        if not _is_kernel(target):
            _write(target, ptx.compiled(_ptx(arch), arch, wait))
    return target


def use(scratch_folder: Path) -> bool:
    """Makes Cycles of the open Blender use the compiled kernels too; returns whether there are any.

    Cycles loads kernels from `lib` of its own folder only. Therefore its folder becomes one in `scratch_folder`, with
    links to the files that Blender ships and to the compiled kernels. `scratch_folder` must exist as long as Blender
    renders. Reading factory settings undoes this.
    """
    kernels = sorted(_own().glob("kernel_sm_*.cubin.zst")) if os.access(_own(), os.R_OK) else []
    if not kernels:
        return False
    import _cycles
    import bpy

    shipped, links = _shipped(), scratch_folder / "cycles"
    (links / "lib").mkdir(parents=True, exist_ok=True)
    inside = [entry for entry in shipped.parent.iterdir() if entry.name != "lib"]
    for entry, link in [
        *((entry, links / entry.name) for entry in inside),
        *((entry, links / "lib" / entry.name) for entry in (*shipped.iterdir(), *kernels)),
    ]:
        with contextlib.suppress(FileExistsError):
            link.symlink_to(entry)
    # the add-on makes the same call, with its own folder, when it is registered
    _cycles.init(str(links), str(Path(bpy.utils.user_resource("CONFIG")).absolute().parent), bpy.app.background)
    return True


@contextlib.contextmanager
def _locked(lock: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Locks a file for the block, after waiting for it. On a file system without locks, every process compiles."""
    with _writable(lock.parent):
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        while _held_by_another(file):
            waiting()
            time.sleep(_INTERVAL)
        yield
    finally:
        os.close(file)  # which releases the lock


def _held_by_another(file: int) -> bool:
    try:
        return not lock_descriptor(file, blocking=False)
    except OSError:
        return False


def _write(target: Path, cubin: bytes) -> None:
    """Writes a kernel in the compressed form that Cycles reads, completely or not at all."""
    import zstandard

    # Cycles reads the size of the content from the frame, where this function writes it
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(cubin)
    beside = target.with_name(f".{target.name}.partial")
    with _writable(target.parent):
        try:
            with open(beside, "wb") as file:
                file.write(packed)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


@contextlib.contextmanager
def _writable(place: Path) -> Iterator[None]:
    """Raises UserError if the folder of kernels cannot be written."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{place}: {error.strerror}; set {VARIABLE} to a folder with room that you may write"
        ) from error


def _taken(arch: str) -> tuple[Origin | None, Path]:
    """Returns the origin and file of the kernel that Cycles uses for an architecture, or None and `make`'s file."""
    number = int(arch.removeprefix("sm_"))
    earliest = number if _version() < _TAKES_EARLIER else number // 10 * 10
    for candidate in range(number, earliest - 1, -1):
        shipped, own = (place / f"kernel_sm_{candidate}.cubin.zst" for place in (_shipped(), _own()))
        if shipped.exists():
            return "shipped", shipped
        if _is_kernel(own):
            return "compiled", own
    return None, _own() / f"kernel_{arch}.cubin.zst"


def _is_kernel(file: Path) -> bool:
    """Whether a file is a complete kernel that this user may read, and not one left by an interrupted copy."""
    try:
        about = file.stat()
        return _is_whole(file, about.st_size, about.st_mtime_ns)
    except OSError:
        return False


@functools.cache
def _is_whole(file: Path, size: int, changed: int) -> bool:
    """Whether a file of this size and modification time can be decompressed; Cycles would report a missing file."""
    import zstandard

    try:
        return zstandard.ZstdDecompressor().decompress(file.read_bytes()).startswith(_ELF)
    except zstandard.ZstdError:
        return False


def _ptx(arch: str) -> bytes:
    """Returns the PTX for an architecture, as Cycles chooses it: that of the latest architecture that is not later.

    Raises UserError if there is none.
    """
    import zstandard

    if file := _ptx_file(arch):
        return zstandard.ZstdDecompressor().decompress(file.read_bytes())
    known = _ptx_numbers()
    rest = f"it can be compiled for sm_{min(known)} and later ones" if known else "it supports no NVIDIA GPU here"
    raise UserError(f"{arch}: Blender {'.'.join(map(str, _version()))} has no kernel for it; {rest}")


def _ptx_file(arch: str) -> Path | None:
    """Returns the file of the PTX for an architecture, or None."""
    known = _ptx_numbers()
    usable = [number for number in known if number <= int(arch.removeprefix("sm_"))]
    return known[max(usable)] if usable else None


def _ptx_numbers() -> dict[int, Path]:
    """Returns the PTX that Blender ships: number of the architecture (75) -> file."""
    return {int(file.name.removeprefix("kernel_compute_").split(".")[0]): file for file in _ptx_files()}


def _own() -> Path:
    """Returns the folder of the kernels compiled from this Blender's PTX; another Blender has another folder."""
    return folder() / _set_name(_shipped())


@functools.cache
def _set_name(shipped: Path) -> str:
    digest = hashlib.sha256()
    for file in _ptx_files():
        digest.update(file.name.encode() + file.read_bytes())
    return f"blender-{'.'.join(map(str, _version()))}-{digest.hexdigest()[:16]}"


def _version() -> tuple[int, ...]:
    """Returns Blender's version, (4, 5), from the path of its kernels: .../bpy/4.5/scripts/addons_core/cycles/lib."""
    return tuple(int(part) for part in _shipped().parents[3].name.split("."))


def _ptx_files() -> list[Path]:
    return sorted(_shipped().glob("kernel_compute_*.ptx.zst"))


def _shipped() -> Path:
    """Returns the folder of the kernels that Blender ships, found without loading Blender."""
    spec = importlib.util.find_spec("bpy")
    for place in (spec and spec.submodule_search_locations) or ():
        for lib in Path(place).glob("*/scripts/addons_core/cycles/lib"):
            return lib
    raise ModuleNotFoundError("bpy is not installed", name="bpy")
