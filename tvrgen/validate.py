"""Is a dataset what it says it is? All that follows from the config and from what was drawn is worked out again.

The config alone tells a problem's levels, id and files; its line tells, besides, what was drawn: how the objects look,
where they, cameras and lights stand, and what is seen. From these the problem is planned again, without rays, and its
lines are compared with those that are there. What comparing cannot see, such as the rules, is checked on its own.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import Image

from tvrgen import annotations, canonical, design, ordering, record, rules, store, transform
from tvrgen import document as documents
from tvrgen.errors import UserError
from tvrgen.pictures import BLEND, pictures
from tvrgen.record import Record
from tvrgen.sampler import Planned
from tvrgen.scene import Camera, Light, Problem, State, Step
from tvrgen.settings import Config, Split, identity
from tvrgen.store import Dataset, Shard
from tvrgen.transform import Rejected
from tvrgen.visibility import NOTHING
from tvrgen.vocabulary import ATTRIBUTES

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
    yield from _within(path, islice(_differences(description, due), 1))
    yield from _within(root / "config.json", _config_faults(root / "config.json", config))
    if not begun:
        yield f"{path}: shards: lists none; run tvrgen generate again"
    for shard in wanted.values():
        folder = root / shard.path
        if shard.path in listed and folder.is_dir():
            yield from _within(folder, _shard_faults(folder, shard, listed[shard.path], versions, config))
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
    yield from islice(_differences(identity(document), identity(config.document)), 1)


def _shard_faults(folder: Path, shard: Shard, manifest_hash: Any, versions: Record, config: Config) -> Iterator[str]:
    split = config.split(shard.split)
    problems = [_dealt(config, split, k) for k in range(shard.first, shard.first + shard.count)]
    scenes_at, questions_at, run_at = (folder / name for name in ("scenes.jsonl", "questions.jsonl", "run.json"))
    shots = [picture for problem in problems for picture in pictures(problem, split)]
    images = {folder / picture.path: PICTURE for picture in shots}
    images |= {folder / path: ANNOTATIONS[kind] for p in shots for kind, path in p.annotations.items()}
    blends = {folder / BLEND.format(index=p.index) for p in problems if split.output.blend}
    yield from _within(folder, _file_faults(folder, shard, manifest_hash, {scenes_at, questions_at, *images, *blends}))
    for path in sorted(p for p in blends if p.is_file() and not _is_blend(p)):
        yield f"{path}: is no .blend file"
    yield from _within(run_at, _run_faults(run_at, versions))
    for image, modes in images.items():
        if image.is_file():  # those that are missing have been named
            yield from _within(image, _picture_faults(image, modes, split))
    scenes, questions, due = {}, {}, {}
    for path, schema, lines, ids in (
        (scenes_at, "scene", scenes, [p.id for p in problems]),
        (questions_at, "question", questions, [f"{p.id}-{view}" for p in problems for view in p.views]),
    ):
        if path.is_file():
            yield from _within(path, _line_faults(path, schema, ids, lines))
    for problem in problems:
        if line := scenes.get(problem.id):
            yield from _within(f"{scenes_at}: {problem.id}", _scene_faults(line, problem, config, split, due))
            for picture in pictures(problem, split):
                if (path := folder / picture.annotations.get("index", "")).is_file() and picture.when in line[
                    "visibility"
                ]:
                    sights = line["visibility"][picture.when].get(picture.camera.name, [])
                    yield from _within(path, annotations.index_faults(path, record.sights_from(sights)))
    for name, line in questions.items():
        if name in due:
            yield from _within(f"{questions_at}: {name}", islice(_differences(line, due[name]), 1))


def _file_faults(folder: Path, shard: Shard, manifest_hash: Any, wanted: set[Path]) -> Iterator[str]:
    """Faults of the files as such: those wanted are there, and none else, and they are as shard.json says."""
    path = folder / "shard.json"
    manifest = store.read_json(path)
    if store.sha256(path) != manifest_hash:
        yield f"{path}: hash differs from dataset.json"
    files = manifest.get("files") if isinstance(manifest, dict) else None
    listed = files if isinstance(files, dict) else {}
    yield from _within(path, _differences(manifest, {**dataclasses.asdict(shard), "files": listed}))
    if files is not listed:
        return
    there = {p for p in folder.rglob("*") if p.is_file()} - {path, folder / "run.json"}
    for at in sorted({*wanted, *there, *(folder / name for name in listed)}):
        if at not in wanted:
            yield f"{at}: does not belong to the shard"
        elif at not in there:
            yield f"{at}: is missing"
        elif not store.varies(at) and listed.get(at.relative_to(folder).as_posix()) != store.entry(at):
            yield f"{at}: size or hash differs from shard.json"


def _is_blend(path: Path) -> bool:
    """Whether a file begins as Blender's do, compressed (Zstandard) or not."""
    with open(path, "rb") as file:
        return file.read(7).startswith((b"BLENDER", b"\x28\xb5\x2f\xfd"))


def _run_faults(path: Path, versions: Record) -> Iterator[str]:
    match store.read_json(path):
        case {"versions": {"tvrgen": str()} as used}:
            for name, version in used.items():
                if version not in versions.get(name, []):
                    yield f"versions.{name}: dataset.json does not list {version!r}"
        case _:
            yield "versions: are missing; expected at least tvrgen's"


def _picture_faults(path: Path, modes: tuple[str, ...], split: Split) -> Iterator[str]:
    form = split.image.format.upper() if modes is PICTURE else "PNG"
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
    yield from islice(_differences(found, ids, "ids"), 1)


def _dealt(config: Config, split: Split, index: int) -> Problem:
    """All that the config alone tells of a problem; nothing is drawn yet."""
    levels = design.levels(config, split, index)
    return Problem(
        split=split.name,
        index=index,
        attempt=0,
        initial=State(objects=()),
        steps=tuple(Step(object=s.target, kind=s.kind, value=s.value) for s in levels.steps),
        cameras=tuple(config.scene.cameras[name] for name in split.cameras.names),
        lights=tuple(config.scene.lights.values()),
        views=levels.views,
    )


def _scene_faults(line: Record, problem: Problem, config: Config, split: Split, due: dict) -> Iterator[str]:
    """Faults of a scene line that fits its schema. Puts the lines that its questions must be into `due`, by id."""
    levels, objects = design.levels(config, split, problem.index), line["initial"]["objects"]
    steps = [f"{s['object']}.{s['kind']}.{s['value']}" for s in line["steps"]]
    found = {"objects": len(objects), "visible": sum(o["on_stage"] for o in objects), "steps": steps}
    dealt = {"objects": levels.objects, "visible": levels.visible, "steps": [*map(str, problem.steps)]}
    faulty = [f"{difference}, by the design" for difference in _differences(found, dealt)]
    known = {a: split.vocabulary.values(a) for a in ATTRIBUTES} | {"rotation": range(360)}  # whole degrees
    for k, obj in enumerate(objects):
        faulty += [f"initial.objects[{k}].{a}: is never {obj[a]!r:.40}" for a in known if obj[a] not in known[a]]
    yield from faulty
    if faulty:
        return  # nothing follows from such a line
    planned = _planned_again(line, problem, config, split)
    rebuilt = record.scene_line(planned, split)
    yield from islice(_differences(line, rebuilt), 1)
    for k, (step, level) in enumerate(zip(rebuilt["steps"], levels.steps, strict=True)):
        if level.move and step.get("type") != level.move:
            yield f"steps[{k}].type: is not {level.move!r}; expected that by the design"
    if not canonical.belongs(planned.hash, split.ordinal, len(config.splits)):
        yield "hash: belongs to another split"
    yield from _sight_faults(planned, split)
    due.update({question["id"]: question for question in record.question_lines(planned, split)})


def _planned_again(line: Record, problem: Problem, config: Config, split: Split) -> Planned:
    """The problem with all that follows from what its line tells was drawn. Raises Rejected where it breaks a rule."""
    told, seen, jitter = record.problem_from(line), line["visibility"], config.scene.jitter
    states = transform.replay(told.initial, problem.steps, split.kinds, split.vocabulary)
    rules.check_states(states, problem.steps, split)
    drawn = {
        "attempt": min(told.attempt, split.sampling.max_attempts - 1),
        "cameras": tuple(_moved(problem.cameras, told.cameras, jitter.camera)),
        "lights": tuple(_moved(problem.lights, told.lights, jitter.light)),
    }
    if split.sampling.no_change:
        drawn["final_cameras"] = tuple(_moved(problem.cameras, told.final_cameras, jitter.camera))
        drawn["final_lights"] = tuple(_moved(problem.lights, told.final_lights, jitter.light))
    return Planned(
        problem=dataclasses.replace(problem, initial=told.initial, **drawn),
        states=states,
        hash=canonical.digest(told.initial, problem.steps),
        order_sensitive=ordering.order_sensitive(states, problem.steps, split),
        initial={name: record.sights_from(seen["initial"].get(name, [])) for name in (split.cameras.initial,)},
        final={name: record.sights_from(seen["final"].get(name, [])) for name in problem.views},
    )


def _moved(things: tuple, told: tuple, reach: float) -> Iterator[Camera | Light]:
    """The config's cameras or lights where a line tells they stand, or as near to that as they can stand.

    Suns stay; others stand within `reach` metres of their place on each axis, to the millimetre.
    """
    at = {thing.name: thing.location for thing in told if getattr(thing, "type", "") != "sun"}
    for thing in things:
        axes = zip(at.get(thing.name, ()), thing.location, strict=False)
        location = tuple(round(min(max(x, c - reach), c + reach), 3) for x, c in axes)
        yield dataclasses.replace(thing, location=location or thing.location)


def _sight_faults(planned: Planned, split: Split) -> Iterator[str]:
    """Faults of what is seen, as far as they show without rays. Raises Rejected where it breaks a rule."""
    on_stage, frame, states = split.vocabulary.grid.on_stage, split.render, planned.states
    for when, camera, _ in planned.problem.shots():
        state, seen = (states[0], planned.initial) if when == "initial" else (states[-1], planned.final)
        sights, place = seen[camera.name], f"visibility.{when}.{camera.name}"
        if len(sights) != len(state.objects):
            raise UserError(f"{place}: has {len(sights)} entries; expected {len(state.objects)}, one for each object")
        for k, (obj, sight) in enumerate(zip(state.objects, sights, strict=True)):
            left, top, right, bottom = sight.box or (0, 0, 0, 0)
            inside = left < right <= frame.width and top < bottom <= frame.height and on_stage(obj.position)
            possible = inside and 0 < sight.pixels <= (right - left) * (bottom - top) and sight.fraction > 0
            if not possible and sight != NOTHING:
                yield f"{place}[{k}]: no picture shows an object so"
        rules.check_sight(states, planned.problem.steps, [(when, camera.name, sights)], split)


def _within(place: object, faults: Iterable[str]) -> Iterator[str]:
    """The faults with their place before them. That a check itself fails, in whatever way, is a fault too."""
    try:
        for fault in faults:
            yield _placed(place, fault)
    except Rejected as error:
        yield _placed(place, f"breaks the rule '{error.rule}'")
    except UserError as error:
        yield _placed(place, str(error))
    except Exception as error:  # files may hold anything, and a kind of the user's own may do anything
        yield _placed(place, f"cannot be checked: {type(error).__name__}: {error}")


def _placed(place: object, text: str) -> str:
    """The text with its place before it, unless it names its file itself."""
    return text if text.startswith(str(place)) else f"{place}: {text}"


def _differences(found: Any, due: Any, path: str = "") -> Iterator[str]:
    """Where JSON differs from what is due. Keys have an order too: that of cameras, or of values in a prompt."""
    if isinstance(found, dict) and isinstance(due, dict):
        for key, at in ((key, f"{path}.{key}" if path else key) for key in {**due, **found}):
            if key not in found or key not in due:
                yield f"{at}: {'is missing' if key in due else 'does not belong there'}"
            else:
                yield from _differences(found[key], due[key], at)
        if found.keys() == due.keys() and [*found] != [*due]:
            yield f"{path or 'top level'}: its keys are in another order; expected {', '.join(due)}"
    elif isinstance(found, list) and isinstance(due, list):
        for k, pair in enumerate(zip(found, due, strict=False)):
            yield from _differences(*pair, f"{path}[{k}]")
        if len(found) != len(due):
            yield f"{path}: has {len(found)} entries; expected {len(due)}"
    elif type(found) is not type(due) or found != due:
        yield f"{path or 'top level'}: holds {found!r:.80}; expected {due!r:.80}"
