"""Is a dataset what it says it is? Its files are there and whole, and all that follows from the config, and from what
was drawn, is worked out again.
"""

import contextlib
import dataclasses
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import Image

from tvrgen._support import json_lines, scratch
from tvrgen._support.files import sha256
from tvrgen.config import documents
from tvrgen.dataset import catalog, records, shard_formats, shards
from tvrgen.dataset.images import BLEND, SUFFIX
from tvrgen.dataset.reader import Dataset
from tvrgen.dataset.records import Record
from tvrgen.dataset.shards import Shard, shards_of
from tvrgen.dataset.storage.base import MANIFEST, Storage
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.validation.differences import differences, within
from tvrgen.dataset.validation.problems import dealt, dealt_images, scene_faults
from tvrgen.errors import UserError
from tvrgen.imaging import annotations
from tvrgen.settings import Config, Split, identity

PICTURE = ("RGB",)
ANNOTATIONS = {"index": ("P",), "depth": ("I;16", "I"), "normals": ("RGB",)}
"""Modes in which Pillow opens the files: two for 16 bits, by its version."""


def dataset_faults(root: str | Path) -> Iterator[str]:
    """One line for each fault. Raises UserError where there is no dataset, or nothing to check it by.

    Notes the shards that have one at the storage, where it can be written: the next run makes them again.
    """
    storage = open_storage(root)
    description, config = _opened(storage)
    faulty: dict[str, str] = {}
    try:
        for shard, fault in _dataset_faults(storage, description, config):
            # a fault may quote what files hold: line breaks, and text that cannot be printed
            line = " ".join(fault.encode(errors="backslashreplace").decode().split())
            if shard:
                faulty.setdefault(shard, line)
            yield line
    finally:
        with contextlib.suppress(OSError):
            catalog.note_again(storage, faulty)


def _opened(storage: Storage) -> tuple[Record, Config]:
    """dataset.json and the config in it."""
    dataset = Dataset(storage.name)
    try:
        return dataset.description, dataset.config()
    except UserError:
        raise
    except Exception as error:  # the file may hold anything
        raise UserError(f"{storage / 'dataset.json'}: describes no dataset; run tvrgen generate again") from error


def _dataset_faults(storage: Storage, description: Record, config: Config) -> Iterator[tuple[str, str]]:
    """(shard or nothing, fault): faults of a shard that making it again mends come with its path."""
    path, versions = storage / "dataset.json", description["versions"]
    if description["hash"] != config.hash:
        yield "", f"{path}: hash: is not the hash of the config, by which all else is checked"
        return
    listed = {shard["path"]: shard["sha256"] for shard in description["shards"]}
    wanted = {shard.path: shard for split in config.splits for shard in shards_of(config, split)}
    begun = [shard for shard in wanted.values() if shard.path in listed]
    splits, entries = {}, [{"path": s.path, "problems": s.count, "sha256": listed[s.path]} for s in begun]
    for name, split in config.splits.items():
        problems = sum(shard.count for shard in begun if shard.split == name)
        splits[name] = {"count": split.count, "problems": problems, "questions": problems * split.cameras.released}
    due = {"versions": versions, "hash": config.hash, "splits": splits, "shards": entries, "config": config.document}
    for fault in within(path, islice(differences(description, due), 1)):
        yield "", fault
    for fault in within(storage / "config.json", _config_faults(storage, config)):
        yield "", fault
    if not begun:
        yield "", f"{path}: shards: lists none; run tvrgen generate again"
    there = storage.shards()
    for shard in wanted.values():
        if shard.path in listed and shard.path in there:
            for fault in shard_faults(storage, shard, listed[shard.path], versions, config):
                yield shard.path, fault
        elif shard.path in there:
            yield "", f"{storage / shard.path}: is not listed in dataset.json; run tvrgen generate again"
        elif splits[shard.split]["problems"]:  # else the split was not asked for yet
            yield "", f"{storage / shard.path}: is missing; run tvrgen generate again"
    for name in sorted(there - wanted.keys()):
        yield "", f"{storage / name}: does not belong to the dataset"


def _config_faults(storage: Storage, config: Config) -> Iterator[str]:
    document = catalog.read_json(storage, "config.json")
    documents.check(document, storage / "config.json", "config")
    yield from islice(differences(identity(document), identity(config.document)), 1)


def shard_faults(storage: Storage, shard: Shard, manifest_hash: Any, versions: Record, config: Config) -> Iterator[str]:
    """Faults of one shard, wherever it lies: files are named as they are called at the storage."""
    with storage.local(shard.path) as folder, scratch.folder() as unpacked:
        named = {str(unpacked): storage / f"{shard.path}/{shard_formats.TAR}", str(folder): storage / shard.path}
        for fault in within(folder, _shard_faults(folder, unpacked, shard, manifest_hash, versions, config)):
            for local, name in named.items():
                fault = fault.replace(local, name)
            yield fault


def _shard_faults(
    folder: Path, unpacked: Path, shard: Shard, manifest_hash: Any, versions: Record, config: Config
) -> Iterator[str]:
    split = config.split(shard.split)
    problems = [dealt(config, split, k) for k in range(shard.first, shard.first + shard.count)]
    ids = {"scene": [p.id for p in problems], "question": [f"{p.id}-{view}" for p in problems for view in p.views]}
    files = {p.id: dealt_images(p, split) for p in problems}
    every = [image for own in files.values() for image in own]
    packed = split.output.format == "webdataset"
    base = unpacked if packed else folder
    images = {base / image.path: PICTURE for image in every}
    images |= {base / path: ANNOTATIONS[kind] for image in every for kind, path in image.annotations.items()}
    blends = {folder / BLEND.format(index=p.index) for p in problems if split.output.blend}
    due = {base / name for name in shard_formats.names(ids["scene"], split.output.format)} | {*images}
    listed = {folder / shard_formats.TAR} if packed else due
    yield from within(folder, _file_faults(folder, shard, manifest_hash, listed | blends))
    yield from within(folder / "run.json", _run_faults(folder / "run.json", versions))
    if packed and (folder / shard_formats.TAR).is_file():
        shard_formats.unpack(folder / shard_formats.TAR, unpacked)
        yield from _unlike(due, {*unpacked.iterdir()})
    for image, modes in images.items():
        if image.is_file():  # those that are missing have been named
            yield from within(image, _picture_faults(image, modes, split))
    scenes, questions, asked = {}, {}, {}
    for kind, lines in (("scene", scenes), ("question", questions)):
        path = base if packed else base / shard_formats.FILES[kind]
        if path.exists():
            yield from within(path, _line_faults(base, kind, ids[kind], lines, split.output.format))
    for problem in problems:
        if line := scenes.get(problem.id):
            where = f"{base / shard_formats.FILES['scene']}: {problem.id}" if not packed else f"{base}: {problem.id}"
            yield from within(where, scene_faults(line, problem, config, split, asked))
            for file in files[problem.id]:
                path, seen = base / file.annotations.get("index", ""), line["visibility"].get(file.shot.when)
                if seen is not None and path.is_file():
                    sights = seen.get(file.shot.camera.name, [])
                    yield from within(path, annotations.index_faults(path, records.sights_from(sights)))
    for name, line in questions.items():
        if name in asked:
            where = f"{base}: {name}" if packed else f"{base / shard_formats.FILES['question']}: {name}"
            yield from within(where, islice(differences(line, asked[name]), 1))


def _file_faults(folder: Path, shard: Shard, manifest_hash: Any, wanted: set[Path]) -> Iterator[str]:
    """Faults of the files as such: those wanted are there, and none else, and they are as shard.json says."""
    path = folder / MANIFEST
    manifest = _json(path)
    if sha256(path) != manifest_hash:
        yield f"{path}: hash differs from dataset.json"
    files = manifest.get("files") if isinstance(manifest, dict) else None
    listed = files if isinstance(files, dict) else {}
    yield from within(path, differences(manifest, {**dataclasses.asdict(shard), "files": listed}))
    if files is not listed:
        return
    there = {p for p in folder.rglob("*") if p.is_file()} - {path, folder / "run.json"}
    with contextlib.suppress(UserError):  # a fault of run.json's own
        match _json(folder / "run.json"):
            case {"files": dict() as varying}:
                listed = listed | {name: said for name, said in varying.items() if shards.varies(Path(name))}
    named = {folder / name for name in listed}
    yield from _unlike(wanted, there | named, there)
    for at in sorted(wanted & there):
        if listed.get(at.relative_to(folder).as_posix()) != shards.entry(at):
            yield f"{at}: size or hash differs from {'run' if shards.varies(at) else 'shard'}.json"


def _unlike(wanted: set[Path], found: set[Path], there: set[Path] | None = None) -> Iterator[str]:
    """Faults of a set of files: `found` may name some that are not `there`."""
    there = found if there is None else there
    for at in sorted(wanted | found):
        if at not in wanted:
            yield f"{at}: does not belong to the shard"
        elif at not in there:
            yield f"{at}: is missing"


def _json(path: Path) -> Any:
    try:
        return json_lines.parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not JSON: {error}") from error


def _run_faults(path: Path, versions: Record) -> Iterator[str]:
    match _json(path):
        case {"versions": {"tvrgen": str()} as used}:
            for name, version in used.items():
                if version not in versions.get(name, []):
                    yield f"versions.{name}: dataset.json does not list {version!r}"
        case _:
            yield "versions: are missing; expected at least tvrgen's"


def _picture_faults(path: Path, modes: tuple[str, ...], split: Split) -> Iterator[str]:
    form = next(form for form, suffix in SUFFIX.items() if suffix == path.suffix).upper()
    try:
        with Image.open(path, formats=[form]) as image:
            size, due = f"{image.width}x{image.height}", f"{split.render.width}x{split.render.height}"
            if image.mode not in modes or size != due:
                yield f"is {image.mode} {size}, not {modes[0]} {due}"
                return  # and not decoded: it may be huge
            image.load()
    except (OSError, SyntaxError, ValueError) as error:
        yield f"is no picture: {error}"


def _line_faults(base: Path, kind: str, ids: list[str], lines: dict[str, Record], form: str) -> Iterator[str]:
    """Faults of the records of a kind as such, which have these ids. Puts what fits its schema into `lines`, by id."""
    found: list[str | None] = []
    for where, line in shard_formats.lines(base, kind, form):
        try:
            records.check(line, kind, where)
        except UserError as error:
            yield str(error)
            found.append(ids[len(found)] if len(found) < len(ids) else None)  # one fault is enough
        else:
            found.append(line["id"])
            lines[line["id"]] = line
    yield from islice(differences(found, ids, "ids"), 1)
