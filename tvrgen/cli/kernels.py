"""tvrgen kernels: compiles Blender's kernels for NVIDIA GPUs for which it ships none."""

import argparse
import time

from tvrgen._support import interrupts
from tvrgen._support.errors import UserError

HELP = "compile Blender's kernels for GPUs before the first image"
DESCRIPTION = (
    "Compiles the CUDA kernels that Blender does not ship, such as those for A100 (sm_80), H100 and H200 (sm_90) and "
    "B200 (sm_100). Each takes about 8 minutes, once. Kernels are stored in the folder that the environment variable "
    "TVRGEN_KERNELS names (default: ~/.cache/tvrgen/kernels). To compile for a GPU that this machine does not have, "
    "ptxas is needed: from CUDA, or by pip install 'tvrgen[kernels]'."
)
WHEN_STOPPED = "the finished kernels are kept; run the same command again for the others"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--arch",
        action="extend",
        nargs="+",
        metavar="sm_XY",
        help="architectures, e.g. sm_80 sm_90; default: those of this machine's GPUs",
    )
    parser.add_argument(
        "--list", action="store_true", help="only show which kernels exist; exit code 1 if one is missing"
    )


def run(options: argparse.Namespace) -> int:
    from tvrgen.imaging.blender import kernels

    wanted = dict.fromkeys(options.arch, "") if options.arch else _architectures_here()
    missing = []
    for arch, gpu in wanted.items():
        if not (options.list and kernels.is_architecture(arch)):
            kernels.check(arch)
        origin = kernels.found(arch)
        if origin or options.list:
            print(f"{_title(arch, gpu)}: {f'{origin}, {kernels.path(arch)}' if origin else 'missing'}", flush=True)
        if not origin:
            missing.append(arch)
    if options.list:
        return 1 if missing else 0
    for arch in missing:
        _compile(arch, wanted[arch])
    return 0


def _compile(arch: str, gpu: str) -> None:
    from tvrgen.cli.progress_bar import Clock
    from tvrgen.imaging.blender import kernels

    start = time.monotonic()
    with interrupts.sigterm_as_interrupt(), Clock(kernels.message(arch, gpu)) as clock:
        path = kernels.make(arch, lambda seconds: clock.update())
    minutes, megabytes = (time.monotonic() - start) / 60, path.stat().st_size / 1e6
    print(f"{_title(arch, gpu)}: compiled, {path} ({minutes:.1f} minutes, {megabytes:.1f} MB)", flush=True)


def _title(arch: str, gpu: str) -> str:
    return f"{arch} ({gpu})" if gpu else arch


def _architectures_here() -> dict[str, str]:
    """Returns the architectures of this machine's GPUs -> the name of a GPU. Raises UserError if it has none."""
    from tvrgen.generation import machine

    found = {gpu.arch: gpu.name for gpu in machine.gpus()}
    if not found:
        raise UserError("no NVIDIA GPU on this machine; name architectures, e.g. --arch sm_80 sm_90")
    return found
