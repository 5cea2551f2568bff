"""How fast problems are planned and images rendered here: `make bench`, or `python benchmarks/throughput.py`."""

import argparse
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tvrgen._support import resources
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.generation import worker
from tvrgen.sampling import sampler

RENDERED = 4  # problems
ROUNDS = 5
SCENES = 1000
SMALL = (
    "render.preset=draft",
    "render.width=80",
    "render.height=60",
    "render.device=cpu",
    f"splits.train.count={SCENES}",
)
CASES = {
    "trance_event with three final views": ("trance_event", "cameras.final=[left,center,right]"),
    "star_r1 with the centre view": ("star_r1", "splits.train.cameras.final=[center]"),
}


def machine() -> str:
    """The CPU's name, threads and memory."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return f"{name}, {os.cpu_count()} threads, Python {platform.python_version()}"


def planning() -> Iterator[str]:
    """Problems a second in one process, visibility included: medians of rounds that alternate between the cases."""
    loaded = {name: loader.load(path, assignments(overrides)) for name, (path, *overrides) in CASES.items()}
    seconds: dict[str, list[float]] = {name: [] for name in loaded}
    for number in range(-1, ROUNDS):  # the first round loads meshes and is not counted
        for name, settings in loaded.items():
            start = time.perf_counter()
            for k in range(100 * (number + 1), 100 * (number + 2)):
                sampler.plan_problem(settings, "train", k)
            seconds[name] += [time.perf_counter() - start] * (number >= 0)
    for name, rounds in seconds.items():
        yield f"planning {name}: {100 / statistics.median(rounds):.0f} problems/s"


def ready_configs(count: int) -> Iterator[str]:
    """Plans `count` problems of each shipped config, as many of each split; memory at the end of each."""
    for name in resources.shipped_configs():
        splits = loader.load(name).splits
        settings = loader.load(name, {f"splits.{s}.count": -(-count // len(splits)) for s in splits})
        start, draws = time.perf_counter(), []
        for split in settings.splits.values():
            draws += [1 + sampler.plan_problem(settings, split.name, k).problem.attempt for k in range(split.count)]
        rate = len(draws) / (time.perf_counter() - start)
        yield (
            f"{name}: {len(draws)} problems, {rate:.0f} a second, {statistics.mean(draws):.2f} draws each"
            f" (at most {max(draws)}); {memory():.0f} MB"
        )


def memory() -> float:
    """This process's memory in use, in MB."""
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * resource.getpagesize() / 2**20


def rendering() -> Iterator[str]:
    """Median seconds for an image of the quickstart config, then memory while small ones of many scenes are made."""
    settings = loader.load("quickstart")
    split, seconds = settings.split("train"), []
    with tempfile.TemporaryDirectory() as folder:
        renderer = worker.open_renderer(settings, Path(folder) / "log")
        renderer.configure(split)
        for k in range(RENDERED):
            planned = sampler.plan_problem(settings, "train", k)
            for shot in (planned.initial, *planned.finals):
                start = time.perf_counter()
                renderer.render(shot, Path(folder) / "image.png")
                seconds.append(time.perf_counter() - start)
        version = renderer.description["blender"]
        small = loader.load("quickstart", assignments(SMALL))
        renderer.configure(small.split("train"))
        held: dict[str, list[float]] = {"": [], ", Cycles' data kept as on a GPU": []}
        for how, megabytes in held.items():
            renderer._stage.persist(bool(how))
            for k in range(SCENES):
                planned = sampler.plan_problem(small, "train", k)
                renderer.render(planned.shots[-1], Path(folder) / "image.png")
                megabytes += [memory()] * (k in (99, SCENES // 2 - 1, SCENES - 1))
    size = f"{split.render.width}x{split.render.height}, {split.render.samples} samples, denoised"
    yield f"rendering: {statistics.median(seconds):.2f} s per image ({size}; Blender {version})"
    for how, megabytes in held.items():
        yield f"memory after 100, {SCENES // 2} and {SCENES} scenes{how}: {', '.join(f'{m:.0f}' for m in megabytes)} MB"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="problems of each ready config to plan")
    options = parser.parse_args()
    print(machine())
    for line in planning():
        print(line)
    for line in rendering():
        print(line, flush=True)
    for line in ready_configs(options.count):
        print(line, flush=True)
