"""Fuzzing of datasets: damages files of a sound one at random, and runs commands over it, for a number of seconds.

    python -m tests.hostile.fuzz --seconds 120 --seed 0

Prints each command that harmed something, or that ended in another way than with a verdict or one line, and how to make
the dataset again; exits 1 if there was any.
"""

import argparse
import contextlib
import io
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.dataset.validation.damages import seal
from tests.hostile import sound
from tests.hostile.datasets import SECRET
from tests.hostile.guard import watched

_VALUES = (None, True, -1, 0, 10**18, 1e308, "", "..", "../../x", "\x1b[2J", "a\nb", "x" * 5000, [], {}, [[]], {"": 0})


def _flip(content: bytes, draw: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.randint(1, 8)):
        if changed:
            changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def _cut(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content) + 1)]


def _repeat(content: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(content) + 1)
    piece = content[start : start + draw.randint(1, 200)]
    return content[:start] + piece * draw.choice((2, 50, 5000)) + content[start:]


def _json(content: bytes, draw: random.Random) -> bytes:
    """Another value, another key or one less somewhere in a JSON document, or in a line of JSON."""
    lines = content.splitlines() if content.count(b"\n{") else [content]
    k = draw.randrange(len(lines)) if lines else 0
    try:
        lines[k] = json.dumps(_changed(json.loads(lines[k]), draw)).encode()
    except (ValueError, IndexError):
        return _flip(content, draw)
    return b"\n".join(lines) + b"\n"


def _changed(value: Any, draw: random.Random) -> Any:
    if isinstance(value, dict | list) and value and draw.random() < 0.85:
        key = draw.choice([*value] if isinstance(value, dict) else range(len(value)))
        if draw.random() < 0.1:
            del value[key]
        elif isinstance(value, dict) and draw.random() < 0.1:
            value[draw.choice(("", "../x", "\x1b", f"{key}2"))] = value.pop(key)
        else:
            value[key] = _changed(value[key], draw)
        return value
    return draw.choice(_VALUES)


_DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (_flip, _cut, _repeat, _json, _json, _json)


def damage(dataset: Path, draw: random.Random) -> None:
    """Damages one to three files; in half of all cases the checksums are right again."""
    files = sorted(path for path in dataset.rglob("*") if path.is_file() and path.name != "lock")
    for path in draw.sample(files, draw.randint(1, 3)):
        path.write_bytes(draw.choice(_DAMAGES)(path.read_bytes(), draw))
    if draw.random() < 0.5:
        with contextlib.suppress(Exception):  # the damaged documents may hold anything
            seal(dataset)


def once(base: Path, folder: Path, seed: int) -> list[str]:
    """Damages a dataset by a seed and runs a command over it; returns what went wrong."""
    draw = random.Random(seed)
    form, name = draw.choice(sound.FORMS), draw.choice([*sound.COMMANDS])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / SECRET).write_text(SECRET)
    shutil.copytree(base / form, folder / "dataset")
    damage(folder / "dataset", draw)
    said = io.StringIO()
    code: object = None
    with watched(folder) as seen, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = sound.run(name, folder / "dataset", folder / "out" / "x", base)
        except BaseException as error:  # whatever it is, it is a finding
            code = f"{type(error).__name__}: {error}"
    lines = [line for line in said.getvalue().splitlines() if "\r" not in line]
    wrong = [*seen, *(f"prints {line!a}" for line in lines if not line.isprintable())]
    if code not in (0, 1, 2):
        wrong.append(f"ended with {code}: {lines[-1:]}")
    return [f"{seed}: {form}: {name}: {what}" for what in wrong]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0, help="of the first dataset; each one after it has the next")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        base = Path(place) / "sound"
        base.mkdir()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            sound.make(base)
        found, seed, end = 0, options.seed, time.monotonic() + options.seconds
        while time.monotonic() < end:
            for line in once(base, Path(place) / "tried", seed):
                print(line, flush=True)
                found += 1
            seed += 1
    print(f"{seed - options.seed} datasets, seeds {options.seed} to {seed - 1}: {found} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
