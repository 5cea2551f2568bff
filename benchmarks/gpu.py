"""Benchmark of rendering on a GPU: `python benchmarks/gpu.py --out gpu.json`, at most 4 minutes.

Measures images per second of all workers together, with one thread each, the seconds until the first image, and the use
and memory of the GPU. Each row differs from tvrgen's defaults in one setting: the number of workers, MPS, persistent
data, the denoiser's device, OptiX, the preset, or the number of light paths on the GPU. Also measured: the CPU alone,
the plain command `tvrgen generate`, and the similarity of the images of CPU, CUDA and OptiX. Each row is written when
it is finished; a row that fails gives the reason. Of several GPUs, the first is used.

The GPU's kernel must exist (`tvrgen kernels`). On a machine without a GPU, `--device cpu` tests the program itself.
"""

import argparse
import dataclasses
import importlib.metadata
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gpu_card import Card, find, watched
from gpu_command import command
from gpu_likeness import likeness
from gpu_table import line, table
from gpu_workers import BLOCKING, Fault, Setting, Workers, median, rate
from throughput import machine as cpu

import tvrgen
from tvrgen.generation import machine, mps
from tvrgen.imaging.blender import kernels

SCENES = 16  # at most, to compare devices: one for each worker
COUNTS = (1, 2, 4, 8, 16)
GROUPS = ("cpu", "workers", "settings", "presets", "likeness", "command")
CHANGES = ({"persistent": False}, {"denoiser": "cpu"}, {"persistent": False, "denoiser": "cpu"}, {"device": "optix"})
LEAST = 10.0  # seconds that a row may take in addition to its measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A setting to be measured, and the number of workers."""

    group: str = field(compare=False)
    workers: int
    setting: Setting
    mps: bool = True


class Results:
    """The file of results, rewritten with each result."""

    def __init__(self, path: Path, about: dict[str, Any]) -> None:
        self.rows: list[dict[str, Any]] = []
        self._path, self._content = path, about | {"rows": self.rows, "likeness": [], "command": []}

    def add(self, part: str, result: dict[str, Any]) -> None:
        """Adds a result to a part: rows, likeness or command."""
        self._content[part].append(result)
        beside = self._path.with_name(f"{self._path.name}.new")
        beside.write_text(json.dumps(self._content, indent=1) + "\n")
        beside.replace(self._path)


@dataclass
class Bench:
    """What all parts share: options, GPU, results, and the time at which everything must end."""

    options: argparse.Namespace
    card: Card | None
    results: Results
    folder: Path
    end: float

    def left(self) -> float:
        return self.end - time.monotonic()


def rows(device: str, counts: Sequence[int], cores: int) -> list[Row]:
    """All rows, each once, the most important first.

    Rows of few workers come first: workers that have not used the GPU yet have none of its memory, so that the memory
    of one worker can be computed.
    """
    best, one, most = Setting(device=device), min(counts), max(counts)
    changes = CHANGES if device != "cpu" else CHANGES[:1]
    changed = [dataclasses.replace(best, **change) for change in changes]
    presets = [dataclasses.replace(best, preset=preset) for preset in ("draft", "high")]
    paths = [dataclasses.replace(best, states=0.25)] if device != "cpu" else []
    return list(
        dict.fromkeys(
            [
                Row(group="cpu", workers=cores, setting=Setting(device="cpu", persistent=False)),
                *(Row(group="workers", workers=n, setting=best) for n in counts),
                *(Row(group="settings", workers=most, setting=own) for own in [*changed, *paths]),
                *(Row(group="presets", workers=most, setting=own) for own in presets),
                Row(group="workers", workers=one, setting=best, mps=False),
                *(Row(group="settings", workers=one, setting=own, mps=False) for own in changed),
                *(Row(group="workers", workers=n, setting=best, mps=False) for n in counts),
            ]
        )
    )


def measure(bench: Bench, workers: Workers, row: Row, before: float | None) -> dict[str, Any]:
    """Figures of a row. `before`: MB of GPU memory in use without the workers. Raises Fault."""
    seconds = bench.options.seconds * (2 if row.setting.device == "cpu" else 1)

    def ask(name: str, *arguments: Any) -> list[Any]:
        return workers.ask(row.workers, name, *arguments, seconds=max(1.0, min(60 + seconds, bench.left())))

    first = ask("configure", row.setting)
    with watched(bench.card) as seen:
        answers = ask("measure", time.monotonic() + 0.05, seconds)
    ask("release")
    spans = [own for own, _ in answers]
    figures = seen.figures() if row.setting.device != "cpu" else {}
    taken = figures.get("card_mb")
    return {
        "devices": first[0]["devices"],
        "denoised_on": "/".join(sorted({str(own["denoised_on"]) for own in first})),
        "images_a_second": round(rate(spans, seconds), 2),
        "first_s": round(max(own["seconds"] for own in first), 2),
        "image_s": round(median(spans), 4),
        "images": sum(map(len, spans)),
        "worker_mb": round(max(memory for _, memory in answers)),
        **figures,
        "card_mb_a_worker": round((taken - before) / row.workers) if None not in (taken, before) else None,
    }


class Pool:
    """Workers that are started on first use, and again after a fault."""

    def __init__(self, bench: Bench, count: int) -> None:
        self._bench, self._count = bench, count
        self._workers: Workers | None = None
        self.before = bench.card.look()[1] if bench.card else None  # MB of GPU memory in use

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def workers(self) -> Workers:
        """Raises Fault if they do not start, or if no time is left."""
        if self._bench.left() < LEAST + self._bench.options.seconds:
            raise Fault("no time was left", fatal=False)
        if not self._workers:
            folder = Path(tempfile.mkdtemp(dir=self._bench.folder))
            self._workers = Workers(self._count, self._bench.options.set, folder, self._bench.left())
            print(f"{self._count} workers opened Blender in {self._workers.opened:.1f} s", flush=True)
        return self._workers

    def close(self) -> None:
        if self._workers:
            self._workers.close()
            self._workers = None


def measure_all(bench: Bench, pool: Pool, wanted: Sequence[Row]) -> None:
    """Measures rows, and prints a line for each."""
    for row in wanted:
        about = {
            "workers": row.workers,
            "mps": row.mps and row.setting.device != "cpu",
            **dataclasses.asdict(row.setting),
        }
        try:
            result = about | measure(bench, pool.workers(), row, pool.before)
        except Fault as fault:
            result = about | {"failed": str(fault)}
            if fault.fatal:
                pool.close()
        bench.results.add("rows", result)
        print(line(result), flush=True)


def main() -> int:
    started = time.monotonic()
    options = arguments().parse_args()
    card = find() if options.device != "cpu" else None
    if options.device != "cpu" and not card:
        print("no NVIDIA GPU on this machine; --device cpu tests the benchmark without one")
        return 2
    if card and not kernels.found(card.gpu.arch):
        print(f"no kernel for {card.gpu}: the first image would take minutes; first run `tvrgen kernels`")
        return 2
    if options.blocking:
        os.environ[BLOCKING] = "1"
    cores = machine.cores()
    counts = options.workers or [n for n in COUNTS if n <= cores]
    about = {
        "tvrgen": tvrgen.__version__,
        "bpy": next((found.version for found in importlib.metadata.distributions(name="bpy")), None),
        "cpu": cpu(),
        "cores": cores,
        "gpu": str(card.gpu) if card else None,
        "driver": card.driver if card else None,
        "options": {name: str(value) for name, value in vars(options).items()},
    }
    print(f"{about['cpu']}, {cores} of them usable; {about['gpu']}, driver {about['driver']}", flush=True)
    results = Results(options.out, about)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, card, results, Path(folder), started + options.limit)
        wanted = [row for row in rows(options.device, counts, cores) if row.group in options.rows]
        run(bench, wanted)
    print(f"\n{table(results.rows)}\n{time.monotonic() - started:.0f} s; {options.out}")
    return 0


def run(bench: Bench, wanted: list[Row]) -> None:
    """Measures all parts: rows with MPS, similarity, the plain command, rows without MPS."""
    name = f"benchmark-{os.getpid()}"
    fault = mps.join(name, os.environ.get("CUDA_VISIBLE_DEVICES")) if bench.card else "it is not needed"
    shared = not fault
    if not shared:
        print(f"without MPS: {fault}", flush=True)
        wanted = list(dict.fromkeys(dataclasses.replace(row, mps=False) for row in wanted))
    first = [row for row in wanted if row.mps == shared]
    scenes = min(SCENES, max((row.workers for row in wanted), default=2))
    try:
        with Pool(bench, max([row.workers for row in first] + [scenes])) as pool:
            measure_all(bench, pool, first)
            if "likeness" in bench.options.rows:
                compare(bench, pool, scenes)
    finally:
        mps.leave(name)
    if "command" in bench.options.rows:
        overrides = [*bench.options.set, *["render.device=cpu"] * (bench.options.device == "cpu")]
        made = command(bench.options.problems, overrides, bench.left())
        bench.results.add("command", made)
        print(json.dumps(made), flush=True)
    rest = [row for row in wanted if row.mps != shared]
    if rest:
        with Pool(bench, max(row.workers for row in rest)) as pool:
            measure_all(bench, pool, rest)


def compare(bench: Bench, pool: Pool, scenes: int) -> None:
    """Compares the images of the devices."""
    folder = bench.options.images or bench.folder / "images"
    folder.mkdir(parents=True, exist_ok=True)
    devices = ["cpu"] if bench.options.device == "cpu" else ["cpu", "cuda", "optix"]
    try:
        found = list(likeness(pool.workers(), scenes, devices, folder, max(1.0, min(60.0, bench.left()))))
    except Fault as fault:
        found = [{"failed": str(fault)}]
    for result in found:
        bench.results.add("likeness", result)
        print(f"likeness: {json.dumps(result)}", flush=True)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("gpu.json"), help="file of results (default: gpu.json)")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda", help="device that renders (default: cuda)")
    parser.add_argument(
        "--rows", nargs="+", choices=GROUPS, default=list(GROUPS), help="what to measure (default: all)"
    )
    parser.add_argument("--workers", nargs="+", type=int, metavar="N", help="numbers of workers (default: 1 2 4 8 16, "
                        "at most the number of cores)")  # fmt: skip
    parser.add_argument("--seconds", type=float, default=4.0, help="seconds to measure a row (default: 4; CPU: twice)")
    parser.add_argument("--limit", type=float, default=235.0, help="total seconds; rows without time left "
                        "are omitted (default: 235)")  # fmt: skip
    parser.add_argument("--problems", type=int, default=1200, help="problems of the plain command (default: 1200)")
    parser.add_argument("--blocking", action="store_true", help="workers sleep while they wait for the GPU instead of "
                        "polling it, which is CUDA's default: an experiment, for --rows workers")  # fmt: skip
    parser.add_argument("--images", type=Path, help="a folder in which to keep the compared images")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override a key of the config")
    return parser


if __name__ == "__main__":
    sys.exit(main())
