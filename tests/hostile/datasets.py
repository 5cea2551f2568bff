"""Hostile datasets: what is done to a sound one of painted images, by name, for each shard format."""

import io
import json
import os
import shutil
import struct
import tarfile
import zlib
from pathlib import Path

from tests.dataset.validation.damages import CONTENTS, change_json, seal_files, seal_shards

SHARD = "train/shard-00000"
SCENES, QUESTIONS, TAR = f"{SHARD}/scenes.jsonl", f"{SHARD}/questions.jsonl", f"{SHARD}/samples.tar"
DOCUMENTS = {
    "dataset.json": "dataset.json",
    "config.json": "config.json",
    "shard.json": f"{SHARD}/shard.json",
    "run.json": f"{SHARD}/run.json",
}
SECRET = "secret-of-the-user"
"""Name of the file outside the dataset that must be neither read nor written; its text is the same."""


def resealed(damage):
    """A damage whose checksums are right, so that nothing stops a reader before it meets the damage."""

    def damaged(root):
        damage(root)
        seal_files(root / SHARD / "shard.json")
        seal_shards(root)

    return damaged


def line(path, change):
    """A change of the first record of a file of lines."""

    def damage(root):
        first, *rest = (root / path).read_text().splitlines()
        record = json.loads(first)
        record = change(record) or record
        (root / path).write_text("\n".join([json.dumps(record), *rest]) + "\n")

    return resealed(damage)


def question(**changes):
    return line(QUESTIONS, lambda record: record.update(changes))


def raw_line(path, content):
    def damage(root):
        with open(root / path, "rb") as file:
            rest = file.read().partition(b"\n")[2]
        (root / path).write_bytes(content + b"\n" + rest)

    return resealed(damage)


def config(change):
    """A change of the config in config.json and dataset.json, whose hash is not made right."""

    def damage(root):
        change_json(root / "dataset.json", lambda d: change(d["config"]))
        change_json(root / "config.json", change)

    return damage


def kinds(name):
    def damage(root):
        config(lambda c: c["sampling"].update(kinds=[name]))(root)
        for folder in (root, root / "train"):
            (folder / "conftest.py").write_text("import os; os.abort()\n")

    return damage


def description(change):
    return lambda root: change_json(root / "dataset.json", change)


def replaced(name, make):
    def damage(root):
        path = root / name
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        make(path)

    return damage


def link_to(target):
    return lambda path: path.symlink_to(target)


def link_out(path):
    path.symlink_to(next(p for p in path.parents if (p / SECRET).exists()) / SECRET)


def folder_elsewhere(path):
    outside = next(p for p in path.parents if (p / SECRET).exists()) / "elsewhere"
    outside.mkdir(exist_ok=True)
    path.symlink_to(outside, target_is_directory=True)


def sparse(size):
    def make(path):
        with open(path, "wb") as file:
            file.truncate(size)

    return make


def png(width, height, real=False):
    """A PNG that claims, or has, this size."""

    def make(path):
        rows = zlib.compress(bytes(height * (1 + width // 8)) if real else b"", 9)
        chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
        body = b"".join(struct.pack(">I", len(c)) + t + c + struct.pack(">I", zlib.crc32(t + c)) for t, c in chunks)
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)

    return make


def image(make):
    return resealed(lambda root: make(sorted((root / SHARD / "images").iterdir())[0]))


def member(name, content=b"x", size=None, **fields):
    """A tar with one odd member before all others."""

    def damage(root):
        about = tarfile.TarInfo(name)
        about.size = len(content) if size is None else size
        for field, value in fields.items():
            setattr(about, field, value)
        header = about.tobuf(fields.pop("format", tarfile.GNU_FORMAT))
        before = (root / TAR).read_bytes()
        (root / TAR).write_bytes(header + content.ljust(-(-len(content) // 512) * 512, b"\0") + before)

    return resealed(damage)


def tar(change):
    return resealed(lambda root: (root / TAR).write_bytes(change((root / TAR).read_bytes())))


def in_tar(end, change):
    """A change of the first JSON member with this ending."""

    def damage(root):
        out = io.BytesIO()
        done = False
        with tarfile.open(root / TAR) as old, tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as new:
            for about in old:
                content = old.extractfile(about).read()
                if about.name.endswith(end) and not done:
                    content, done = json.dumps(change(json.loads(content))).encode(), True
                about.size = len(content)
                new.addfile(about, io.BytesIO(content))
        (root / TAR).write_bytes(out.getvalue())

    return resealed(damage)


def images_in_tar(*names):
    return in_tar("questions.json", lambda lines: [own | {"images": [*names]} for own in lines])


CLIMB = "../" * 12
NAMES = (
    "x$(touch X)",
    "`id`",
    "a\nb",
    "[x](javascript:alert(1))",
    "<b>x",
    "a|b",
    "-rf",
    "..",
    "a/b",
    "\x1b]0;x",
    "",
)
KINDS = ("conftest:X", "os:abort", "sys:exit", "builtins:breakpoint", "antigravity:x", "os", ":", "../x:y")


def renamed_split(name):
    def damage(root):
        config(lambda c: c["splits"].update({name: c["splits"].pop("train")}))(root)
        change_json(root / "dataset.json", lambda d: d["splits"].update({name: d["splits"].pop("train")}))

    return damage


def renamed_view(name):
    return question(view={"initial": "center", "final": name}, id=f"train-000000-{name}")


def holding(name, content):
    return replaced(name, lambda path: path.write_bytes(content))


def first_image(make):
    """A replacement of the first image, whose checksum stays."""

    def damage(root):
        path = sorted((root / SHARD / "images").iterdir())[0]
        path.unlink()
        make(path)

    return damage


def extra_files(*names):
    """Names of files that are not there in shard.json."""

    def damage(root):
        entries = {name: {"bytes": 1, "sha256": "0"} for name in names}
        change_json(root / SHARD / "shard.json", lambda manifest: manifest["files"].update(entries))
        seal_shards(root)

    return damage


def log(name, text):
    return lambda root: (root / "log" / name).write_text(text)


def asked(**changes):
    """A change of the first change of the first question."""
    return line(QUESTIONS, lambda record: record["changes"][0].update(changes))


def stepped(**changes):
    return line(SCENES, lambda record: record["steps"][0].update(changes))


def object_with(**changes):
    return line(SCENES, lambda record: record["initial"]["objects"][0].update(changes))


def only_initial_views(record):
    record["visibility"]["final"] = {"center": record["visibility"]["initial"]["center"]}


MILLIONS = b"[" + b"[]," * 2_500_000
"""A JSON text whose values take far more memory than the text."""

COLORS = {f"color_{k}": [k % 256, k // 256 % 256, 9] for k in range(100_000)}

POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 80 60\n"

FILES = {
    **{f"kind {name}": kinds(name) for name in KINDS},
    "scene climbs": question(scene=f"{CLIMB}tmp/x-000000"),
    "split climbs": question(split=f"{CLIMB}tmp/x"),
    "view climbs": question(view={"initial": "center", "final": f"{CLIMB}tmp/x"}),
    "initial view climbs": question(view={"initial": f"{CLIMB}tmp/x", "final": "left"}),
    "id with codes": question(id="train-000000-left\x1b[31m\n"),
    "id of another split": question(id="test-000000-left"),
    "images climb": question(images=[f"images/{CLIMB}{SECRET}", f"../../../{SECRET}"]),
    "images absolute": question(images=["/etc/hostname", "/etc/passwd"]),
    "images name a key": question(images=["images/a./authorized_keys", "images/x.png"]),
    "images of URLs": question(images=["http://127.0.0.1:9/x.png", "ftp://127.0.0.1/x.png"]),
    "images that are gone": question(images=["images/000009-a.png", "images/000009-b.png"]),
    "change of no object": asked(index=9),
    "change to no value": asked(value="7; rm -rf /"),
    "view of no camera": renamed_view("moon"),
    "step that changes nothing": line(SCENES, lambda record: record["steps"].append(record["steps"][0])),
    "step of no object": stepped(object=9),
    "step of no kind": stepped(kind="teleport"),
    "step to no value": stepped(value="nowhere"),
    "scene without objects": line(SCENES, lambda record: record["final"]["objects"].clear()),
    "object of no colour": object_with(color="octarine"),
    "position far away": object_with(position=[2**62, -(2**62)]),
    "sights of no camera": line(SCENES, lambda record: record["visibility"]["final"].update(moon=[])),
    "sights lost": line(SCENES, lambda record: record["visibility"]["final"]["left"].clear()),
    "no final views": line(SCENES, only_initial_views),
    "index of a million billions": line(SCENES, lambda record: record.update(index=10**15)),
    **{f"question is {name}": raw_line(QUESTIONS, content) for name, content in CONTENTS.items()},
    **{f"scene is {name}": raw_line(SCENES, content) for name, content in CONTENTS.items()},
    "question twice a key": raw_line(QUESTIONS, b'{"id": "train-000000-left", "id": "x"}'),
    "a long line": raw_line(QUESTIONS, b'"' + b"x" * (5 << 20) + b'"'),
    "lines are zeros": replaced(SCENES, link_to("/dev/zero")),
    "lines are a pipe": replaced(SCENES, os.mkfifo),
    "questions are a pipe": replaced(QUESTIONS, os.mkfifo),
    "questions are elsewhere": replaced(QUESTIONS, link_out),
    "questions are a folder": replaced(QUESTIONS, Path.mkdir),
    "questions lead in a circle": replaced(QUESTIONS, link_to("questions.jsonl")),
    "questions of a terabyte": replaced(QUESTIONS, sparse(1 << 40)),
    "a split elsewhere": replaced("train", folder_elsewhere),
    "a shard elsewhere": replaced(SHARD, folder_elsewhere),
    "a log elsewhere": replaced("log", folder_elsewhere),
    "a lock that is a pipe": replaced("log/lock", os.mkfifo),
    "images elsewhere": replaced(f"{SHARD}/images", folder_elsewhere),
    "an image elsewhere": first_image(link_out),
    "an image that is a pipe": first_image(os.mkfifo),
    "an image that claims a billion pixels": image(png(40_000, 40_000)),
    "an image of many pixels": image(png(20_000, 20_000, real=True)),
    "an image of one column": image(png(8, 60_000, real=True)),
    "an image that runs a program": image(lambda path: path.write_bytes(POSTSCRIPT)),
    **{f"{name} is a pipe": replaced(path, os.mkfifo) for name, path in DOCUMENTS.items()},
    **{f"{name} is {what}": holding(path, c) for name, path in DOCUMENTS.items() for what, c in CONTENTS.items()},
    **{f"{name} of millions of lists": holding(path, MILLIONS) for name, path in DOCUMENTS.items()},
    "dataset.json of a terabyte": replaced("dataset.json", sparse(1 << 40)),
    "dataset.json is elsewhere": replaced("dataset.json", link_out),
    "manifest climbs": extra_files(f"{CLIMB}{SECRET}"),
    "manifest of many files": extra_files(*(f"images/{k:06d}-a.png" for k in range(250_000))),
    "vocabulary in a file": config(lambda c: c.update(vocabulary={"extends": f"{CLIMB}{SECRET}"})),
    "scene in a file": config(lambda c: c.update(scene=f"../{SECRET}")),
    "scene extends a file": config(lambda c: c["scene"].update(extends=f"../{SECRET}")),
    "prompt in a file": config(lambda c: c["question"].update(prompt=f"../{SECRET}")),
    "mesh elsewhere": config(lambda c: c["vocabulary"]["shapes"]["cube"].update(mesh=f"../{SECRET}")),
    "prompt with a format": config(lambda c: c["question"]["prompt"].update(text="{objects:>2000000000}")),
    "a hundred thousand colors": config(lambda c: c["vocabulary"]["colors"].update(COLORS)),
    "a prompt of megabytes": config(lambda c: c["question"]["prompt"].update(text="{task} " * 500_000)),
    "a hundred thousand views": config(lambda c: c["cameras"].update(final=["left"] * 100_000)),
    "a hundred million problems": config(lambda c: c["splits"]["train"].update(count=100_000_000)),
    **{f"split {name!a}": renamed_split(name) for name in NAMES},
    **{f"view {name!a}": renamed_view(name) for name in NAMES},
    "a shard's path climbs": description(lambda d: d["shards"][0].update(path="train/../../x")),
    "many questions": description(lambda d: d["splits"]["train"].update(questions=10**18, problems=10**18)),
    "versions are codes": description(lambda d: d["versions"].update(tvrgen=["\x1b[2J"])),
    "again is a list": log("again.json", "[1]"),
    "again names codes": log("again.json", '{"train/shard-00000": "\\u001b[2J", "../x": null}'),
    "quarantine is null": log("quarantine.json", "null"),
    "quarantine of odd entries": log("quarantine.json", '{"train/shard-00000": 3, "x": {"reason": "\\u001b[2J"}}'),
    "a run log of nonsense": log("run-00001.jsonl", '[]\nnull\n{"event": "shard"}\n{"event": 3, "time": "x"}\n'),
}
"""Damages to a dataset whose shards are folders of files."""

TARS = {
    "a member climbs": member(f"{CLIMB}tmp/{SECRET}"),
    "a member is absolute": member("/etc/x"),
    "a member is a folder": member("train-000000.d", b"", type=tarfile.DIRTYPE),
    "a member is a link": member("train-000000.initial.png", b"", type=tarfile.SYMTYPE, linkname=f"../{SECRET}"),
    "a member is a hard link": member("train-000000.initial.png", b"", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
    "a member is a device": member("train-000000.initial.png", b"", type=tarfile.CHRTYPE, devmajor=1, devminor=5),
    "a member is a pipe": member("train-000000.initial.png", b"", type=tarfile.FIFOTYPE),
    "a member of a terabyte": member("train-000000.initial.png", b"", size=1 << 40),
    "a member of negative size": tar(lambda content: content[:124] + b"\xff" * 12 + content[136:]),
    "a long name of a terabyte": member("x", b"", size=1 << 40, type=tarfile.GNUTYPE_LONGNAME),
    "odd pax headers": member("x", b"999999 size=1\n30 path=../../x\n", type=tarfile.XHDTYPE),
    "a global pax header": member("x", b"20 size=-1\n", type=tarfile.XGLTYPE),
    "a sparse member": member("x", b"", type=tarfile.GNUTYPE_SPARSE),
    "cut in half": tar(lambda content: content[: len(content) // 2]),
    "cut in a header": tar(lambda content: content[:300]),
    "gzipped": tar(lambda content: zlib.compress(content, wbits=31)),
    "empty": tar(lambda content: b""),
    "zeros": tar(lambda content: bytes(1 << 20)),
    "random": tar(lambda content: bytes(k * k % 251 for k in range(9000))),
    "a sparse terabyte": replaced(TAR, sparse(1 << 40)),
    "images of another archive": images_in_tar("x::/other.tar", "y::tar://z"),
    "images of the network": images_in_tar("x::webhdfs://127.0.0.1:9/..", "x::ftp://127.0.0.1"),
    "images climb": images_in_tar(f"{CLIMB}{SECRET}", "../x.png"),
    "questions are null": in_tar("questions.json", lambda lines: None),
    "questions are lists": in_tar("questions.json", lambda lines: [[], 7, {}]),
    "scene is a list": in_tar("scene.json", lambda scene: [scene, scene]),
    "scene of nothing": in_tar("scene.json", lambda scene: {}),
}
"""Damages to a dataset whose shards are tars."""
