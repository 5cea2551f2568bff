"""How many workers one driver can serve: `python benchmarks/scale.py`, about seven minutes.

Many Ray workers on this machine, which plan and write as ever but only wait where they would render, make a large
dataset with the real driver. Then workers that do nothing at all show how many shards a second pass through the driver.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from pathlib import Path

import waiting
from throughput import machine, memory

from tvrgen._support.progress import Silent
from tvrgen.config import loader
from tvrgen.dataset.shards import Shard
from tvrgen.dataset.storage.open import open_storage
from tvrgen.generation import driver, journal, ray_crew, worker
from tvrgen.generation.driver import Limits, Task
from tvrgen.generation.ray_session import RayOptions


class Memory(Silent):
    """Notes the driver's memory in place of a progress bar."""

    def __init__(self) -> None:
        self.held: list[float] = []
        self._next = time.monotonic()

    def update(self, count: int, note: str = "") -> None:
        if time.monotonic() > self._next:
            self.held.append(memory())
            self._next = time.monotonic() + 10


class _Nothing:
    """A worker whose shards are done at once."""

    def __init__(self, *_) -> None:
        pass

    def open(self) -> dict:
        return {"node": "here", "log": ""}

    def advance(self, shard, why, seconds) -> tuple:
        return 400, {"node": "here", "pid": 1, "memory": 1, "seconds": {}}, None


def crowd(workers: int, images: int, seconds: float) -> None:
    """A large dataset by workers that wait: what the driver takes, and how busy they are."""
    os.environ["WAIT"] = str(seconds)
    bar, lines = Memory(), []
    with tempfile.TemporaryDirectory() as folder:
        waiting.make(f"{folder}/out", workers, images // 4, 100, lines.append, bar)
    events = [json.loads(line) for line in lines]
    shards = [event for event in events if event["event"] == "shard"]
    begun = min(event["time"] - sum(event["seconds"].values()) for event in shards)
    wall, busy = shards[-1]["time"] - begun, sum(sum(event["seconds"].values()) for event in shards)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent, tenth = usage.ru_utime + usage.ru_stime, max(1, len(bar.held) // 10)
    held = (bar.held[tenth], bar.held[len(bar.held) // 2], bar.held[-1])
    print(f"{workers} workers at {seconds} s per image: {images} images, {len(shards)} shards in {wall:.0f} s")
    print(
        f"the first worker was ready after {begun - events[0]['time']:.0f} s; all were busy {busy / wall / workers:.1%}"
    )
    print(f"driver: {1000 * spent / len(shards):.0f} ms of CPU a shard, {spent / wall:.1%} of one core")
    print(f"driver's memory after a tenth, half and all: {', '.join(f'{m:.0f}' for m in held)} MB", flush=True)


def ceiling(workers: int, count: int) -> None:
    """Shards a second, and the driver's CPU for each, where the work itself takes no time."""
    settings = loader.load("quickstart")
    ray_crew.Actor = _Nothing
    with tempfile.TemporaryDirectory() as folder:
        storage = open_storage(folder)
        (Path(folder) / "log").mkdir()
        crew = ray_crew.RayCrew(settings, storage, RayOptions(workers=workers), worker.OPENER, count)
        while crew.workers < workers:
            list(crew.events())
        log = journal.Journal(storage, lambda *_: None)
        tasks = [Task(Shard("train", n, 100 * n, 100), 400) for n in range(count)]
        start, before = time.perf_counter(), time.process_time()
        driver.drive(tasks, crew, Limits(), log)
        seconds, spent = time.perf_counter() - start, time.process_time() - before
        crew.close()
    rate, each = count / seconds, 1000 * spent / count
    print(f"{workers} workers that do nothing: {rate:.0f} shards a second, {each:.2f} ms of the driver's CPU each")
    print(f"driver's memory after {count} shards more: {memory():.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=64)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=0.2, help="seconds per image (default: 0.2)")
    options = parser.parse_args()
    print(machine(), flush=True)
    crowd(options.workers, options.images, options.seconds)
    ceiling(8, 20_000)


if __name__ == "__main__":
    main()
