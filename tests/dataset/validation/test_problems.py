"""Lines of a dataset: each is held against the problem that its config and what was drawn give."""

import json
import shutil

import pytest

from tests.dataset.validation.damages import (
    HASHES,
    QUESTIONS,
    SCENES,
    asked,
    camera,
    check_named,
    obj,
    records,
    scene,
    seal,
    seal_shards,
    sight,
    swap,
    turn_round,
)
from tests.tiny import FlatRenderer, generate_flat, load, made
from tvrgen._support.errors import UserError
from tvrgen._support.rng import generator
from tvrgen.dataset import catalog, preparation
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.validation.files import dataset_faults
from tvrgen.sampling import identity


def follow(s):
    """An object of a colour that there is not, in all that follows from it."""
    for part in ("initial", "final"):
        s[part]["objects"][1]["color"] = "pink"


def differing(**changes):
    """Other differences made by the first step."""
    return scene(lambda s: s["steps"][0]["differences"][0].update(changes))


ZEROS = [[0.0] * 4] * 4
DAMAGES = {
    "scene without id": (scene(lambda s: s.pop("id")), "scenes.jsonl:1: id: is missing"),
    "scene that is a list": (records(SCENES, lambda x: x.__setitem__(0, [1])), "scenes.jsonl:1: top level: holds [1]"),
    "scene that is null": (records(SCENES, lambda x: x.__setitem__(1, None)), "scenes.jsonl:2: top level: holds"),
    "off schema": (scene(lambda s: s.pop("lights")), "scenes.jsonl:1: lights: is missing"),
    "images null": (asked(lambda q: q.update(images=None)), "questions.jsonl:1: images: holds nothing"),
    "images numbers": (asked(lambda q: q.update(images=[1, 2])), "questions.jsonl:1: images[0]: holds 1"),
    "scene lost": (records(SCENES, lambda x: x.pop()), "scenes.jsonl: ids: has 1 entries; expected 2"),
    "scene twice": (
        records(SCENES, lambda x: x.insert(0, x[0])),
        "scenes.jsonl: ids[1]: holds 'train-000002'; expected 'train-000003'",
    ),
    "scenes swapped": (records(SCENES, swap), "scenes.jsonl: ids[0]"),
    "scene of another shard": (scene(lambda s: s.update(id="train-000009")), "ids[0]: holds 'train-000009'"),
    "question lost": (records(QUESTIONS, lambda x: x.pop(0)), "questions.jsonl: ids[0]"),
    "question twice": (records(QUESTIONS, lambda x: x.append(x[-1])), "ids: has 7 entries; expected 6"),
    "question of no scene": (asked(lambda q: q.update(id="train-000099-left")), "ids[0]: holds 'train-000099-left'"),
    "index": (scene(lambda s: s.update(index=3)), "train-000002: index: holds 3; expected 2"),
    "split": (scene(lambda s: s.update(split="test")), "train-000002: split: holds 'test'; expected 'train'"),
    "attempt": (scene(lambda s: s.update(attempt=10**6)), "attempt: holds 1000000; expected 999"),
    "hash": (scene(lambda s: s.update(hash="0" * 32)), "train-000002: hash: holds '000"),
    "order sensitive": (scene(lambda s: s.update(order_sensitive=True)), "order_sensitive: holds True"),
    "order of cameras": (scene(lambda s: turn_round(s, "cameras")), "cameras: its keys are in another order"),
    "objects": (scene(lambda s: s["initial"]["objects"].pop()), "objects: holds 2; expected 3, by the design"),
    "visible objects": (obj(0, on_stage=False), "visible: holds 2; expected 3, by the design"),
    "steps": (scene(lambda s: s["steps"].pop()), "steps: has 1 entries; expected 2, by the design"),
    "steps swapped": (scene(lambda s: s["steps"].reverse()), "steps[0]: holds '2.position.front.1'"),
    "step value": (scene(lambda s: s["steps"][0].update(value="red")), "steps[0]: holds '0.color.red'"),
    "step objects": (scene(lambda s: s["steps"][0].update(objects=[9])), "steps[0]: holds '9.color.blue'"),
    "step objects too many": (
        scene(lambda s: s["steps"][0].update(objects=[0, 9])),
        "steps[0]: holds '0+9.color.blue'",
    ),
    "step object": (scene(lambda s: s["steps"][0].update(object=9)), "steps[0].object: holds 9; expected 0"),
    "step object lost": (scene(lambda s: s["steps"][0].pop("object")), "steps[0].object: is missing"),
    "difference": (differing(before={"color": "cyan"}), "steps[0].differences[0].before.color"),
    "difference afterwards": (differing(after={"color": "cyan"}), "steps[0].differences[0].after.color"),
    "difference too much": (differing(before={"color": "red", "size": "large"}), "differences[0].before.size"),
    "difference of another": (differing(object=1), "steps[0].differences[0].object: holds 1; expected 0"),
    "role": (
        scene(lambda s: s["steps"][1]["roles"][0].update(before="unseen")),
        "steps[1].roles[0].before: holds 'unseen'; expected 'seen'",
    ),
    "role lost": (scene(lambda s: s["steps"][1]["roles"].clear()), "steps[1].roles: has 0 entries; expected 1"),
    "accepted too much": (scene(lambda s: s["steps"][0]["accepted"].append("red")), "steps[0].accepted: has 2"),
    "accepted too little": (
        scene(lambda s: s["steps"][1]["accepted"].pop()),
        "steps[1].accepted: has 7 entries; expected 8",
    ),
    "final state": (scene(lambda s: s["final"]["objects"][0].update(color="cyan")), "final.objects[0].color"),
    "final on stage": (scene(lambda s: s["final"]["objects"][2].update(on_stage=True)), "final.objects[2].on_stage"),
    "object index": (obj(1, index=2), "initial.objects[1].index: holds 2; expected 1"),
    "unknown colour": (scene(follow), "initial.objects[1].color: 'pink' never occurs"),
    "rotation": (obj(1, rotation=0.5), "initial.objects[1].rotation: 0.5 never occurs"),
    "off stage to off stage": (obj(2, position=[22, 2]), "breaks the rule 'a move begins or ends on stage'"),
    "overlap": (obj(1, position=[-10, -9]), "breaks the rule 'objects keep a gap'"),
    "out of the field": (obj(1, position=[5, 50]), "breaks the rule 'objects stay in the field'"),
    "twins": (
        obj(1, shape="cube", size="large", color="red", material="rubber"),
        "breaks the rule 'no two objects look the same'",
    ),
    "nothing changes": (obj(0, color="blue"), "breaks the rule 'a step changes something'"),
    "intrinsics": (camera(intrinsics=[[0.0] * 3] * 3), "cameras.left.intrinsics[0][0]: holds 0.0"),
    "world to camera": (camera(world_to_camera=ZEROS), "cameras.left.world_to_camera[0][0]: holds 0.0"),
    "camera elsewhere": (camera(location=[7.481, -6.508, 99.0]), "cameras.left.location[2]: holds 99.0"),
    "camera nowhere": (camera(location=[7.481, -6.508, float("nan")]), "scenes.jsonl:1: is not JSON: NaN"),
    "camera off its millimetre": (camera(location=[7.4812345, -6.508, 6.344]), "cameras.left.location[0]"),
    "camera looks elsewhere": (camera(look_at=[1.0, 0, 0]), "cameras.left.look_at[0]: holds 1.0; expected 0"),
    "lens": (camera(focal_length=50.0), "cameras.left.focal_length: holds 50.0; expected 35"),
    "camera lost": (scene(lambda s: s["cameras"].pop("left")), "cameras.left: is missing"),
    "camera too many": (scene(lambda s: s["cameras"].update(top=s["cameras"]["left"])), "cameras.top: does not belong"),
    "final cameras": (scene(lambda s: s.update(final_cameras=s["cameras"])), "final_cameras: does not belong there"),
    "light elsewhere": (scene(lambda s: s["lights"][0].update(location=[0.0, 0.0, 0.0])), "lights[0].location[0]"),
    "light power": (scene(lambda s: s["lights"][0].update(power=1)), "lights[0].power: holds 1"),
    "light lost": (scene(lambda s: s["lights"].pop()), "lights: has 3 entries; expected 4"),
    "sun elsewhere": (scene(lambda s: s["lights"][3].update(location=[4.2, -1.9, 8.9])), "lights[3].location[0]"),
    "sights too many": (
        scene(lambda s: s["visibility"]["final"]["left"].append({"pixels": 0, "fraction": 0, "box": None})),
        "visibility.final.left: has 4 entries; expected 3, one for each object",
    ),
    "sights lost": (scene(lambda s: s["visibility"]["initial"]["center"].pop()), "visibility.initial.center: has 2"),
    "sights of a camera lost": (
        scene(lambda s: s["visibility"]["final"].pop("left")),
        "visibility.final.left: is miss",
    ),
    "sights of a camera too many": (
        scene(lambda s: s["visibility"]["initial"].update(left=s["visibility"]["final"]["left"])),
        "visibility.initial.left: does not belong there",
    ),
    "seen off stage": (
        sight("final", "left", 2, pixels=40, fraction=0.5, box=[1, 2, 9, 12]),
        "visibility.final.left[2]: is not a possible sight",
    ),
    "too few pixels": (
        sight("final", "left", 0, pixels=9),
        "breaks the rule 'a changed object is in sight (final image, camera left)'",
    ),
    "box without pixels": (sight("final", "left", 1, pixels=0), "visibility.final.left[1]: is not a possible sight"),
    "pixels without a box": (sight("final", "left", 1, box=None), "visibility.final.left[1]: is not a possible sight"),
    "box off the frame": (
        sight("final", "left", 1, box=[1, 2, 9, 61]),
        "visibility.final.left[1]: is not a possible sight",
    ),
    "more pixels than the box has": (
        sight("final", "left", 1, pixels=81),
        "visibility.final.left[1]: is not a possible sight",
    ),
    "fraction": (sight("final", "left", 1, fraction=float("nan")), "scenes.jsonl:1: is not JSON: NaN"),
    "answer": (asked(lambda q: q.update(answer="0.color.red")), "train-000002-left: answer: holds '0.color.red'"),
    "changes": (asked(lambda q: q["changes"].pop()), "changes: has 1 entries; expected 2"),
    "prompt": (asked(lambda q: q.update(question="What?")), "question: holds 'What?'"),
    "initial objects": (asked(lambda q: q["initial_objects"].pop()), "initial_objects: has 2 entries; expected 3"),
    "scene of a question": (asked(lambda q: q.update(scene="train-000003")), "scene: holds 'train-000003'"),
    "split of a question": (asked(lambda q: q.update(split="test")), "split: holds 'test'"),
    "images swapped": (asked(lambda q: q["images"].reverse()), "images[0]: holds 'images/000002-final-left.png'"),
    "images of another view": (
        asked(lambda q: q["images"].__setitem__(1, "images/000002-final-right.png")),
        "images[1]: holds 'images/000002-final-right.png'",
    ),
    "view": (asked(lambda q: q["view"].update(initial="left")), "view.initial: holds 'left'; expected 'center'"),
    "views swapped": (asked(lambda q: q.update(view={"initial": "left", "final": "center"})), "view.initial"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_every_damage_to_a_line_is_named_once(name, dataset):
    faults = check_named(dataset, *DAMAGES[name])
    assert len(faults) <= 2, faults
    assert not any(hash_fault in fault for fault in faults for hash_fault in HASHES)


def paths_in(part, path=()):
    """The paths of everything inside a record."""
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [p for key, value in inner for p in [(*path, key), *paths_in(value, (*path, key))]]


WILD = (None, "text", "\ud800\n", [], [1], {}, {"x": 1}, True, -7.25, -1, 1e308, float("nan"), 10**40)


def spoil(record, rng):
    """Puts something else in a random place of a record, or takes it out."""
    path = paths_in(record)[rng.integers(len(paths_in(record)))]
    for key in path[:-1]:
        record = record[key]
    value = WILD[rng.integers(len(WILD))]
    if rng.random() < 0.1:
        del record[path[-1]]
    elif record[path[-1]] != value:
        record[path[-1]] = value
    else:
        record[path[-1]] = "other"


@pytest.mark.parametrize(
    ("name", "rounds"),
    [
        pytest.param(name, rounds, marks=[pytest.mark.full] if rounds > 10 else [])
        for name in ("scenes.jsonl", "questions.jsonl", "shard.json", "run.json", "dataset.json")
        for rounds in (10, 150)
    ],
)
def test_wild_values_are_faults_and_crash_nothing(name, rounds, by_hand, tmp_path):
    root = generate_flat(tmp_path / "flat", load("splits.train.count=1"), FlatRenderer())
    path = root / name if name == "dataset.json" else root / "train/shard-00000" / name
    whole, description = path.read_text(), (root / "dataset.json").read_text()
    for round_ in range(rounds):
        rng = generator(0, "wild", name, round_)
        documents = [json.loads(line) for line in whole.splitlines()] if "jsonl" in name else [json.loads(whole)]
        spoil(documents[rng.integers(len(documents))], rng)
        path.write_text("".join(json.dumps(document) + "\n" for document in documents))
        if "jsonl" in name:
            seal(root)
        elif name == "shard.json":
            seal_shards(root)
        try:
            faults = list(dataset_faults(root))
        except UserError as error:
            faults = [str(error)] if name == "dataset.json" else pytest.fail(str(error))
        assert faults or name == "run.json", documents  # of a run, only the versions are checked
        assert not any("\n" in fault.encode(errors="replace").decode() for fault in faults)
        assert not any(hash_fault in fault for fault in faults for hash_fault in HASHES if "jsonl" in name)
        path.write_text(whole)
        (root / "dataset.json").write_text(description)


def test_a_problem_of_another_split_is_named(by_hand, tmp_path, monkeypatch):
    config = load("splits.test={count: 5}")
    with monkeypatch.context() as all_belong:
        all_belong.setattr(identity, "belongs", lambda *_: True)
        root = generate_flat(tmp_path / "two", config, FlatRenderer())
        assert list(dataset_faults(root)) == []
    faults = list(dataset_faults(root))
    assert faults
    assert all(fault.endswith(": hash: belongs to another split") for fault in faults), faults
    monkeypatch.setattr(identity, "belongs", lambda *_: True)
    shutil.rmtree(root / "test")
    assert len(list(dataset_faults(root))) == 3
    catalog.finish(open_storage(root), config)
    assert list(dataset_faults(root)) == []  # a split that was not asked for yet


@pytest.mark.rays
@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("sampling.no_change=0.3", "cameras.views=one", "splits.test={count: 4}"),
        ("sampling.repeat=true", "sampling.twins=true", "sampling.balance=value", "sampling.steps=[2, 5]"),
        (
            "scene.orbit={count: 4, elevation: 34, distance: 11.4}",
            "cameras.initial=orbit_1",
            "cameras.final=[orbit_0, orbit_3]",
        ),
    ],
    ids=["plain", "no change", "repeat", "orbit"],
)
def test_what_is_planned_and_written_is_sound(overrides, tmp_path):
    config, root = load("splits.train.count=20", "output.shard_size=7", *overrides), tmp_path / "out"
    with preparation.writing_to(open_storage(root), config):
        for split in config.splits:
            for shard in shards_of(config, split):
                made(config, shard, root, FlatRenderer())
        catalog.finish(open_storage(root), config)
    assert list(dataset_faults(root)) == []


@pytest.mark.rays
def test_steps_of_two_objects_are_validated(tmp_path):
    sets = ("sampling.kinds=[color, 'tests.swapping:Exchange']", "sampling.on_stage=[4, 6]", "sampling.steps=2")
    config, root = load("splits.train.count=2", *sets), tmp_path / "out"
    with preparation.writing_to(open_storage(root), config):
        made(config, *shards_of(config, "train"), root, FlatRenderer())
        catalog.finish(open_storage(root), config)
    assert list(dataset_faults(root, trust=True)) == []
    path = root / "train/shard-00000/scenes.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    k, both = next((k, s) for k, s in enumerate(lines[0]["steps"]) if len(s["objects"]) == 2)
    for changes, message in (
        ({"objects": both["objects"][::-1]}, f"steps[{k}]: holds"),
        ({"differences": both["differences"][:1]}, f"steps[{k}].differences: has 1 entries; expected 2"),
        ({"roles": [*both["roles"][:1], {"before": "seen", "after": "absent"}]}, f"steps[{k}].roles[1].after: holds"),
        ({"accepted": [{**both["accepted"][0], "value": "x"}]}, f"steps[{k}].accepted[0].value: holds 'x'"),
    ):
        first = {**lines[0], "steps": [*lines[0]["steps"][:k], {**both, **changes}, *lines[0]["steps"][k + 1 :]]}
        path.write_text("".join(json.dumps(line) + "\n" for line in (first, lines[1])))
        seal(root)
        faults = list(dataset_faults(root, trust=True))
        assert any(message in fault for fault in faults), faults
