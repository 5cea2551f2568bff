"""What a GPU does with our images: `python benchmarks/gpu.py --out gpu.json`, at most 4 minutes.

Images a second of all workers together, of one thread each; seconds until the first image; how busy the card is and
what it holds. One thing at a time is changed around what tvrgen does: the number of workers, MPS, persistent data,
where images are denoised, OptiX, the preset, the number of light paths on the card. Beside them: the CPU alone, the
plain command, and how much alike the images of CPU, CUDA and OptiX are. Each row is written as soon as it is made; one
that cannot be made says why. Of several GPUs, the first is used.

Kernels have to be there (`tvrgen kernels`). Where there is no GPU, `--device cpu` tries the program itself.
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
from gpu_workers import BLOCKING, Fault, Setting, Workers, median, rate
from throughput import machine as cpu

import tvrgen
from tvrgen.generation import machine, mps
from tvrgen.imaging.blender import kernels

SCENES = 16  # at most, for likeness: one for each worker
COUNTS = (1, 2, 4, 8, 16)
GROUPS = ("cpu", "workers", "settings", "presets", "likeness", "command")
CHANGES = ({"persistent": False}, {"denoiser": "cpu"}, {"persistent": False, "denoiser": "cpu"}, {"device": "optix"})
LEAST = 10.0  # seconds besides those of its images that a row may take
COLUMNS = {
    "workers": "workers", "device": "device", "preset": "preset", "denoised_on": "denoised on",
    "persistent": "persistent data", "mps": "MPS", "states": "states", "images_a_second": "images/s",
    "first_s": "first image, s", "image_s": "an image, s", "gpu_percent": "GPU, %", "card_mb": "card, MB",
    "card_mb_a_worker": "there by a worker, MB", "worker_mb": "RAM of a worker, MB",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A setting to be measured with so many workers."""

    group: str = field(compare=False)
    workers: int
    setting: Setting
    mps: bool = True


class Results:
    """The file of results: written anew with every one."""

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
    """What all parts share: options, card, results, and the moment at which all must be done."""

    options: argparse.Namespace
    card: Card | None
    results: Results
    folder: Path
    end: float

    def left(self) -> float:
        return self.end - time.monotonic()


def rows(device: str, counts: Sequence[int], cores: int) -> list[Row]:
    """All rows, each once, the most telling first. Rows of few workers come before those of many.

    Workers that have not used the card yet hold none of its memory, so that rows tell what one worker holds.
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
    """Figures of a row. `before`: MB of the card that were taken without the workers. Raises Fault."""
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
    """Workers that are started when they are first needed, and again after a fault."""

    def __init__(self, bench: Bench, count: int) -> None:
        self._bench, self._count = bench, count
        self._workers: Workers | None = None
        self.before = bench.card.look()[1] if bench.card else None  # MB taken on the card

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def workers(self) -> Workers:
        """Raises Fault if they do not start, or if the time is up."""
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


def line(row: dict[str, Any]) -> str:
    """A row in one line: what differs from what tvrgen does, and its figures or why there are none."""
    usual = dataclasses.asdict(Setting(device=row["device"]))
    differs = [f"{name}: {row[name]}" for name, value in usual.items() if row[name] != value]
    made = ", ".join([f"{row['workers']} on {row['device']}", *["MPS"] * row["mps"], *differs])
    if "failed" in row:
        return f"{made}: {row['failed']}"
    return f"{made}: {row['images_a_second']} images/s, first image after {row['first_s']} s"


def table(made: Sequence[dict[str, Any]]) -> str:
    """The rows as a table in Markdown, then those that failed, one a line."""

    def cell(row: dict[str, Any], name: str) -> str:
        value = row.get(name)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "-" if value is None else str(value)

    whole = [row for row in made if "failed" not in row]
    lines = [COLUMNS.values(), ["---"] * len(COLUMNS), *([cell(row, name) for name in COLUMNS] for row in whole)]
    text = "\n".join(f"| {' | '.join(own)} |" for own in lines)
    return "\n".join([text, *(line(row) for row in made if "failed" in row)])


def main() -> int:
    started = time.monotonic()
    options = arguments().parse_args()
    card = find() if options.device != "cpu" else None
    if options.device != "cpu" and not card:
        print("no NVIDIA GPU on this machine; --device cpu tries the benchmark without one")
        return 2
    if card and not kernels.found(card.gpu.arch):
        print(f"no kernel for {card.gpu}: the first image would take some minutes; `tvrgen kernels` makes it before")
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
    """Makes all parts: rows with MPS and likeness, the plain command, rows without MPS."""
    name = f"benchmark-{os.getpid()}"
    fault = mps.join(name, os.environ.get("CUDA_VISIBLE_DEVICES")) if bench.card else "it is of no use here"
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
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda", help="what renders (default: cuda)")
    parser.add_argument("--rows", nargs="+", choices=GROUPS, default=list(GROUPS), help="parts to make (default: all)")
    parser.add_argument("--workers", nargs="+", type=int, metavar="N", help="numbers of workers (default: 1 2 4 8 16, "
                        "as far as there are cores)")  # fmt: skip
    parser.add_argument("--seconds", type=float, default=4.0, help="of measuring a row (default: 4; twice on the CPU)")
    parser.add_argument("--limit", type=float, default=235.0, help="seconds in all; what no time is left for is left "
                        "out (default: 235)")  # fmt: skip
    parser.add_argument("--problems", type=int, default=1200, help="of the plain command (default: 1200)")
    parser.add_argument("--blocking", action="store_true", help="workers sleep while they wait for the card, and do "
                        "not poll it, as CUDA does: an experiment, for --rows workers")  # fmt: skip
    parser.add_argument("--images", type=Path, help="a folder to keep the images that are compared in")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override a key of the config")
    return parser


if __name__ == "__main__":
    sys.exit(main())
