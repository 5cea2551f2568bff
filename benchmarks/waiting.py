"""Datasets made by workers that wait where they would render, for figures about everything else.

    WAIT=2 python benchmarks/waiting.py OUT --workers 2 --problems 8

prints the run's events as JSON lines.
"""

import argparse
import io
import os
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tvrgen._support.progress import Progress
from tvrgen.config import loader
from tvrgen.config.settings import Config
from tvrgen.generation.run import generate


class Waiting:
    """Takes WAIT seconds per image, all of them the same."""

    def __init__(self) -> None:
        self.description: dict[str, str] = {}
        self.denoised_on = None
        self._seconds = float(os.environ["WAIT"])

    def configure(self, split) -> list[str]:
        image = io.BytesIO()
        Image.new("RGB", (split.render.width, split.render.height), "gray").save(image, "PNG")
        self._image = image.getvalue()
        return ["none"]

    def render(self, shot, path: Path) -> None:
        time.sleep(self._seconds)
        path.write_bytes(self._image)

    def save(self, shots, path: Path) -> None:
        raise NotImplementedError


def open_waiting(settings: Config, log: Path, threads: int = 0) -> Waiting:
    """The `opener` of generate."""
    return Waiting()


def make(
    out: str, workers: int, problems: int, shard_size: int, say: Callable[[str], None], progress: Progress | None = None
) -> None:
    """Makes a dataset, four images a problem; `workers` 1: in this process."""
    settings = loader.load("quickstart", {"splits.train.count": problems, "output.shard_size": shard_size})
    threads = 1 if workers > 1 else 0
    opener = "waiting:open_waiting"
    generate(settings, out, workers=workers, threads=threads, opener=opener, progress=progress, on_event=say)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--problems", type=int, default=12)
    options = parser.parse_args()
    make(options.out, options.workers, options.problems, 1, lambda line: print(line, flush=True))
