"""Faults of one shard: its files, its images, and its lines."""

import contextlib
import dataclasses
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import ImageOps

from tvrgen._support import json_lines, limits, listing, plain_files, scratch
from tvrgen._support.errors import UserError
from tvrgen._support.files import sha256
from tvrgen._support.json_lines import Record
from tvrgen.config import documents
from tvrgen.config.settings import Config, Split
from tvrgen.dataset import records, shards
from tvrgen.dataset.clips import clip_of, is_video
from tvrgen.dataset.image_reader import decoded
from tvrgen.dataset.images import BLEND, SUFFIX, ImageFile
from tvrgen.dataset.shard_formats import FORMATS, ShardFormat
from tvrgen.dataset.shards import Shard
from tvrgen.dataset.storage.base import MANIFEST, Storage
from tvrgen.dataset.storage.own_names import is_of_shard
from tvrgen.dataset.validation.clips import clip_faults
from tvrgen.dataset.validation.differences import differences, within
from tvrgen.dataset.validation.problems import dealt, dealt_images, recorded_problem, scene_faults, unlike_dealt
from tvrgen.dataset.versions import format_of, plan_of
from tvrgen.imaging import annotations
from tvrgen.questions import asking
from tvrgen.sampling.problem import Problem

STRAY = "does not belong to the shard; move it away"
"""End of the fault of a file that no run made. Making the shard again keeps such files."""

MORE = "has more faults, which are not named"
"""End of the fault that says so."""

_MOST = 1000  # faults of a shard that are named
IMAGE = ("RGB",)
ANNOTATIONS = {"index": ("P",), "depth": ("I;16", "I"), "normals": ("RGB",)}
"""Modes in which Pillow opens the files: two for 16 bits, by its version."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """A shard in a local folder, with the problems and images that it must hold; `unpacked` is an empty folder."""

    shard: Shard
    folder: Path
    unpacked: Path
    config: Config
    split: Split
    form: ShardFormat
    problems: tuple[Problem, ...]
    images: dict[str, tuple[ImageFile, ...]]
    own_plan: bool

    @property
    def scenes(self) -> list[str]:
        """Ids of the scene lines."""
        return [problem.id for problem in self.problems]

    @property
    def questions(self) -> list[str]:
        """Ids of the question lines."""
        suffixes = asking.suffixes(self.split)
        return [f"{p.id}-{view}{suffix}" for p in self.problems for view in p.views for suffix in suffixes]

    def clips(self) -> list[str]:
        """Paths of the files that are made for clips alone: videos, or images of frames."""
        steps = {problem.id: len(problem.steps) for problem in self.problems}
        every = [clip_of(name, steps[name], "", images, self.split) for name, images in self.images.items()]
        return [path for clip in every if clip for path in clip.files]

    def modes(self) -> dict[str, tuple[str, ...]]:
        """Path of each image, frame and annotation, and the modes that it may have."""
        every = [image for own in self.images.values() for image in own]
        modes = {path: IMAGE for path in (*(image.path for image in every), *self.clips()) if not is_video(path)}
        return modes | {path: ANNOTATIONS[kind] for image in every for kind, path in image.annotations.items()}

    def where(self, kind: str) -> Path:
        """The file with the lines of a kind."""
        return self.folder / self.form.file(kind)


def shard_faults(
    storage: Storage, shard: Shard, manifest_hash: Any, description: Record, config: Config
) -> Iterator[str]:
    """Yields the faults of a shard of a dataset with this description; they name files as the storage does."""
    form = FORMATS[config.split(shard.split).output.format]
    with storage.local(shard.path) as folder, scratch.folder() as unpacked:
        named = {str(unpacked): storage / f"{shard.path}/{form.file('scene')}", str(folder): storage / shard.path}
        faults = within(folder, _faults(folder, unpacked, shard, manifest_hash, description, config))
        for number, fault in enumerate(faults):
            if number == _MOST:
                yield f"{storage / shard.path}: {MORE}"
                return
            for local, name in named.items():
                fault = fault.replace(local, name)
            yield fault


def _faults(
    folder: Path, unpacked: Path, shard: Shard, manifest_hash: Any, description: Record, config: Config
) -> Iterator[str]:
    odd = list(_odd(folder))
    yield from odd
    if not odd:  # else reading may never end
        checked = _checked(folder, unpacked, shard, config, not unlike_dealt(description, config))
        yield from _shard_faults(checked, manifest_hash, description)


def _odd(folder: Path) -> Iterator[str]:
    """Faults of a folder in which reading may never end: links, pipes, devices, and files beyond the limit."""
    for base, folders, files in os.walk(folder):
        for path in (Path(base, name) for name in (*folders, *files)):
            about = path.lstat()
            if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)):
                yield f"{path}: is not a plain file; copy the dataset with the files that links lead to"
            elif about.st_size > limits.FILE.value:
                yield f"{path}: has {about.st_size} bytes; {limits.FILE.remedy}"


def _checked(folder: Path, unpacked: Path, shard: Shard, config: Config, own_plan: bool) -> _Checked:
    """Returns a shard with its problems: those of the config, or, by another plan, those in its lines."""
    split = config.split(shard.split)
    form = FORMATS[split.output.format]
    problems = [dealt(config, split, k) for k in range(shard.first, shard.first + shard.count)]
    if not own_plan:
        recorded = _recorded(folder / form.file("scene"), form)
        problems = [
            recorded_problem(problem, recorded[problem.id], split) if problem.id in recorded else problem
            for problem in problems
        ]
    images = {problem.id: dealt_images(problem, split) for problem in problems}
    return _Checked(shard, folder, unpacked, config, split, form, tuple(problems), images, own_plan)


def _recorded(path: Path, form: ShardFormat) -> dict[str, Record]:
    """The scene lines of a shard that fit their schema, by id, as far as they can be read."""
    lines: dict[str, Record] = {}
    with contextlib.suppress(OSError, UserError), plain_files.opened(path, limits.FILE) as file:
        for entry in form.entries(file, "scene", str(path)):
            with contextlib.suppress(UserError):
                documents.check_line(entry.line, entry.where, "scene")
                lines[entry.line["id"]] = entry.line
    return lines


def _shard_faults(checked: _Checked, manifest_hash: Any, description: Record) -> Iterator[str]:
    folder, form, modes = checked.folder, checked.form, checked.modes()
    due = {*form.parts(checked.scenes), *modes, *checked.clips()}
    stored = {folder / path for path in form.holding(due)}
    blends = {folder / BLEND.format(index=p.index) for p in checked.problems if checked.split.output.blend}
    yield from within(folder, _file_faults(folder, checked.shard, manifest_hash, stored | blends))
    yield from within(folder / "run.json", _run_faults(folder / "run.json", description))
    base = form.opened(folder, checked.unpacked)
    if base != folder and all(path.is_file() for path in stored):
        yield from _unlike({base / path for path in due}, {*base.iterdir()})
    for path, expected in modes.items():
        if (base / path).is_file():  # those that are missing have been named
            yield from within(base / path, _image_faults(base / path, expected, checked.split))
    yield from _record_faults(checked, base)


def _record_faults(checked: _Checked, base: Path) -> Iterator[str]:
    """Faults of the lines, of their order, and of the images that they describe."""
    scenes: dict[str, Record] = {}
    questions: dict[str, Record] = {}
    for kind, ids, lines in (("scene", checked.scenes, scenes), ("question", checked.questions, questions)):
        if checked.where(kind).is_file():
            yield from within(checked.where(kind), _line_faults(checked, kind, ids, lines))
    asked: dict[str, Record] = {}
    for problem in checked.problems:
        if line := scenes.get(problem.id):
            where = f"{checked.where('scene')}: {problem.id}"
            yield from within(
                where, scene_faults(line, problem, checked.config, checked.split, asked, checked.own_plan)
            )
            for image in checked.images[problem.id]:
                yield from _mask_faults(image, line, base)
                yield from _flip_faults(image, base)
            yield from clip_faults(line, base, checked.split)
    for name, line in questions.items():
        if name in asked:
            where = f"{checked.where('question')}: {name}"
            drawn = () if checked.own_plan else ("question", "rationale")
            found, due = ({k: v for k, v in own.items() if k not in drawn} for own in (line, asked[name]))
            yield from within(where, islice(differences(found, due), 1))


def _mask_faults(image: ImageFile, line: Record, base: Path) -> Iterator[str]:
    """Faults of an index mask, compared with the sights in the scene line."""
    visibility = line["mirrored"]["visibility"] if image.flips and "mirrored" in line else line["visibility"]
    path, seen = base / image.annotations.get("index", ""), visibility.get(image.shot.when)
    if seen is not None and path.is_file():
        sights = seen.get(image.shot.camera.name, [])
        yield from within(path, annotations.index_faults(path, records.sights_from(sights)))


def _flip_faults(image: ImageFile, base: Path) -> Iterator[str]:
    """Faults of a mirror image, compared with its original; of a lossy format, pixels differ anyway."""
    path, original = base / image.path, base / image.flips
    if not image.flips or path.suffix != SUFFIX["png"] or not (path.is_file() and original.is_file()):
        return
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.suppress(OSError, UserError))  # which are named elsewhere
        own, flipped = (stack.enter_context(decoded(file, str(file), "png")) for file in (original, path))
        if ImageOps.mirror(own).tobytes() != flipped.tobytes():
            yield f"{path}: is not the mirror image of {original.name}"


def _file_faults(folder: Path, shard: Shard, manifest_hash: Any, wanted: set[Path]) -> Iterator[str]:
    """Faults of the files: missing or unexpected ones, and differences from shard.json."""
    path = folder / MANIFEST
    manifest = _json(path)
    if sha256(path) != manifest_hash:
        yield f"{path}: hash differs from dataset.json"
    files = manifest.get("files") if isinstance(manifest, dict) else None
    listed = files if isinstance(files, dict) else {}
    yield from within(path, differences(manifest, {**dataclasses.asdict(shard), "files": listed}))
    if files is not listed:
        return
    there = {*listing.files(folder)} - {path, folder / "run.json"}
    with contextlib.suppress(UserError):  # a fault of run.json's own
        match _json(folder / "run.json"):
            case {"files": dict() as varying}:
                listed = listed | {name: said for name, said in varying.items() if shards.varies(Path(name))}
    foreign = {at for at in there - wanted if not is_of_shard(at.relative_to(folder).as_posix())}
    yield from (f"{at}: {STRAY}" for at in sorted(foreign))
    yield from _unlike(wanted, (there | {folder / name for name in listed}) - foreign, there)
    for at in sorted(wanted & there):
        if listed.get(at.relative_to(folder).as_posix()) != shards.entry(at):
            yield f"{at}: size or hash differs from {'run' if shards.varies(at) else 'shard'}.json"


def _unlike(wanted: set[Path], found: set[Path], there: set[Path] | None = None) -> Iterator[str]:
    """Faults of a set of files. `found` are the listed files, `there` those that exist (default: all listed ones)."""
    there = found if there is None else there
    for at in sorted(wanted | found):
        if at not in wanted:
            yield f"{at}: does not belong to the shard"
        elif at not in there:
            yield f"{at}: is missing"


def _json(path: Path) -> Any:
    try:
        return json_lines.parse(plain_files.read(path, limits.DOCUMENT), str(path))
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error


def _run_faults(path: Path, description: Record) -> Iterator[str]:
    match _json(path):
        case {"versions": {"tvrgen": str()} as used} as run:
            for name, version in used.items():
                if version not in description["versions"].get(name, []):
                    yield f"versions.{name}: dataset.json does not list {version!r}"
            for name, number_of in (("format", format_of), ("plan", plan_of)):
                if (number := number_of(run)) != (due := number_of(description)):
                    yield f"{name}: is {number}; expected {due}, as in dataset.json"
        case _:
            yield "versions: are missing; expected at least tvrgen's"


def _image_faults(path: Path, modes: tuple[str, ...], split: Split) -> Iterator[str]:
    form = next(form for form, suffix in SUFFIX.items() if suffix == path.suffix)
    try:
        with decoded(path, str(path), form) as image:
            size, due = f"{image.width}x{image.height}", f"{split.render.width}x{split.render.height}"
            if image.mode not in modes or size != due:
                yield f"is {image.mode} {size}, not {modes[0]} {due}"
    except OSError as error:
        yield f"cannot be read as an image: {error}"


def _line_faults(checked: _Checked, kind: str, ids: list[str], lines: dict[str, Record]) -> Iterator[str]:
    """Faults of the lines of a kind, which must have these ids. Adds lines that fit their schema to `lines`, by id."""
    found: list[str | None] = []
    path = checked.where(kind)
    with plain_files.opened(path, limits.FILE) as file:
        for entry in checked.form.entries(file, kind, str(path)):
            try:
                documents.check_line(entry.line, entry.where, kind)
            except UserError as error:
                yield str(error)
                found.append(ids[len(found)] if len(found) < len(ids) else None)  # one fault is enough
            else:
                found.append(entry.line["id"])
                lines[entry.line["id"]] = entry.line
    yield from islice(differences(found, ids, "ids"), 1)
