"""Costs of workers, Ray and object stores: `python benchmarks/workers.py`, about ten minutes.

Sides alternate, over several rounds; medians. Rates are those of the time in which all workers are at work.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from throughput import machine

ROOT = Path(__file__).parent.parent
PROBLEMS = 12  # of four images


def rate(out: str, *arguments: str, waiting: float | None = None) -> tuple[float, float]:
    """(images a second once started, seconds from the command to the first image) of one run."""
    command = [sys.executable, "-m", "tvrgen", "generate", "quickstart", "--out", out, "--log-json"]
    command += [f"--set=splits.train.count={PROBLEMS}", "--set=output.shard_size=1", *arguments]
    if waiting is not None:
        command = [sys.executable, str(ROOT / "benchmarks/waiting.py"), out, *arguments]
    start = time.time()
    environment = {**os.environ, "WAIT": str(waiting)}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, encoding="utf-8", cwd=ROOT)
    shards = [event for event in map(json.loads, done.stdout.splitlines()) if event["event"] == "shard"]
    images, first = at_work(shards)
    return images, first - start


def at_work(shards: list[dict]) -> tuple[float, float]:
    """(images a second while all workers are at work, time of the first image) of a run's events of shards."""
    spans: dict[int, list[tuple[float, float, int]]] = {}  # of each worker: shards from, to, images
    for event in shards:
        begun = event["time"] - sum(event["seconds"].values())
        spans.setdefault(event["pid"], []).append((begun, event["time"], event["images"]))
    # while all of them work: they are not ready together, and the last shard is one worker's alone
    low, high = max(own[0][0] for own in spans.values()), min(own[-1][1] for own in spans.values())
    parts = [(max(0, min(end, high) - max(begun, low)) / (end - begun) * images)
             for own in spans.values() for begun, end, images in own]  # fmt: skip
    begun, end, images = min(own[0] for own in spans.values())
    return sum(parts) / (high - low), begun + (end - begun) / images


def compare(rounds: int, sides: dict[str, tuple]) -> dict[str, tuple[float, float]]:
    """Median of each side's figures over rounds that alternate."""
    found: dict[str, list] = {name: [] for name in sides}
    for k in range(rounds):
        for name, (arguments, waiting) in sides.items():
            with tempfile.TemporaryDirectory() as folder:
                out = next((a for a in arguments if "://" in a), f"{folder}/out")
                rest = [a for a in arguments if "://" not in a]
                found[name].append(rate(f"{out}-{k}" if "://" in out else out, *rest, waiting=waiting))
    return {name: tuple(map(statistics.median, zip(*figures, strict=True))) for name, figures in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    print(machine(), flush=True)

    sides = {
        "one worker, one thread": (("--threads", "1"), None),
        "two workers, one thread each": (("--workers", "2", "--threads", "1"), None),
        "one process, two threads": (("--threads", "2"), None),
    }
    found = compare(rounds, sides)
    one, two, threads = (figures[0] for figures in found.values())
    print(
        f"images a second: one worker of one thread {one:.2f}, two of them {two:.2f}, one process of two {threads:.2f}"
    )
    print(f"two workers make {two / one:.2f} times as much as one, {two / threads:.2f} times as much as that process")
    first = [figures[1] for figures in found.values()]
    print(f"from the command to the first image: {first[0]:.1f} s in one process, {first[1]:.1f} s by Ray", flush=True)

    wait = 2.0
    found = compare(rounds, {"alone": ((), wait), "ray": (("--workers", "2"), wait)})
    alone, ray = found["alone"][0], found["ray"][0] / 2
    print(f"at {wait} s an image, Ray takes {1 - ray / alone:.1%} of the wall time", flush=True)

    sys.path.insert(0, str(ROOT))
    from tests import stores

    with stores.s3_server() as address:
        os.environ.update(stores.variables(address))
        bucket = stores.bucket(address)
        found = compare(rounds, {"folder": ((), None), "s3": ((f"{bucket}/out",), None)})
    folder, s3 = (figures[0] for figures in found.values())
    print(f"output to an S3 server on this machine takes {1 - s3 / folder:.1%} more than to a folder")


if __name__ == "__main__":
    main()
