"""The GPU of `gpu.py`: its name, use and memory, from NVML or nvidia-smi."""

import contextlib
import os
import shutil
import statistics
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tvrgen.generation import machine
from tvrgen.generation.machine import Gpu

PLACES = ("/usr/bin", "/usr/local/nvidia/bin")  # of nvidia-smi where PATH lacks it; the second in containers
INTERVAL = 0.1  # seconds between two queries of the GPU


@dataclass
class Card:
    """The first GPU that this process may use, made the only one for its children."""

    gpu: Gpu
    driver: str = ""
    _handle: Any = None

    def look(self) -> tuple[float | None, float | None]:
        """Recent use of the GPU in percent, and its memory in use in MB; None: unknown."""
        if self._handle is not None:
            import pynvml

            with contextlib.suppress(pynvml.NVMLError):
                used = pynvml.nvmlDeviceGetMemoryInfo(self._handle).used
                return pynvml.nvmlDeviceGetUtilizationRates(self._handle).gpu, used / 2**20
            return None, None
        for use, memory in _smi("utilization.gpu,memory.used", self.gpu.uuid):
            return _number(use), _number(memory)
        return None, None


@dataclass
class Watched:
    """Values of a GPU over some time."""

    use: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float | None]:
        """The mean use of the GPU in percent, and the maximum of its memory in use, in MB; None: unknown."""
        return {
            "gpu_percent": round(statistics.mean(self.use), 1) if self.use else None,
            "card_mb": round(max(self.memory)) if self.memory else None,
        }


def find() -> Card | None:
    """The first NVIDIA GPU of this process, or None. Hides all others from child processes."""
    gpus = machine.here().gpus
    if gpus:
        card = _by_nvml(gpus[0])
    else:
        listed = machine.visible(tuple(_listed()), os.environ.get("CUDA_VISIBLE_DEVICES"))
        if not listed:
            return None
        card = Card(listed[0], next(iter(_smi("driver_version")), [""])[0])
    if len(gpus) > 1 and not card.gpu.partitioned:
        os.environ["CUDA_VISIBLE_DEVICES"] = card.gpu.uuid
    return card


@contextlib.contextmanager
def watched(card: Card | None) -> Iterator[Watched]:
    """Queries the GPU at intervals until the block ends."""
    found, ended = Watched(), threading.Event()

    def watch() -> None:
        while card and not ended.wait(INTERVAL):
            use, memory = card.look()
            found.use += [use] if use is not None else []
            found.memory += [memory] if memory is not None else []

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


def _by_nvml(gpu: Gpu) -> Card:
    import pynvml

    pynvml.nvmlInit()
    driver = pynvml.nvmlSystemGetDriverVersion()
    return Card(gpu, driver, pynvml.nvmlDeviceGetHandleByUUID(gpu.uuid))


def _listed() -> Iterator[Gpu]:
    """The GPUs that nvidia-smi lists."""
    for name, memory, capability, uuid in _smi("name,memory.total,compute_cap,uuid"):
        yield Gpu(name=name, arch=f"sm_{capability.replace('.', '')}", memory=int(float(memory)), uuid=uuid)


def _smi(query: str, uuid: str = "") -> list[list[str]]:
    """Answers of nvidia-smi, a list for each GPU; empty if there is no nvidia-smi."""
    program = shutil.which("nvidia-smi") or shutil.which("nvidia-smi", path=os.pathsep.join(PLACES))
    if not program:
        return []
    command = [program, f"--query-gpu={query}", "--format=csv,noheader,nounits", *(["-i", uuid] if uuid else [])]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=30)
    except (OSError, subprocess.SubprocessError):
        return []
    lines = done.stdout.splitlines() if done.returncode == 0 else []
    return [[part.strip() for part in line.split(",")] for line in lines]


def _number(text: str) -> float | None:
    """A number printed by nvidia-smi; None for "[N/A]"."""
    try:
        return float(text)
    except ValueError:
        return None
