"""How fast problems are planned and pictures rendered here: `make bench`, or `python benchmarks/throughput.py`."""

import os
import platform
import resource
import statistics
import tempfile
import time
from pathlib import Path

from tvrgen import config, sampler, worker

PLANNED, RENDERED = 300, 4  # problems


def machine() -> str:
    """The CPU's name, threads and memory."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return f"{name}, {os.cpu_count()} threads, Python {platform.python_version()}"


def planning() -> str:
    """Problems a second with visibility, in one process."""
    settings = config.load("quickstart", (f"splits.train.count={PLANNED}",))
    sampler.plan_problem(settings, "train", 0)  # meshes are loaded once
    start = time.perf_counter()
    attempts = sum(1 + sampler.plan_problem(settings, "train", k).problem.attempt for k in range(PLANNED))
    rate = PLANNED / (time.perf_counter() - start)
    return f"planning: {rate:.0f} problems/s with 3 final views, {attempts / PLANNED:.2f} draws a problem"


def rendering() -> str:
    """Median seconds for a picture of the quickstart config."""
    settings = config.load("quickstart")
    split, seconds = settings.split("train"), []
    with tempfile.TemporaryDirectory() as folder:
        renderer = worker.open_renderer(settings, Path(folder) / "log")
        renderer.configure(split.render)
        for k in range(RENDERED):
            planned = sampler.plan_problem(settings, "train", k)
            for state, view, lights, name in worker.pictures(planned, split):
                start = time.perf_counter()
                renderer.render(state, view, lights, Path(folder) / Path(name).name)
                seconds.append(time.perf_counter() - start)
        version = renderer.description["blender"]
    size = f"{split.render.width}x{split.render.height}, {split.render.samples} samples, denoised"
    return f"rendering: {statistics.median(seconds):.2f} s a picture ({size}; Blender {version})"


if __name__ == "__main__":
    print(machine())
    print(planning())
    print(rendering())
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
