"""How far a dataset is: what is done, missing and given up, and how fast it goes, while it is made or later."""

import contextlib
import json
import time
from collections.abc import Iterator

from tvrgen._support.messages import counted
from tvrgen.config import loader
from tvrgen.dataset import catalog
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.base import Storage
from tvrgen.errors import UserError
from tvrgen.generation.journal import QUARANTINE

_RECENT = 600.0  # seconds over which the rate is taken


def lines(storage: Storage) -> Iterator[str]:
    """Sentences about a storage. Raises UserError where no dataset was begun."""
    if storage.exists("export.json"):
        raise UserError(f"{storage}: is an export, and complete; status tells of datasets")
    if not storage.exists("config.json"):
        raise UserError(f"{storage}: there is no config.json, so no dataset was begun here; run tvrgen generate")
    config = loader.from_document(catalog.read_json(storage, "config.json"), storage / "config.json")
    there, left = storage.shards(), 0
    for name, split in config.splits.items():
        wanted = shards_of(config, name)
        done = [shard for shard in wanted if shard.path in there]
        problems = sum(shard.count for shard in done)
        left += (split.count - problems) * (1 + split.cameras.released)
        yield f"{name}: {problems} of {split.count} problems, {len(done)} of {len(wanted)} shards"
    finished = storage.exists("dataset.json") and not left
    yield from (f"to be made again: {shard}: {why}" for shard, why in catalog.again(storage).items())
    if storage.exists(QUARANTINE):
        for shard, about in catalog.read_json(storage, QUARANTINE).items():
            yield f"given up: {shard}: {about['reason']}" + (f" (on {about['node']})" if about["node"] else "")
    running = storage.is_locked()
    rate, nodes = _rate(storage, running)
    if rate:
        over = f"{rate:.2f} images a second on {counted(nodes, 'node')}"
        yield f"running: {over}, some {_long(left / rate)} left" if running else f"the last run made {over}"
    elif running:
        yield "running: no shard is done yet"
    yield "finished" if finished else "not finished" + ("" if running else "; the same tvrgen generate goes on")


def _rate(storage: Storage, running: bool) -> tuple[float, int]:
    """Images a second of the last run, lately if it goes on, and the number of its nodes."""
    runs = sorted(name for name in storage.names("log") if name.startswith("run-"))
    if not runs:
        return 0, 0
    events = list(_events(storage.read(f"log/{runs[-1]}")))
    shards = [event for event in events if event["event"] == "shard"]
    if not shards:
        return 0, 0
    end = time.time() if running else events[-1]["time"]
    start = max(events[0]["time"], end - _RECENT) if running else events[0]["time"]
    images = sum(event["images"] for event in shards if event["time"] >= start)
    return images / max(end - start, 1e-3), len({event["node"] for event in shards})


def _events(log: bytes) -> Iterator[dict]:
    for line in log.splitlines():
        with contextlib.suppress(ValueError):  # a full disk or a loss of power cuts the last one short
            yield json.loads(line)


def _long(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
