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

from tvrgen import annotations, record, store
from tvrgen import document as documents
from tvrgen.differences import differences, within
from tvrgen.errors import UserError
from tvrgen.pictures import BLEND, SUFFIX, pictures
from tvrgen.rebuilding import dealt, scene_faults
from tvrgen.record import Record
from tvrgen.settings import Config, Split, identity
from tvrgen.store import Dataset, Shard

PICTURE = ("RGB",)
ANNOTATIONS = {"index": ("P",), "depth": ("I;16", "I"), "normals": ("RGB",)}
"""Modes in which Pillow opens the files: two for 16 bits, by its version."""


def faults(root: Path) -> Iterator[str]:
    """One line for each fault. Raises UserError where there is no dataset, or nothing to check it by."""
    description, config = _opened(root)
    for fault in _dataset_faults(root, description, config):
        # a fault may quote what files hold: line breaks, and text that cannot be printed
        yield " ".join(fault.encode(errors="backslashreplace").decode().split())


def _opened(root: Path) -> tuple[Record, Config]:
    """dataset.json and the config in it."""
    try:
        dataset = Dataset(root)
        config, parts = dataset.config(), dataset.description
        sound = isinstance(parts["hash"], str) and [*parts["splits"]] == [*config.splits]
        sound &= all(isinstance(split["questions"], int) for split in parts["splits"].values())
        sound &= all(isinstance(shard["path"], str) and "sha256" in shard for shard in parts["shards"])
        sound &= all(isinstance(found, list) for found in parts["versions"].values())
        if not sound:
            raise ValueError
    except UserError:
        raise
    except Exception as error:  # the file may hold anything
        raise UserError(f"{root / 'dataset.json'}: describes no dataset; run tvrgen generate again") from error
    return parts, config


def _dataset_faults(root: Path, description: Record, config: Config) -> Iterator[str]:
    path, versions = root / "dataset.json", description["versions"]
    if description["hash"] != config.hash:
        yield f"{path}: hash: is not the hash of the config, by which all else is checked"
        return
    listed = {shard["path"]: shard["sha256"] for shard in description["shards"]}
    wanted = {shard.path: shard for split in config.splits for shard in store.shards(config, split)}
    begun = [shard for shard in wanted.values() if shard.path in listed]
    splits, entries = {}, [{"path": s.path, "problems": s.count, "sha256": listed[s.path]} for s in begun]
    for name, split in config.splits.items():
        problems = sum(shard.count for shard in begun if shard.split == name)
        splits[name] = {"count": split.count, "problems": problems, "questions": problems * split.cameras.released}
    due = {"versions": versions, "hash": config.hash, "splits": splits, "shards": entries, "config": config.document}
    yield from within(path, islice(differences(description, due), 1))
    yield from within(root / "config.json", _config_faults(root / "config.json", config))
    if not begun:
        yield f"{path}: shards: lists none; run tvrgen generate again"
    for shard in wanted.values():
        folder = root / shard.path
        if shard.path in listed and folder.is_dir():
            yield from within(folder, _shard_faults(folder, shard, listed[shard.path], versions, config))
        elif folder.exists():
            yield f"{folder}: is not listed in dataset.json; run tvrgen generate again"
        elif splits[shard.split]["problems"]:  # else the split was not asked for yet
            yield f"{folder}: is missing; run tvrgen generate again"
    for folder in sorted(root.glob("*/shard-*")):
        if folder.relative_to(root).as_posix() not in wanted:
            yield f"{folder}: does not belong to the dataset"


def _config_faults(path: Path, config: Config) -> Iterator[str]:
    document = store.read_json(path)
    documents.check(document, str(path), "config")
    yield from islice(differences(identity(document), identity(config.document)), 1)


def _shard_faults(folder: Path, shard: Shard, manifest_hash: Any, versions: Record, config: Config) -> Iterator[str]:
    split = config.split(shard.split)
    problems = [dealt(config, split, k) for k in range(shard.first, shard.first + shard.count)]
    scenes_at, questions_at, run_at = (folder / name for name in ("scenes.jsonl", "questions.jsonl", "run.json"))
    shots = [picture for problem in problems for picture in pictures(problem, split)]
    images = {folder / picture.path: PICTURE for picture in shots}
    images |= {folder / path: ANNOTATIONS[kind] for p in shots for kind, path in p.annotations.items()}
    blends = {folder / BLEND.format(index=p.index) for p in problems if split.output.blend}
    yield from within(folder, _file_faults(folder, shard, manifest_hash, {scenes_at, questions_at, *images, *blends}))
    yield from within(run_at, _run_faults(run_at, versions))
    for image, modes in images.items():
        if image.is_file():  # those that are missing have been named
            yield from within(image, _picture_faults(image, modes, split))
    scenes, questions, due = {}, {}, {}
    for path, schema, lines, ids in (
        (scenes_at, "scene", scenes, [p.id for p in problems]),
        (questions_at, "question", questions, [f"{p.id}-{view}" for p in problems for view in p.views]),
    ):
        if path.is_file():
            yield from within(path, _line_faults(path, schema, ids, lines))
    for problem in problems:
        if line := scenes.get(problem.id):
            yield from within(f"{scenes_at}: {problem.id}", scene_faults(line, problem, config, split, due))
            for picture in pictures(problem, split):
                if (path := folder / picture.annotations.get("index", "")).is_file() and picture.when in line[
                    "visibility"
                ]:
                    sights = line["visibility"][picture.when].get(picture.camera.name, [])
                    yield from within(path, annotations.index_faults(path, record.sights_from(sights)))
    for name, line in questions.items():
        if name in due:
            yield from within(f"{questions_at}: {name}", islice(differences(line, due[name]), 1))


def _file_faults(folder: Path, shard: Shard, manifest_hash: Any, wanted: set[Path]) -> Iterator[str]:
    """Faults of the files as such: those wanted are there, and none else, and they are as shard.json says."""
    path = folder / "shard.json"
    manifest = store.read_json(path)
    if store.sha256(path) != manifest_hash:
        yield f"{path}: hash differs from dataset.json"
    files = manifest.get("files") if isinstance(manifest, dict) else None
    listed = files if isinstance(files, dict) else {}
    yield from within(path, differences(manifest, {**dataclasses.asdict(shard), "files": listed}))
    if files is not listed:
        return
    there = {p for p in folder.rglob("*") if p.is_file()} - {path, folder / "run.json"}
    with contextlib.suppress(UserError):  # a fault of run.json's own
        match store.read_json(folder / "run.json"):
            case {"files": dict() as varying}:
                listed = listed | {name: said for name, said in varying.items() if store.varies(Path(name))}
    for at in sorted({*wanted, *there, *(folder / name for name in listed)}):
        if at not in wanted:
            yield f"{at}: does not belong to the shard"
        elif at not in there:
            yield f"{at}: is missing"
        elif listed.get(at.relative_to(folder).as_posix()) != store.entry(at):
            yield f"{at}: size or hash differs from {'run' if store.varies(at) else 'shard'}.json"


def _run_faults(path: Path, versions: Record) -> Iterator[str]:
    match store.read_json(path):
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


def _line_faults(path: Path, schema: str, ids: list[str], lines: dict[str, Record]) -> Iterator[str]:
    """Faults of a file of records as such, which has these ids. Puts what fits its schema into `lines`, by id."""
    found = []
    for number, line in enumerate(store.read_lines(path), 1):
        try:
            record.check(line, schema, f"{path}:{number}")
        except UserError as error:
            yield str(error)
            found.append(ids[number - 1] if number <= len(ids) else None)  # one fault is enough
        else:
            found.append(line["id"])
            lines[line["id"]] = line
    yield from islice(differences(found, ids, "ids"), 1)
