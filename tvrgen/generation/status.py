"""Status of a dataset, during a run or later: problems and shards done, missing and given up, and the run's rate."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tvrgen._support import json_lines
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import counted, printable
from tvrgen.config import loader
from tvrgen.config.settings import Config, Split
from tvrgen.dataset import catalog, clips, preparation
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.base import Storage
from tvrgen.dataset.storage.open import open_existing
from tvrgen.generation.journal import QUARANTINE

_RECENT = 600.0  # seconds over which the rate of a run in progress is taken


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitStatus:
    """Numbers of problems and shards of a split: done, and in all."""

    problems: int
    count: int
    shards_done: int
    shards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Status of a dataset. `str(status)` is a few sentences for people."""

    splits: dict[str, SplitStatus]
    again: dict[str, str]
    """Shards that the next run makes again, and why."""
    given_up: dict[str, Record]
    """Shards that the last run gave up: `reason`, `node`, and `log`, the last lines of the worker's log."""
    running: bool
    """Whether a run is in progress."""
    finished: bool
    images_left: int
    """Images still to be made, with those of intermediate states and the frames of clips: about as many, where the
    number of changes varies."""
    rate: float
    """Images a second of the last run, of its last minutes if it is in progress; 0 before its first shard."""
    nodes: int
    """Machines that made them."""

    def __str__(self) -> str:
        return "\n".join(map(printable, self._sentences()))

    def _sentences(self) -> Iterator[str]:
        for name, split in self.splits.items():
            yield (f"{name}: {split.problems} of {split.count} problems, {split.shards_done} of {split.shards} shards")
        yield from (f"to be made again: {shard}: {why}" for shard, why in self.again.items())
        for shard, about in self.given_up.items():
            yield f"given up: {shard}: {about['reason']}" + (f" (on {about['node']})" if about["node"] else "")
        if self.rate:
            rate = f"{self.rate:.2f} images a second on {counted(self.nodes, 'node')}"
            left = f"about {_duration(self.images_left / self.rate)} left"
            yield f"running: {rate}, {left}" if self.running else f"the last run made {rate}"
        elif self.running:
            yield "running: no shard is done yet"
        resume = "" if self.running else "; tvrgen generate continues"
        yield "finished" if self.finished else f"not finished{resume}"


def status(root: str | Path) -> Status:
    """Returns the status of a dataset in a folder or at a URL. Raises UserError if none was begun there."""
    storage = open_existing(root)
    if storage.exists("export.json"):
        raise UserError(f"{storage}: is an export, and complete; status is for datasets")
    document = preparation.config_document(storage)
    if document is None:
        lacks = "its config.json cannot be read" if storage.exists("config.json") else "there is no config.json"
        raise UserError(f"{storage}: {lacks}, so no dataset was begun here; run tvrgen generate")
    config = loader.from_document(document, storage / "config.json", trust=False)
    splits = _splits(storage, config)
    left = sum(_images(config.split(name), own.count - own.problems) for name, own in splits.items())
    running = storage.is_locked()
    rate, nodes = _rate(storage, running)
    return Status(
        splits=splits,
        again=catalog.again(storage),
        given_up=_given_up(storage),
        running=running,
        finished=not left and preparation.is_described(storage),
        images_left=left,
        rate=rate,
        nodes=nodes,
    )


def _images(split: Split, problems: int) -> int:
    """About the number of images of so many problems: of those with changes, each number occurs equally often."""
    steps, unchanged = split.sampling.steps, float(split.sampling.no_change)
    of_each = [clips.number_of_images(number, split.cameras.final, split) for number in steps]
    return round(problems * (unchanged * split.images + (1 - unchanged) * sum(of_each) / len(steps)))


def _splits(storage: Storage, config: Config) -> dict[str, SplitStatus]:
    committed, splits = storage.shards(), {}
    for name, split in config.splits.items():
        shards = shards_of(config, name)
        done = [shard for shard in shards if shard.path in committed]
        problems = sum(shard.count for shard in done)
        splits[name] = SplitStatus(problems=problems, count=split.count, shards_done=len(done), shards=len(shards))
    return splits


def _given_up(storage: Storage) -> dict[str, Record]:
    """The shards that the last run gave up; what else its file may hold is ignored."""
    found: Any = None
    with contextlib.suppress(UserError):
        found = catalog.read_json(storage, QUARANTINE) if storage.exists(QUARANTINE) else None
    pairs = found.items() if isinstance(found, dict) else ()
    return {shard: about for shard, about in pairs if _has(about, reason=str, node=str)}


def _rate(storage: Storage, running: bool) -> tuple[float, int]:
    """Returns the images a second of the last run (recent ones if it is in progress), and the number of its nodes."""
    runs = sorted(name for name in storage.names("log") if name.startswith("run-"))
    times: list[float] = []  # of the first event and of the last
    shards: list[tuple[float, int]] = []
    nodes: set[str] = set()
    if runs:
        with contextlib.suppress(OSError, UserError):
            for event in _events(storage.read(f"log/{runs[-1]}")):
                times[1:] = [event["time"]]
                if event["event"] == "shard" and _has(event, images=int, node=str):
                    shards.append((event["time"], event["images"]))
                    nodes.add(event["node"])
    if not shards:
        return 0.0, 0
    end = time.time() if running else times[-1]
    start = max(times[0], end - _RECENT) if running else times[0]
    return sum(images for at, images in shards if at >= start) / max(end - start, 1e-3), len(nodes)


def _events(log: bytes) -> Iterator[Record]:
    """Yields the events of a log. A full disk or a loss of power cuts its last line short, or leaves zeros."""
    for line in log.splitlines():
        with contextlib.suppress(UserError):
            event = json_lines.parse(line, "log")
            if _has(event, time=int | float, event=str):
                yield event


def _has(found: Any, **types: Any) -> bool:
    """Whether a JSON value is an object with values of these types."""
    return isinstance(found, dict) and all(isinstance(found.get(key), kind) for key, kind in types.items())


def _duration(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
