"""Is a dataset what it says it is? Every hash, picture, record, replay and answer is checked."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from tvrgen import canonical, design, question, record, store, transform
from tvrgen.errors import UserError
from tvrgen.settings import Config, Split
from tvrgen.store import Dataset, Shard
from tvrgen.transform import Rejected


def faults(root: Path) -> Iterator[str]:
    """One line for each fault. Raises UserError where there is no dataset at all."""
    dataset = Dataset(root)
    config = dataset.config()
    if dataset.description["hash"] != config.hash:
        yield f"{root / 'dataset.json'}: hash: is not the hash of the config beside it"
    listed = {s["path"]: s["sha256"] for s in dataset.description["shards"]}
    for split in config.splits.values():
        wanted = store.shards(config, split.name)
        if not any(shard.path in listed for shard in wanted):
            continue  # a split that was not asked for yet
        for shard in wanted:
            if shard.path not in listed or not (root / shard.path).is_dir():
                yield f"{root / shard.path}: is missing; run tvrgen generate again"
            else:
                yield from _shard_faults(root / shard.path, shard, listed[shard.path], config)


def _shard_faults(folder: Path, shard: Shard, digest: str, config: Config) -> Iterator[str]:
    manifest = folder / "shard.json"
    try:
        if store.sha256(manifest) != digest:
            yield f"{manifest}: hash differs from dataset.json"
        files = store.read_json(manifest)["files"]
        for name, expected in files.items():
            if not (folder / name).is_file():
                yield f"{folder / name}: is missing"
            elif store.sha256(folder / name) != expected["sha256"]:
                yield f"{folder / name}: hash differs from shard.json"
        scenes = {line.get("id"): line for line in store.read_lines(folder / "scenes.jsonl")}
        questions = list(store.read_lines(folder / "questions.jsonl"))
    except (OSError, KeyError, UserError) as error:
        yield f"{folder}: cannot be read: {error}"
        return
    split = config.split(shard.split)
    indices = range(shard.first, shard.first + shard.count)
    if sorted(scenes) != [f"{shard.split}-{k:06d}" for k in indices]:
        yield f"{folder / 'scenes.jsonl'}: does not hold problems {indices.start} to {indices.stop - 1}, each once"
    wanted = sorted(f"{split.name}-{k:06d}-{view}" for k in indices for view in design.levels(config, split, k).views)
    if sorted(str(q.get("id")) for q in questions) != wanted:
        yield f"{folder / 'questions.jsonl'}: does not hold each problem's questions, each once"
    for line in scenes.values():
        yield from (f"{folder / 'scenes.jsonl'}: {line.get('id')}: {fault}" for fault in _scene_faults(line, split))
    checked: set[str] = set()
    for line in questions:
        faulty = [*_question_faults(line, scenes, split), *_image_faults(line, folder, split, checked)]
        yield from (f"{folder / 'questions.jsonl'}: {line.get('id')}: {fault}" for fault in faulty)
    if unnamed := {n for n in files if n.startswith("images/")} - checked:
        yield f"{folder / min(unnamed)}: no question names this picture"


def _scene_faults(line: dict, split: Split) -> Iterator[str]:
    if fault := _misfit(line, "scene"):
        yield fault
        return
    problem = record.problem_from(line)
    try:
        states = transform.replay(problem.initial, problem.steps, split.kinds, split.vocabulary)
    except (Rejected, KeyError, IndexError, ValueError) as error:
        yield f"steps: cannot be replayed: {error!r}"
        return
    if line["hash"] != canonical.digest(problem.initial, problem.steps):
        yield "hash: is not that of the scene and its steps"
    if states[-1] != record.state_from(line["final"]):
        yield "final: is not what replaying the steps gives"
    for k, step in enumerate(problem.steps):
        accepted = transform.accepted(states[k], step, split.kinds, split.vocabulary)
        if line["steps"][k]["accepted"] != list(accepted):
            yield f"steps[{k}].accepted: is not what follows from the state"
    for part, state in (("initial", states[0]), ("final", states[-1])):
        on_stage = [split.vocabulary.grid.on_stage(o.position) for o in state.objects]
        if [o["on_stage"] for o in line[part]["objects"]] != on_stage:
            yield f"{part}.objects: on_stage does not follow from the positions"


def _question_faults(line: dict, scenes: dict[str, dict], split: Split) -> Iterator[str]:
    if fault := _misfit(line, "question"):
        yield fault
        return
    scene = scenes.get(line["scene"])
    if scene is None or _misfit(scene, "scene"):
        yield f"scene: there is no sound scene line {line['scene']!r}"
        return
    problem = record.problem_from(scene)
    if line["answer"] != question.answer(problem.steps):
        yield f"answer: {line['answer']!r} does not follow from the steps"
    if line["changes"] != record.changes(problem.steps):
        yield "changes: do not follow from the steps"
    if line["initial_objects"] != record.initial_objects(problem.initial, split):
        yield "initial_objects: are not those of the scene"
    seen = record.sights_from(scene["visibility"]["initial"][split.cameras.initial])
    if line["question"] != record.prompt(problem.initial, seen, split):
        yield "question: is not the prompt of this scene"


def _image_faults(line: dict, folder: Path, split: Split, checked: set[str]) -> Iterator[str]:
    """Faults of the pictures a question names; `checked` has those that were looked at before."""
    for name in line.get("images", []):
        if name in checked:
            continue
        checked.add(name)
        try:
            with Image.open(folder / name) as image:
                image.load()
                size, wanted = image.size, (split.render.width, split.render.height)
        except (OSError, SyntaxError, ValueError) as error:
            yield f"{name}: is no picture: {error}"
            continue
        if size != wanted:
            yield f"{name}: is {size[0]}x{size[1]}, not {wanted[0]}x{wanted[1]}"


def _misfit(line: dict, schema: str) -> str | None:
    try:
        record.check(line, schema, "schema")
    except UserError as error:
        return str(error)
    return None
