"""How fast problems are planned and images rendered here: `make bench`, or `python benchmarks/throughput.py`.

`--against CHECKOUT` compares the planning of each ready config with that of another checkout instead, such as one of
the last release: a few rounds, which alternate between the two. Rates are problems per second of a CPU core, so that
other work on the machine changes them little.
"""

import argparse
import itertools
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tvrgen._support import resources
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.sampling import sampler

try:
    from tvrgen.questions.asking import plan_problem
except ImportError:  # a checkout to compare with, from before there were families of questions
    from tvrgen.sampling.sampler import plan_problem

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
            start = time.process_time()
            for k in range(100 * (number + 1), 100 * (number + 2)):
                sampler.plan_problem(settings, "train", k)
            seconds[name] += [time.process_time() - start] * (number >= 0)
    for name, rounds in seconds.items():
        yield f"planning {name}: {100 / statistics.median(rounds):.0f} problems/s"


def ready_configs() -> list[str]:
    """The names of all shipped configs, those of one kind of change each last."""
    folder = resources.ROOT / "configs"
    return [*resources.shipped_configs(), *sorted(f"kinds/{path.stem}" for path in (folder / "kinds").glob("*.yaml"))]


def planned(name: str, count: int) -> dict[str, float]:
    """Plans `count` problems of a config, as many of each split: problems a second, draws, and the slowest problem.

    The first problem of each split, for which meshes are loaded, is planned before.
    """
    splits = loader.load(name).splits
    settings = loader.load(name, {f"splits.{s}.count": -(-count // len(splits)) for s in splits})
    for split in splits:
        plan_problem(settings, split, 0)
    draws, seconds = [], []
    for split in settings.splits.values():
        for k in range(split.count):
            start = time.process_time()
            draws.append(1 + plan_problem(settings, split.name, k).problem.attempt)
            seconds.append(time.process_time() - start)
    return {
        "problems": len(draws),
        "rate": len(draws) / sum(seconds),
        "draws": statistics.mean(draws),
        "most": max(draws),
        "slowest": max(seconds),
    }


def all_planned(count: int) -> Iterator[str]:
    """A line on `count` problems of each ready config; memory at the end of each."""
    for name in ready_configs():
        found = planned(name, count)
        yield (
            f"{name}: {found['problems']} problems, {found['rate']:.0f} a second, {found['draws']:.2f} draws each"
            f" (at most {found['most']}), {found['slowest']:.2f} s at most; {memory():.0f} MB"
        )


def compared(other: Path, count: int) -> Iterator[str]:
    """A line on each ready config that another checkout has too: medians of rounds that alternate between the two."""
    checkouts = (resources.ROOT, other)
    for name in ready_configs():
        if not (other / "configs" / f"{name}.yaml").is_file():
            continue
        rounds = [[_planned_by(checkout, name, count) for checkout in checkouts] for _ in range(ROUNDS)]
        here, there = (statistics.median(found["rate"] for found in own) for own in zip(*rounds, strict=True))
        (mine, theirs), ratio = (found["draws"] for found in rounds[0]), here / there
        yield f"{name}: {here:.0f} a second against {there:.0f} ({ratio:.2f}), {mine:.2f} draws against {theirs:.2f}"


def _planned_by(checkout: Path, name: str, count: int) -> dict[str, float]:
    """What `planned` returns with the code and the configs of a checkout."""
    command = [sys.executable, __file__, "--planned", name, "--count", str(count)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(checkout)}, capture_output=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def memory() -> float:
    """This process's memory in use, in MB."""
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * resource.getpagesize() / 2**20


def rendering() -> Iterator[str]:
    """Median seconds for an image of the quickstart config, then memory while small ones of many scenes are made."""
    from tvrgen.generation import worker

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
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="compare planning with another checkout")
    parser.add_argument("--planned", metavar="CONFIG", help="plan this config alone, and print its figures as JSON")
    options = parser.parse_args()
    if options.planned:
        print(json.dumps(planned(options.planned, options.count)))
        sys.exit()
    print(machine())
    if options.against:
        lines = compared(options.against.resolve(), options.count)
    else:
        lines = itertools.chain(planning(), rendering(), all_planned(options.count))
    for line in lines:
        print(line, flush=True)
