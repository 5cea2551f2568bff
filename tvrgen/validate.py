"""Is a dataset what it says it is? All that follows from the config and from what was drawn is worked out again.

A problem's levels, file names and ids follow from the config alone. Its line tells, besides, only what was drawn: how
the objects look and where they stand, where cameras and lights stand, and what is seen. From these the problem is
planned again, without rays, and the lines it would give are compared with those that are there. What comparing cannot
see (the rules, the bounds of what may be drawn) is checked on its own. Shards are looked at one by one.
"""

import dataclasses
import itertools
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from tvrgen import canonical, design, ordering, record, rules, store, transform
from tvrgen import document as documents
from tvrgen.design import Levels
from tvrgen.errors import UserError
from tvrgen.record import Record
from tvrgen.sampler import Planned
from tvrgen.scene import Camera, Light, Object, Problem, State, Step
from tvrgen.settings import Config, RenderSettings, Split, identity
from tvrgen.store import Dataset, Shard
from tvrgen.transform import Rejected
from tvrgen.visibility import NOTHING, Sight
from tvrgen.vocabulary import ATTRIBUTES, Vocabulary

Moved = TypeVar("Moved", Camera, Light)


def faults(root: Path) -> Iterator[str]:
    """One line for each fault. Raises UserError where there is no dataset, or nothing to check it by."""
    description, config = _opened(root)
    for fault in _dataset_faults(root, description, config):
        # what files hold may be in a fault: line breaks, and text that cannot be printed
        yield " ".join(fault.encode(errors="backslashreplace").decode().split())


def _opened(root: Path) -> tuple[Record, Config]:
    """dataset.json and the config in it."""
    path = root / "dataset.json"
    try:
        if path.is_file():
            _check_form(store.read_json(path), path)
        dataset = Dataset(root)
        config = dataset.config()
    except UserError:
        raise
    except Exception as error:  # whatever the file holds
        raise UserError(f"{path}: cannot be used: {type(error).__name__}: {error}") from error
    if dataset.splits != tuple(config.splits):
        raise UserError(f"{path}: splits: are not those of the config; run tvrgen generate again")
    return dataset.description, config


def _check_form(description: Any, path: Path) -> None:
    """Raises UserError where a part of dataset.json is missing, or is not even of the right kind."""
    forms = {
        "versions": lambda part: isinstance(part, dict) and all(isinstance(v, list) for v in part.values()),
        "hash": lambda part: isinstance(part, str),
        "splits": lambda part: (
            isinstance(part, dict)
            and all(isinstance(s, dict) and isinstance(s.get("questions"), int) for s in part.values())
        ),
        "shards": lambda part: (
            isinstance(part, list) and all(isinstance(s, dict) and isinstance(s.get("path"), str) for s in part)
        ),
        "config": lambda part: isinstance(part, dict),
    }
    for key, fits in forms.items():
        if not isinstance(description, dict) or not fits(description.get(key)):
            raise UserError(f"{path}: {key}: is missing or unusable; run tvrgen generate again")


def _dataset_faults(root: Path, description: Record, config: Config) -> Iterator[str]:
    path = root / "dataset.json"
    if description["hash"] != config.hash:
        yield f"{path}: hash: is not the hash of the config, by which all else is checked"
        return
    listed = {s["path"]: s.get("sha256") for s in description["shards"]}
    wanted = {shard.path: shard for split in config.splits for shard in store.shards(config, split)}
    due = _description(description["versions"], listed, wanted, config)
    yield from _within(path, _first(_differences(description, due)))
    yield from _within(root / "config.json", _config_faults(root / "config.json", config))
    begun = {shard.split for shard in wanted.values() if shard.path in listed}
    if not begun:
        yield f"{path}: shards: lists none; run tvrgen generate again"
    for shard in wanted.values():
        folder = root / shard.path
        if shard.path in listed and folder.is_dir():
            digest, versions = listed[shard.path], description["versions"]
            yield from _within(folder, _shard_faults(folder, shard, digest, versions, config))
        elif folder.exists():
            yield f"{folder}: is not listed in dataset.json; run tvrgen generate again"
        elif shard.split in begun:  # else the split was not asked for yet
            yield f"{folder}: is missing; run tvrgen generate again"
    for folder in sorted(root.glob("*/shard-*")):
        if folder.relative_to(root).as_posix() not in wanted:
            yield f"{folder}: does not belong to the dataset"


def _description(versions: Record, listed: dict[str, Any], wanted: dict[str, Shard], config: Config) -> Record:
    """What dataset.json must hold if it lists these shards."""
    shards = [shard for shard in wanted.values() if shard.path in listed]
    problems = Counter({name: sum(s.count for s in shards if s.split == name) for name in config.splits})
    return {
        "versions": versions,
        "hash": config.hash,
        "splits": {
            name: {
                "count": split.count,
                "problems": problems[name],
                "questions": problems[name] * split.cameras.released,
            }
            for name, split in config.splits.items()
        },
        "shards": [{"path": s.path, "problems": s.count, "sha256": listed[s.path]} for s in shards],
        "config": config.document,
    }


def _config_faults(path: Path, config: Config) -> Iterator[str]:
    document = store.read_json(path)
    documents.check(document, str(path), "config")
    yield from _first(_differences(identity(document), identity(config.document)))


def _shard_faults(folder: Path, shard: Shard, digest: Any, versions: Record, config: Config) -> Iterator[str]:
    split = config.split(shard.split)
    dealt = [_dealt(config, split, k) for k in range(shard.first, shard.first + shard.count)]
    pictures = [record.image_path(p, when, c.name) for _, p in dealt for when, c, _ in p.shots()]
    at = {name: folder / name for name in ("scenes.jsonl", "questions.jsonl", "run.json", *pictures)}
    yield from _within(folder, _file_faults(folder, shard, digest, at.keys() - {"run.json"}))
    yield from _within(at["run.json"], _run_faults(at["run.json"], versions))
    for name in pictures:
        if at[name].is_file():  # else it was named above
            yield from _within(at[name], _picture_faults(at[name], split.render))
    scenes: dict[str, Record] = {}
    asked: dict[str, Record] = {}
    plans: list[Planned] = []
    for name, schema, lines, ids in (
        ("scenes.jsonl", "scene", scenes, [p.id for _, p in dealt]),
        ("questions.jsonl", "question", asked, [f"{p.id}-{view}" for _, p in dealt for view in p.views]),
    ):
        if at[name].is_file():
            yield from _within(at[name], _line_faults(at[name], schema, ids, lines))
    for levels, problem in dealt:
        if line := scenes.get(problem.id):
            place = f"{at['scenes.jsonl']}: {problem.id}"
            yield from _within(place, _scene_faults(line, levels, problem, config, split, plans))
    for due in itertools.chain.from_iterable(record.question_lines(planned, split) for planned in plans):
        if line := asked.get(due["id"]):
            yield from _within(f"{at['questions.jsonl']}: {due['id']}", _first(_differences(line, due)))


def _file_faults(folder: Path, shard: Shard, digest: Any, wanted: set[str]) -> Iterator[str]:
    """Faults of the files as such: `wanted` and shard.json's list name the same ones, and they are as it says."""
    path = folder / "shard.json"
    manifest = store.read_json(path)
    if store.sha256(path) != digest:
        yield f"{path}: hash differs from dataset.json"
    files = manifest.get("files") if isinstance(manifest, dict) else None
    due = {**dataclasses.asdict(shard), "files": files if isinstance(files, dict) else {}}
    yield from _within(path, _differences(manifest, due))
    if not isinstance(files, dict):
        return
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"shard.json", "run.json"}
    for name in sorted({*wanted, *files, *there}):
        at = folder / name
        if name not in wanted:
            yield f"{at}: does not belong to the shard"
        elif name not in there:
            yield f"{at}: is missing"
        elif files.get(name) != {"bytes": at.stat().st_size, "sha256": store.sha256(at)}:
            yield f"{at}: size or hash differs from shard.json"


def _run_faults(path: Path, versions: Record) -> Iterator[str]:
    used = store.read_json(path)["versions"]
    if not used:
        yield "versions: is empty"
    for name, version in used.items():
        if version not in versions.get(name, []):
            yield f"versions: dataset.json does not list {name} {version}"


def _picture_faults(path: Path, render: RenderSettings) -> Iterator[str]:
    try:
        with Image.open(path, formats=["PNG"]) as image:
            if image.size != (render.width, render.height):
                yield f"is {image.size[0]}x{image.size[1]}, not {render.width}x{render.height}"
            elif image.mode != "RGB":
                yield f"is {image.mode}, not RGB"
            else:
                image.load()
    except (OSError, SyntaxError, ValueError) as error:
        yield f"is no picture: {error}"


def _line_faults(path: Path, schema: str, wanted: list[str], lines: dict[str, Record]) -> Iterator[str]:
    """Faults of a file of records as such. Puts those that fit their schema into `lines`, by id."""
    found, misfits = [], False
    for number, line in enumerate(store.read_lines(path), 1):
        try:
            record.check(line, schema, f"{path}:{number}")
        except UserError as error:
            misfits = True
            yield str(error)
        else:
            found.append(line["id"])
            lines[line["id"]] = line
    if misfits or found == wanted:
        return
    counts, due = Counter(found), set(wanted)
    for name in dict.fromkeys((*wanted, *found)):
        if name not in due:
            yield f"{name}: does not belong to the shard"
        elif counts[name] != 1:
            yield f"{name}: {f'stands there {counts[name]} times' if counts[name] else 'is missing'}"
    if counts == Counter(wanted):
        yield "lines are not in the order of their problems"


def _dealt(config: Config, split: Split, index: int) -> tuple[Levels, Problem]:
    """What the config alone tells of a problem: its levels, and itself before anything is drawn."""
    levels = design.levels(config, split, index)
    problem = Problem(
        split=split.name,
        index=index,
        attempt=0,
        initial=State(objects=()),
        steps=tuple(Step(object=s.target, kind=s.kind, value=s.value) for s in levels.steps),
        cameras=tuple(config.scene.cameras[name] for name in split.cameras.names),
        lights=tuple(config.scene.lights.values()),
        views=levels.views,
    )
    return levels, problem


def _scene_faults(
    line: Record, levels: Levels, problem: Problem, config: Config, split: Split, plans: list[Planned]
) -> Iterator[str]:
    """Faults of a scene line that fits its schema. Adds the problem as planned again to `plans`, if it can be."""
    objects, final = line["initial"]["objects"], line["visibility"]["final"]
    found = {
        "objects": len(objects),
        "visible objects": sum(o["on_stage"] for o in objects),
        "steps": [f"{s['object']}.{s['kind']}.{s['value']}" for s in line["steps"]],
        "final views": [*final],
    }
    due = {
        "objects": levels.objects,
        "visible objects": levels.visible,
        "steps": [*map(str, problem.steps)],
        "final views": [*levels.views],
    }
    initial = record.state_from(line["initial"])
    faulty = [*_first(_differences(found, due)), *_object_faults(initial.objects, split.vocabulary)]
    faulty += [
        f"visibility.{when}.{camera}: tells of {len(sights)} objects, not {levels.objects}"
        for when, views in line["visibility"].items()
        for camera, sights in views.items()
        if len(sights) != levels.objects
    ]
    yield from faulty
    if faulty:
        return  # the problem cannot be planned again
    planned = _planned_again(line, initial, problem, config, split)
    plans.append(planned)
    rebuilt = record.scene_line(planned, split)
    yield from _first(_differences(line, rebuilt))
    for k, (step, level) in enumerate(zip(rebuilt["steps"], levels.steps, strict=True)):
        if level.move and step.get("type") != level.move:
            yield f"steps[{k}].type: is not {level.move!r}, which the design has"
    if line["attempt"] >= split.sampling.max_attempts:
        yield f"attempt: is not below sampling.max_attempts ({split.sampling.max_attempts})"
    if len(config.splits) > 1 and not canonical.belongs(planned.hash, split.ordinal, len(config.splits)):
        yield "hash: is one of another split's"
    yield from _sight_faults(planned, split)


def _object_faults(objects: tuple[Object, ...], words: Vocabulary) -> Iterator[str]:
    """Faults of what is drawn for the initial objects, whatever the rules say of it."""
    for k, obj in enumerate(objects):
        for attribute in ATTRIBUTES:
            value, known = getattr(obj, attribute), words.values(attribute)
            if value not in known:
                yield f"initial.objects[{k}].{attribute}: unknown value {value!r}{documents.nearest(value, known)}"
        if obj.rotation not in range(360):
            yield f"initial.objects[{k}].rotation: is {obj.rotation}; expected whole degrees below 360"


def _planned_again(line: Record, initial: State, problem: Problem, config: Config, split: Split) -> Planned:
    """The problem with all that follows from what its line tells was drawn. Raises Rejected where it breaks a rule."""
    states = transform.replay(initial, problem.steps, split.kinds, split.vocabulary)
    rules.check_states(states, problem.steps, split)
    reach = config.scene.jitter

    def drawn(cameras: Record, lights: list[Record]) -> tuple[tuple[Camera, ...], tuple[Light, ...]]:
        lamps = {light["name"]: light for light in lights}
        return tuple(_moved(c, cameras, reach.camera) for c in problem.cameras), tuple(
            _moved(li, lamps, reach.light) if li.type == "area" else li for li in problem.lights
        )

    cameras, lights = drawn(line["cameras"], line["lights"])
    own = drawn(line.get("final_cameras", {}), line.get("final_lights", [])) if split.sampling.no_change else ((), ())
    changes = {"attempt": line["attempt"], "initial": initial, "cameras": cameras, "lights": lights}
    seen = line["visibility"]
    return Planned(
        problem=dataclasses.replace(problem, **changes, final_cameras=own[0], final_lights=own[1]),
        states=states,
        hash=canonical.digest(initial, problem.steps),
        order_sensitive=ordering.order_sensitive(states, problem.steps, split),
        initial={name: record.sights_from(seen["initial"].get(name, [])) for name in (split.cameras.initial,)},
        final={name: record.sights_from(seen["final"].get(name, [])) for name in problem.views},
    )


def _moved(thing: Moved, recorded: dict[str, Record], reach: float) -> Moved:
    """A camera or light of the config where its record says it stands, or as near to that as it can stand.

    It stands within `reach` metres of its place on each axis, to the millimetre.
    """
    if thing.name not in recorded:
        return thing
    axes = zip(recorded[thing.name]["location"], thing.location, strict=True)
    return dataclasses.replace(thing, location=tuple(round(min(max(x, c - reach), c + reach), 3) for x, c in axes))


def _sight_faults(planned: Planned, split: Split) -> Iterator[str]:
    """Faults of what is seen, as far as they show without rays. Raises Rejected where it breaks a rule."""
    for when, camera, _ in planned.problem.shots():
        state, views = (
            (planned.states[0], planned.initial) if when == "initial" else (planned.states[-1], planned.final)
        )
        for k, (obj, sight) in enumerate(zip(state.objects, views[camera.name], strict=True)):
            if not _possible(sight, split.vocabulary.grid.on_stage(obj.position), split.render):
                yield f"visibility.{when}.{camera.name}[{k}]: no image shows an object so"
        rules.check_sight(planned.states, planned.problem.steps, [(when, camera.name, views[camera.name])], split)


def _possible(sight: Sight, on_stage: bool, render: RenderSettings) -> bool:
    """Whether some image can show that of an object: only those on stage are seen, within the frame."""
    if sight.box is None or not on_stage:
        return sight == NOTHING
    left, top, right, bottom = sight.box
    inside = left < right <= render.width and top < bottom <= render.height
    return inside and 0 < sight.pixels <= (right - left) * (bottom - top) and sight.fraction > 0


def _within(place: object, faults: Iterable[str]) -> Iterator[str]:
    """The faults with their place before them. That a check itself fails is a fault too.

    It may fail in any way: files hold anything, and so may a kind of the user's own.
    """
    try:
        for fault in faults:
            yield _placed(place, fault)
    except Rejected as error:
        yield _placed(place, f"breaks the rule '{error.rule}'")
    except UserError as error:
        yield _placed(place, str(error))
    except Exception as error:
        yield _placed(place, f"cannot be checked: {type(error).__name__}: {error}")


def _placed(place: object, text: str) -> str:
    """The text, which may name its file itself, with the place before it."""
    return text if text.startswith(str(place)) else f"{place}: {text}"


class _Nothing:
    """Stands for what is not there, since null may be."""

    def __repr__(self) -> str:
        return "nothing"


def _first(faults: Iterable[str]) -> Iterator[str]:
    """The first of several faults, where the others would say the same."""
    return itertools.islice(faults, 1)


def _differences(found: Any, due: Any, path: str = "") -> Iterator[str]:
    """Where JSON differs from what is due, the order of keys included: it is the order of values and cameras."""
    if isinstance(found, dict) and isinstance(due, dict):
        for key in {**due, **found}:
            pair = found.get(key, _Nothing()), due.get(key, _Nothing())
            yield from _differences(*pair, f"{path}.{key}" if path else key)
        if found.keys() == due.keys() and [*found] != [*due]:
            yield _unlike(f"{path or 'top level'}: keys", [*found], [*due])
    elif isinstance(found, list) and isinstance(due, list):
        for k, pair in enumerate(itertools.zip_longest(found, due, fillvalue=_Nothing())):
            yield from _differences(*pair, f"{path}[{k}]")
    elif type(found) is not type(due) or found != due:
        yield _unlike(path or "top level", found, due)


def _unlike(path: str, found: Any, due: Any) -> str:
    """Both values; long ones from shortly before they differ."""
    texts = repr(found), repr(due)
    start = max(0, len(os.path.commonprefix(texts)) - 20)
    shown = (f"{'...' if start else ''}{t[start : start + 60]}{'...' if len(t) > start + 60 else ''}" for t in texts)
    return "{}: holds {}; expected {}".format(path, *shown)
