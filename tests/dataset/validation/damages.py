"""Damages to a dataset of painted pictures, and what seals them: checksums that are right again."""

import json
import shutil

from tvrgen._support.files import sha256
from tvrgen.dataset.validation.files import dataset_faults

SHARD = "train/shard-00001"
SCENES, QUESTIONS, MANIFEST = f"{SHARD}/scenes.jsonl", f"{SHARD}/questions.jsonl", f"{SHARD}/shard.json"
PICTURE = f"{SHARD}/images/000002-final-left.png"
HASHES = ("differs from shard.json", "differs from dataset.json")


def change_json(path, change):
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def seal(root):
    """Makes shard.json list the files that are there, and dataset.json the shards as they are."""
    for path in root.glob("*/*/shard.json"):
        seal_files(path)
    seal_shards(root)


def seal_files(path):
    files = [p for p in sorted(path.parent.rglob("*")) if p.is_file() and p.name not in ("shard.json", "run.json")]
    listed = {p.relative_to(path.parent).as_posix(): {"bytes": p.stat().st_size, "sha256": sha256(p)} for p in files}
    change_json(path, lambda manifest: manifest.update(files=listed))


def seal_shards(root):
    def reseal(description):
        for entry in description["shards"]:
            entry["sha256"] = sha256(root / entry["path"] / "shard.json")

    change_json(root / "dataset.json", reseal)


def records(name, change):
    """A damage to the list of all records of a file."""

    def damage(root):
        lines = [json.loads(line) for line in (root / name).read_text().splitlines()]
        change(lines)
        (root / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
        seal(root)

    return damage


def scene(change):
    """A damage to the first scene line."""
    return records(SCENES, lambda lines: change(lines[0]))


def asked(change):
    """A damage to the first question line."""
    return records(QUESTIONS, lambda lines: change(lines[0]))


def obj(k, **changes):
    """A damage to an initial object."""
    return scene(lambda s: s["initial"]["objects"][k].update(changes))


def camera(**changes):
    return scene(lambda s: s["cameras"]["left"].update(changes))


def sight(when, name, k, **changes):
    return scene(lambda s: s["visibility"][when][name][k].update(changes))


def picture(paint):
    """A damage to a picture."""

    def damage(root):
        paint(root / PICTURE)
        seal(root)

    return damage


def manifest(change):
    def damage(root):
        change_json(root / MANIFEST, change)
        seal_shards(root)

    return damage


def run_json(change):
    return lambda root: change_json(root / SHARD / "run.json", change)


def description(change):
    return lambda root: change_json(root / "dataset.json", change)


def remove(name):
    return lambda root: shutil.rmtree(root / name) if (root / name).is_dir() else (root / name).unlink()


def sealed(damage):
    def damaged(root):
        damage(root)
        seal(root)

    return damaged


def swap(lines):
    lines[0], lines[1] = lines[1], lines[0]


def turn_round(part, key):
    """Turns the order of an object's keys round."""
    part[key] = dict(reversed(part[key].items()))


CONTENTS = {
    "nothing": b"",
    "junk": bytes(range(256)) * 3,
    "null": b"null",
    "a number": b"1e999",
    "a text": b'"\\ud800\\n"',
    "a list": b"[1, 2]",
    "no keys": b"{}",
    "odd keys": b'{"id": "\\ud800", "files": 1, "versions": 1, "splits": 1, "\\ud800": NaN}',
    "half": b'{"splits": {"train": ',
    "a deep list": b"[" * 50_000 + b"]" * 50_000,
    "a deeper list than can be shown": b"[" * 900 + b"]" * 900,
    "long number": b"9" * 5000,
}

"""What a file may hold that should hold JSON, or an image."""


def check_named(dataset, damage, expected):
    """Damages a dataset, and returns its faults, of which one must say what is expected."""
    damage(dataset)
    faults = list(dataset_faults(dataset))
    assert any(expected in fault for fault in faults), faults
    assert all(fault.startswith(f"{dataset}/") and "\n" not in fault for fault in faults), faults
    return faults
