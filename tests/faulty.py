"""Renderers that go wrong, for workers that find them by name, and datasets made with them.

FAULTS says what happens at which problem: {"5": "hang"}. Where FLAGS names a folder, it happens once.
While the file that HOLD names exists, no problem but the first two is rendered, so that no run ends before it has been
disturbed.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.tiny import ROOT, FlatRenderer

SCRIPT = """
import json, sys
from tests.tiny import load
from tvrgen._support.errors import UserError
from tvrgen.generation.run import generate

asked = json.loads(sys.argv[1])
try:
    outcome = generate(load(*asked["overrides"]), asked["out"], **asked["options"])
except (UserError, OSError) as error:
    sys.exit(f"error: {error}")
print(json.dumps({f.task.shard.path: [f.reason, f.tail] for f in outcome.given_up}))
"""

COMMAND = """
import sys
from tvrgen.cli import main
from tvrgen.generation import worker
worker.OPENER = "tests.faulty:open_faulty"
sys.exit(main.main(sys.argv[1:]))
"""


class Faulty(FlatRenderer):
    """Paints, and does at its problem what FAULT says."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._faults, self._log = json.loads(os.environ["FAULTS"]), log
        self._hold = Path(os.environ.get("HOLD") or os.devnull + "/none")
        log.write_text("opened\n")

    def render(self, shot, path) -> None:
        problem, when = path.name.split("-")[:2]
        while int(problem) >= 2 and self._hold.exists():
            time.sleep(0.05)
        kind = self._faults.get(str(int(problem)))
        if kind and when == "final" and not self._happened(problem):
            with open(self._log, "a") as log:
                log.write(f"about to {kind}\n")
            FAULTS[kind]()
        super().render(shot, path)

    def _happened(self, problem: str) -> bool:
        if not os.environ.get("FLAGS"):
            return False
        flag = Path(os.environ["FLAGS"]) / problem
        there = flag.exists()
        flag.touch()
        return there


def open_faulty(config, log, threads=0) -> Faulty:
    return Faulty(log)


def _raise() -> None:
    raise ValueError("a picture\nwent wrong")


def _exhaust() -> None:
    import resource

    most = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + (200 << 20)
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        bytearray(1 << 32)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


FAULTS = {
    "raise": _raise,
    "hang": lambda: time.sleep(3600),
    "exit": lambda: os._exit(0),
    "sys.exit": sys.exit,
    "kill": lambda: os.kill(os.getpid(), 9),
    "exhaust": _exhaust,
}


def start(out: Path | str, *, faults: dict | None = None, flags="", overrides=(), hold="", **options):
    """A process that makes a dataset of painted images: 8 problems in shards of one, unless overridden.

    `options` are those of `tvrgen.generate`.
    """
    asked = {
        "out": str(out),
        "overrides": ["splits.train.count=8", "output.shard_size=1", *overrides],
        "options": {"opener": "tests.faulty:open_faulty", **options},
    }
    return _process([SCRIPT, json.dumps(asked)], FAULTS=json.dumps(faults or {}), FLAGS=str(flags), HOLD=str(hold))


def command(*arguments, faults: dict | None = None, hold="") -> subprocess.Popen:
    """The `tvrgen` command, with workers that paint and go wrong."""
    return _process([COMMAND, *map(str, arguments)], FAULTS=json.dumps(faults or {}), FLAGS="", HOLD=str(hold))


def _process(code: list[str], **environment: str) -> subprocess.Popen:
    environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", *code], cwd=ROOT, env=environment, start_new_session=True, **pipes)


def finish(process: subprocess.Popen, timeout: float = 120) -> dict:
    """What it gave up, once it is done."""
    output, errors = process.communicate(timeout=timeout)
    assert process.returncode == 0, errors
    return json.loads(output.splitlines()[-1])
