"""Kills runs at random moments, and compares what the next runs complete with an undisturbed dataset, byte for byte.

    python -m tests.kills --count 30 --seed 0

Datasets are made of painted images: in a folder, as tars in a folder, and in an object store (moto's S3). A kill ends
the driver alone, a worker alone (Ray starts another), or all processes as a loss of power does: files that were written
and not yet synced are empty afterwards.
"""

import argparse
import contextlib
import hashlib
import json
import logging
import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import fsspec
from PIL import Image

from tests import stores
from tests.tiny import ROOT, FlatRenderer, load
from tvrgen.generation.run import generate

OVERRIDES = ("splits={train: {count: 30}, test: {count: 9}}", "output.shard_size=2")
PAUSE = 0.06
"""Seconds before each image, so that a run lasts some seconds."""

WAYS = ("driver", "power", "worker")
_MARK, _LEDGER = "TVRGEN_KILLS_RUN", "TVRGEN_KILLS_LEDGER"
_SCRIPT = """
import json, sys
from tests import kills
from tests.tiny import load
from tvrgen.generation.run import generate

kills.note_syncs()
asked = json.loads(sys.argv[1])
outcome = generate(load(*asked["overrides"]), asked["out"], opener="tests.kills:open_painter", workers=asked["workers"])
sys.exit(bool(outcome.given_up))
"""


def note_syncs() -> None:
    """From now on, this process notes each file that it syncs: after a loss of power, these have their content."""
    ledger, sync = os.environ.get(_LEDGER), os.fsync
    if not ledger:
        return

    def noted(file: int) -> None:
        sync(file)
        about = os.fstat(file)
        if stat.S_ISREG(about.st_mode):
            with open(ledger, "a") as lines:
                lines.write(f"{about.st_ino} {about.st_mtime_ns}\n")

    os.fsync = noted


class Painter(FlatRenderer):
    """Paints slowly, each image in a colour of its own."""

    def render(self, shot, path) -> None:
        time.sleep(float(os.environ["PAUSE"]))
        color = hashlib.sha256(path.name.encode()).digest()[:3]
        Image.new("RGB", (shot.view.width, shot.view.height), tuple(color)).save(path)


def open_painter(config, log, threads=0) -> Painter:
    """Renderer of each worker, whose process notes what it syncs."""
    if os.fsync.__name__ != "noted":
        note_syncs()
    return Painter()


def lose_power(out: Path, ledger: Path) -> int:
    """Empties the files that were written and not yet synced; returns their number."""
    synced = set(ledger.read_text().splitlines()) if ledger.exists() else set()
    lost = 0
    for path in out.rglob("*"):
        if path.is_file() and path.stat().st_size:
            about = path.stat()
            if f"{about.st_ino} {about.st_mtime_ns}" not in synced:
                path.write_bytes(b"")
                lost += 1
    return lost


def contents(out: str) -> dict[str, bytes]:
    """All files of a dataset that two runs make alike, by their names."""
    files, base = fsspec.core.url_to_fs(out, use_listings_cache=False)
    found = {path.removeprefix(base).lstrip("/"): files.cat_file(path) for path in files.find(base)}
    return {name: data for name, data in found.items() if not name.startswith("log/") and not name.endswith("run.json")}


@dataclass
class Run:
    """A run in processes of its own, Ray's among them."""

    process: subprocess.Popen
    mark: str

    def everyone(self) -> dict[int, str]:
        """Ids of the run's processes, each with its command line."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"{_MARK}={self.mark}".encode() in (entry / "environ").read_bytes():
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().decode(errors="replace")
        return found

    def actors(self) -> list[int]:
        """Ids of its workers under Ray."""
        return [pid for pid, command in self.everyone().items() if command.startswith("ray::Actor")]

    def kill(self, pids) -> int:
        hit = 0
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                hit += 1
        return hit


def start(out: str, form: str, workers: int, ledger: Path, environment: dict[str, str]) -> Run:
    mark = uuid.uuid4().hex
    asked = {"out": out, "overrides": [*OVERRIDES, f"output.format={form}"], "workers": workers}
    own = {_MARK: mark, _LEDGER: str(ledger), "PAUSE": str(PAUSE), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, json.dumps(asked)],
        cwd=ROOT,
        env={**os.environ, **environment, **own},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    return Run(process, mark)


def disturbed(out: str, form: str, ways: list[str], draw: random.Random, environment: dict[str, str]) -> Iterator[str]:
    """Makes a dataset while it is killed in each of the ways, until a run ends before; yields a line for each kill."""
    with tempfile.TemporaryDirectory() as scratch:
        ledger = Path(scratch) / "synced"
        for way in ways:
            run = start(out, form, 2 if way == "worker" else 1, ledger, environment)
            try:
                line = _strike(run, way, draw, out, ledger)
            finally:
                run.kill(run.everyone())
                _, said = run.process.communicate()
            if not line:
                assert run.process.returncode == 0, said
                break
            yield line
        _finish(start(out, form, 1, ledger, environment))


def _strike(run: Run, way: str, draw: random.Random, out: str, ledger: Path) -> str:
    """Kills a run; returns a line about it, or an empty one if the run had ended by then."""
    start = time.monotonic()
    if way == "worker":
        while not run.actors() and run.process.poll() is None:
            time.sleep(0.2)
    delay = draw.uniform(0, 7) if way == "worker" else draw.uniform(1, 11)
    with contextlib.suppress(subprocess.TimeoutExpired):
        run.process.wait(delay)
        return ""
    passed = f"{way} after {time.monotonic() - start:.1f} s"
    if way == "worker":
        hit = run.kill(draw.sample(sorted(run.actors()), 1))
        _finish(run)
        return f"{passed}: killed {hit} of 2 workers, and the run went on to its end"
    hit = run.kill([run.process.pid] if way == "driver" else run.everyone())
    run.process.wait()
    if way == "power":
        return f"{passed}: {lose_power(Path(out), ledger)} files were not synced"
    return passed


def _finish(run: Run) -> None:
    _, said = run.process.communicate(timeout=300)
    assert run.process.returncode == 0, said


def compare(found: dict[str, bytes], due: dict[str, bytes]) -> str:
    """The names of files that differ; empty if none does."""
    return ", ".join(sorted(name for name in found.keys() | due.keys() if found.get(name) != due.get(name)))


@contextlib.contextmanager
def places(scratch: Path) -> Iterator[dict[str, tuple[str, str]]]:
    """The places of datasets: a title, with the place and the format of shards."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with stores.s3_server() as endpoint, mock.patch.dict(os.environ, stores.variables(endpoint)):
        yield {
            "folder": (str(scratch / "files"), "files"),
            "tars": (str(scratch / "tars"), "webdataset"),
            "store": (f"{stores.bucket(endpoint)}/data", "files"),
        }


def reference(folder: Path, form: str) -> dict[str, bytes]:
    """Files of an undisturbed dataset."""
    with mock.patch.dict(os.environ, PAUSE="0"):
        generate(load(*OVERRIDES, f"output.format={form}"), folder, opener="tests.kills:open_painter")
    return contents(str(folder))


def trial(count: int, seed: int, tell=print) -> list[str]:
    """Kills runs `count` times, as often in each place; returns the datasets that differ from undisturbed ones."""
    draw, differing = random.Random(seed), []
    with tempfile.TemporaryDirectory() as folder, places(Path(folder)) as there:
        for number, (title, (out, form)) in enumerate(there.items()):
            left, made = count // len(there) + (number < count % len(there)), 0
            ways = WAYS if title != "store" else ("driver", "worker")  # a store keeps what it acknowledged
            due = reference(Path(folder) / f"due-{title}", form)
            while left:
                place, made = f"{out}-{made}", made + 1
                chosen = draw.choices(ways, [2 if way == "worker" else 5 for way in ways], k=min(4, left))
                for line in disturbed(place, form, chosen, draw, dict(os.environ)):
                    left -= 1
                    tell(f"{time.strftime('%H:%M:%S')} {title} {made}: {line}", flush=True)
                differences = compare(contents(place), due)
                tell(f"{title} {made}: {differences or f'{len(due)} files, all as undisturbed'}", flush=True)
                differing += [f"{title} {made}: {differences}"] * bool(differences)
    return differing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    return bool(trial(options.count, options.seed))


if __name__ == "__main__":
    sys.exit(main())
