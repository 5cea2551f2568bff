"""Trial: images per second that one worker renders on a device, measured for some seconds in a separate process.

`python -m tvrgen.generation.trial cuda 3` is that process. A process has one Blender, and a driver that crashes ends
its process.
"""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.generation import process, worker
from tvrgen.sampling import sampler

_LIMIT = 120.0  # seconds of the whole process
_PROBLEMS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Result of a trial. `fault`: the reason why there are no images; empty if there are."""

    images_per_second: float = 0.0
    first: float = 0.0
    """Seconds until the first image, after Blender has been opened."""
    denoised_on: str | None = None
    """Type of the device that denoises; None if there are no images."""
    fault: str = ""


def run(device: str, visible: str | None = None, seconds: float = 3.0, limit: float = _LIMIT) -> Trial:
    """Tries a type of device with the preset `standard` at 320x240 and one thread.

    Args:
        device: A value of `render.device`.
        visible: CUDA_VISIBLE_DEVICES of the trial; None: that of this process.
        seconds: Seconds of rendering after the first image.
        limit: Seconds after which the trial counts as failed.
    """
    environment = dict(os.environ) | ({} if visible is None else {"CUDA_VISIBLE_DEVICES": visible})
    command = [sys.executable, "-m", __name__, device, str(seconds)]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, encoding="utf-8", errors="replace", timeout=limit
        )
    except subprocess.TimeoutExpired:
        return Trial(fault=f"it did not end within {limit:.0f} s")
    try:
        return Trial(**json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError, TypeError):
        code = done.returncode
        ended = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        said = done.stderr.strip().splitlines()
        return Trial(fault=": ".join([f"it ended with {ended}", *said[-1:]]))


def _measure(device: str, seconds: float, folder: Path) -> Trial:
    config = loader.load("quickstart", {"render.device": device})
    split = next(iter(config.splits.values()))
    shots = [s for k in range(_PROBLEMS) for s in sampler.plan_problem(config, split.name, k).shots]
    renderer = worker.open_renderer(config, folder / "blender.log", threads=1)
    start = time.perf_counter()
    renderer.configure(split)
    renderer.render(shots[0], folder / "image.png")
    begun, count, took = time.perf_counter(), 0, 0.0
    while not count or took < seconds:
        count += 1
        renderer.render(shots[count % len(shots)], folder / "image.png")
        took = time.perf_counter() - begun
    return Trial(images_per_second=count / took, first=begun - start, denoised_on=renderer.denoised_on)


def _main(device: str, seconds: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            trial = _measure(device, float(seconds), Path(folder))
        except Exception as error:
            trial = Trial(fault=str(error) if isinstance(error, UserError) else process.reason(error))
    print(json.dumps(dataclasses.asdict(trial)), flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
