"""Kernels: Cycles' code for NVIDIA GPUs, one file for each GPU architecture, such as `sm_90` (H100, H200).

Blender ships kernels for some architectures and, for all others, PTX, from which NVIDIA's driver compiles a kernel: at
the first image, for some minutes, without a message, in every process at once. `make` compiles it beforehand into a
folder of this machine's user, or one that machines share; `use` makes Cycles look there. Loads no Blender itself.
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
"""Minutes that compiling a kernel takes, of one core (measured: 7.5 with ptxas, at most 8.7 with the driver)."""

_TAKES_EARLIER = (5, 2)
"""The Blender from which on Cycles also takes the kernel of an earlier architecture of the same generation, which a GPU
runs as it is: that of sm_86 for sm_89. Blender 4.5 does not."""

_LEVEL = 12  # of Zstandard
_INTERVAL = 0.2  # seconds between tries to take a lock

Origin = Literal["shipped", "compiled"]
"""Where a kernel is from: shipped with Blender, or compiled here by `make`."""


def folder() -> Path:
    """Returns the folder of kernels: $TVRGEN_KERNELS, else `tvrgen/kernels` in the user's cache folder."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).absolute()
    cache = os.environ.get("XDG_CACHE_HOME", "")
    if not Path(cache).is_absolute():  # relative ones, and the empty one, are to be ignored by XDG's rules
        try:
            cache = str(Path.home() / ".cache")
        except RuntimeError:  # in a container, a user without a home
            cache = str(Path(tempfile.gettempdir()) / f"cache-{os.getuid()}")
    return Path(cache) / "tvrgen/kernels"


def found(arch: str) -> Origin | None:
    """Returns where the kernel of an architecture is from, or None if it would be compiled at the first image.

    Raises ModuleNotFoundError if Blender is not installed.
    """
    origin, _ = _taken(arch)
    return origin


def path(arch: str) -> Path:
    """Returns the file of an architecture's kernel: the one that is there, else the one that `make` would write."""
    return _taken(arch)[1]


def is_architecture(text: str) -> bool:
    """Whether a text is written like an architecture: `sm_90`."""
    return bool(re.fullmatch(r"sm_[1-9]\d{1,2}", text))


def check(arch: str) -> None:
    """Raises UserError if the kernel of an architecture is not there and `make` cannot compile it here."""
    if not is_architecture(arch):
        raise UserError(f"{arch!r}: is no GPU architecture; write e.g. sm_80 (A100), sm_90 (H100, H200), sm_100 (B200)")
    if not found(arch):
        ptx.compiler(_ptx(arch), arch)


def message(arch: str, gpu: str = "") -> str:
    """Returns the line that tells that the kernel of an architecture, of this GPU, is being compiled."""
    title = f"{gpu} ({arch})" if gpu else arch
    return f"compiling Blender's kernels for {title}, once on this machine, some {MINUTES} minutes"


def make(arch: str, waiting: Callable[[float], None] = lambda seconds: None) -> Path:
    """Compiles the kernel of an architecture, unless it is there; returns its file.

    Of several processes, on machines that share the folder too, one compiles and the others wait. `waiting` is called
    a few times a second with the seconds gone by; what it raises ends the compilation. A process that is stopped or
    killed leaves no kernel.

    Raises UserError if no compiler is found, it fails or the folder cannot be written.
    """
    check(arch)
    if found(arch):
        return path(arch)
    target, start = path(arch), time.monotonic()

    def wait() -> None:
        waiting(time.monotonic() - start)

    with _locked(target.with_name(f".{arch}.lock"), wait):
        if not target.exists():
            _write(target, ptx.compiled(_ptx(arch), arch, wait))
    return target


def use(scratch_folder: Path) -> bool:
    """Makes Cycles of the open Blender look among our kernels too; returns whether there are any.

    Cycles looks in `lib` of its own folder alone. It is given a folder in `scratch_folder`, which must last as long as
    Blender renders, of links to all that Blender ships and to our kernels. Reading factory settings undoes this.
    """
    kernels = sorted(_own().glob("kernel_sm_*.cubin.zst")) if folder().exists() else []
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
    # what the add-on calls, with its own folder, when it is registered
    _cycles.init(str(links), str(Path(bpy.utils.user_resource("CONFIG")).absolute().parent), bpy.app.background)
    return True


@contextlib.contextmanager
def _locked(lock: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Holds the lock of a file; waits for it. Where the file system has no locks, each process does the work itself."""
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
    """Writes a kernel as Cycles reads it, whole or not at all."""
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
    """Returns the kernel that Cycles takes for an architecture, or None and where `make` would put it."""
    number = int(arch.removeprefix("sm_"))
    earliest = number if _version() < _TAKES_EARLIER else number // 10 * 10
    for candidate in range(number, earliest - 1, -1):
        shipped, own = (place / f"kernel_sm_{candidate}.cubin.zst" for place in (_shipped(), _own()))
        if shipped.exists():
            return "shipped", shipped
        if own.exists():
            return "compiled", own
    return None, _own() / f"kernel_{arch}.cubin.zst"


def _ptx(arch: str) -> bytes:
    """Returns the PTX that Cycles would give to the driver for an architecture: the nearest that is not later.

    Raises UserError if there is none.
    """
    import zstandard

    known = {int(file.name.removeprefix("kernel_compute_").split(".")[0]): file for file in _ptx_files()}
    usable = [number for number in known if number <= int(arch.removeprefix("sm_"))]
    if not usable:
        rest = f"it can be compiled for sm_{min(known)} and later ones" if known else "it supports no NVIDIA GPU here"
        raise UserError(f"{arch}: Blender {'.'.join(map(str, _version()))} has no kernel for it; {rest}")
    return zstandard.ZstdDecompressor().decompress(known[max(usable)].read_bytes())


def _own() -> Path:
    """Returns the folder of kernels made of this Blender's PTX; no other Blender's may be mixed with them."""
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
