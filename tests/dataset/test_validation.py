"""Validation: a sound dataset has no fault, every damage is found and named, and none makes it crash."""

import json
import re
import shutil

import pytest
from PIL import Image

from tests.tiny import FlatRenderer, generate_flat, load, made
from tvrgen._support.files import sha256
from tvrgen._support.rng import generator
from tvrgen.cli import main
from tvrgen.dataset import catalog
from tvrgen.dataset.images import SUFFIX
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.validation.files import dataset_faults
from tvrgen.errors import UserError
from tvrgen.generation import worker
from tvrgen.sampling import identity

SHARD = "train/shard-00001"
SCENES, QUESTIONS, MANIFEST = f"{SHARD}/scenes.jsonl", f"{SHARD}/questions.jsonl", f"{SHARD}/shard.json"
PICTURE = f"{SHARD}/images/000002-final-left.png"
HASHES = ("differs from shard.json", "differs from dataset.json")


@pytest.fixture(scope="module")
def flat(tmp_path_factory):
    return generate_flat(tmp_path_factory.mktemp("flat") / "flat", load(), FlatRenderer())


@pytest.fixture
def dataset(by_hand, flat, tmp_path):
    """5 problems in 3 shards, to be damaged."""
    return shutil.copytree(flat, tmp_path / "flat")


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


def follow(s):
    """An object of a colour that there is not, in all that follows from it."""
    for part in ("initial", "final"):
        s[part]["objects"][1]["color"] = "pink"


ZEROS = [[0.0] * 4] * 4
LINE_DAMAGES = {
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
    "step object": (scene(lambda s: s["steps"][0].update(object=9)), "steps[0]: holds '9.color.blue'"),
    "step from": (scene(lambda s: s["steps"][0].update({"from": {"color": "cyan"}})), "steps[0].from.color"),
    "step from of too much": (scene(lambda s: s["steps"][0]["from"].update(size="large")), "steps[0].from.size"),
    "step type": (scene(lambda s: s["steps"][1].update(type="in")), "steps[1].type: holds 'in'; expected 'out'"),
    "step type lost": (scene(lambda s: s["steps"][1].pop("type")), "steps[1].type: is missing"),
    "step type of no move": (scene(lambda s: s["steps"][0].update(type="in")), "steps[0].type: does not belong"),
    "accepted too much": (scene(lambda s: s["steps"][0]["accepted"].append("red")), "steps[0].accepted: has 2"),
    "accepted too little": (
        scene(lambda s: s["steps"][1]["accepted"].pop()),
        "steps[1].accepted: has 7 entries; expected 8",
    ),
    "final state": (scene(lambda s: s["final"]["objects"][0].update(color="cyan")), "final.objects[0].color"),
    "final on stage": (scene(lambda s: s["final"]["objects"][2].update(on_stage=True)), "final.objects[2].on_stage"),
    "object index": (obj(1, index=2), "initial.objects[1].index: holds 2; expected 1"),
    "unknown colour": (scene(follow), "initial.objects[1].color: is never 'pink'"),
    "rotation": (obj(1, rotation=0.5), "initial.objects[1].rotation: is never 0.5"),
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
    "camera nowhere": (camera(location=[7.481, -6.508, float("nan")]), "cameras.left.location[2]: holds nan"),
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
        "visibility.final.left[2]: no picture shows an object so",
    ),
    "too few pixels": (
        sight("final", "left", 0, pixels=9),
        "breaks the rule 'a changed object is in sight (final image, camera left)'",
    ),
    "box without pixels": (sight("final", "left", 1, pixels=0), "visibility.final.left[1]: no picture"),
    "pixels without a box": (sight("final", "left", 1, box=None), "visibility.final.left[1]: no picture"),
    "box off the frame": (sight("final", "left", 1, box=[1, 2, 9, 61]), "visibility.final.left[1]: no picture"),
    "more pixels than the box has": (sight("final", "left", 1, pixels=81), "visibility.final.left[1]: no picture"),
    "fraction": (sight("final", "left", 1, fraction=float("nan")), "visibility.final.left[1].fraction: holds nan"),
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
FILE_DAMAGES = {
    "truncated picture": (picture(lambda p: p.write_bytes(p.read_bytes()[:60])), "left.png: is no picture"),
    "empty picture": (picture(lambda p: p.write_bytes(b"")), "left.png: is no picture"),
    "no PNG": (picture(lambda p: Image.new("RGB", (80, 60)).save(p, "JPEG")), "left.png: is no picture"),
    "picture of another size": (
        picture(lambda p: Image.new("RGB", (8, 8)).save(p)),
        "left.png: is RGB 8x8, not RGB 80x60",
    ),
    "gray picture": (picture(lambda p: Image.new("L", (80, 60)).save(p)), "left.png: is L 80x60, not RGB 80x60"),
    "see-through picture": (picture(lambda p: Image.new("RGBA", (80, 60)).save(p)), "is RGBA 80x60"),
    "missing picture": (remove(PICTURE), "000002-final-left.png: is missing"),
    "missing picture, sealed": (sealed(remove(PICTURE)), "000002-final-left.png: is missing"),
    "missing scenes": (remove(SCENES), "scenes.jsonl: is missing"),
    "missing questions, sealed": (sealed(remove(QUESTIONS)), "questions.jsonl: is missing"),
    "missing run.json": (remove(f"{SHARD}/run.json"), "run.json: cannot be read: No such file"),
    "missing shard.json": (remove(MANIFEST), "shard.json: cannot be read: No such file"),
    "missing shard": (remove(SHARD), "shard-00001: is missing; run tvrgen generate again"),
    "missing config": (remove("config.json"), "config.json: cannot be read"),
    "stray file": (lambda r: (r / SHARD / "notes.txt").write_text("x"), "notes.txt: does not belong to the shard"),
    "stray file, sealed": (
        sealed(lambda r: (r / SHARD / "images/stray.png").write_text("x")),
        "images/stray.png: does not belong to the shard",
    ),
    "stray shard": (
        lambda r: shutil.copytree(r / SHARD, r / "train/shard-00009"),
        "shard-00009: does not belong to the dataset",
    ),
    "bytes": (manifest(lambda m: m["files"]["scenes.jsonl"].update(bytes=1)), "scenes.jsonl: size or hash differs"),
    "hash of a file": (manifest(lambda m: m["files"]["scenes.jsonl"].update(sha256="0")), "size or hash differs"),
    "file not listed": (manifest(lambda m: m["files"].pop("scenes.jsonl")), "scenes.jsonl: size or hash differs"),
    "file listed that is not there": (manifest(lambda m: m["files"].update({"x": None})), "/x: does not belong"),
    "no files": (manifest(lambda m: m.update(files=None)), "shard.json: files: holds None; expected {}"),
    "problems of a shard": (manifest(lambda m: m.update(first=0)), "shard.json: first: holds 0; expected 2"),
    "hash of shard.json": (
        lambda r: change_json(r / MANIFEST, lambda m: None),
        "shard.json: hash differs from dataset.json",
    ),
    "no versions of a run": (run_json(lambda x: x.update(versions={})), "run.json: versions: are missing"),
    "versions of a run": (
        run_json(lambda x: x["versions"].update(flat="2")),
        "run.json: versions.flat: dataset.json does not list '2'",
    ),
    "no versions": (description(lambda d: d.update(versions={})), "dataset.json does not list"),
    "empty versions": (description(lambda d: d["versions"].update(flat=[])), "does not list '1'"),
    "count": (description(lambda d: d["splits"]["train"].update(count=6)), "splits.train.count: holds 6; expected 5"),
    "problems": (description(lambda d: d["splits"]["train"].update(problems=4)), "splits.train.problems: holds 4"),
    "questions": (description(lambda d: d["splits"]["train"].update(questions=1)), "splits.train.questions: holds 1"),
    "shard of another size": (description(lambda d: d["shards"][0].update(problems=1)), "shards[0].problems: holds 1"),
    "shard listed twice": (description(lambda d: d["shards"].append(d["shards"][0])), "shards: has 4 entries"),
    "shards swapped": (description(lambda d: swap(d["shards"])), "shards[0].path"),
    "shard not listed": (description(lambda d: d["shards"].pop(1)), "shard-00001: is not listed in dataset.json"),
    "no shards": (description(lambda d: d.update(shards=[])), "shards: lists none; run tvrgen generate again"),
    "shard that is none": (description(lambda d: d["shards"][0].update(path="../x")), "is not listed"),
    "hash of a shard": (description(lambda d: d["shards"][0].update(sha256=None)), "hash differs from dataset.json"),
    "unknown key": (description(lambda d: d.update(extra=None)), "dataset.json: extra: does not belong there"),
    "hash of the config": (description(lambda d: d.update(hash="0")), "hash: is not the hash of the config"),
    "config": (description(lambda d: d["config"].update(seed=8)), "hash: is not the hash of the config"),
    "config.json": (
        lambda r: change_json(r / "config.json", lambda c: c.update(seed=8)),
        "config.json: seed: holds 8; expected 7",
    ),
    "order of values": (
        lambda r: change_json(r / "config.json", lambda c: turn_round(c["vocabulary"], "colors")),
        "config.json: vocabulary.colors: its keys are in another order",
    ),
}


def test_a_sound_dataset_has_no_fault(dataset):
    assert list(dataset_faults(dataset)) == []
    seal(dataset)
    assert list(dataset_faults(dataset)) == []


@pytest.mark.parametrize("name", LINE_DAMAGES | FILE_DAMAGES)
def test_every_damage_is_named(name, dataset):
    damage, expected = (LINE_DAMAGES | FILE_DAMAGES)[name]
    damage(dataset)
    faults = list(dataset_faults(dataset))
    assert any(expected in fault for fault in faults), faults
    assert all(fault.startswith(f"{dataset}/") and "\n" not in fault for fault in faults), faults
    if name in LINE_DAMAGES:
        assert len(faults) <= 2, faults
        assert not any(hash_fault in fault for fault in faults for hash_fault in HASHES)


def test_each_of_several_faults_is_named(dataset):
    for damage in ("answer", "intrinsics", "gray picture", "missing run.json"):
        (LINE_DAMAGES | FILE_DAMAGES)[damage][0](dataset)
    assert len(list(dataset_faults(dataset))) == 4


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


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
@pytest.mark.parametrize("name", ["config.json", SCENES, QUESTIONS, MANIFEST, f"{SHARD}/run.json", PICTURE])
def test_whatever_a_file_holds_is_a_fault(name, content, dataset):
    (dataset / name).write_bytes(content)
    if name != MANIFEST:
        seal(dataset)
    else:
        seal_shards(dataset)
    faults = list(dataset_faults(dataset))
    assert faults
    for fault in faults:
        assert fault.startswith(str((dataset / name).parent)), fault
        assert "\n" not in fault.encode().decode()
        assert len(fault) < 400


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_a_description_that_is_none_is_refused_in_one_line(content, dataset):
    (dataset / "dataset.json").write_bytes(content)
    with pytest.raises(UserError, match=r"dataset\.json: ") as caught:
        list(dataset_faults(dataset))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", [None, 5, "x", [1], {"train": None}, [{"path": 1}], {"train": {"questions": "1"}}])
@pytest.mark.parametrize("key", ["versions", "hash", "splits", "shards", "config"])
def test_a_description_that_lacks_a_part_is_refused(key, part, dataset):
    change = (lambda d: d.update({key: part})) if part is not None else (lambda d: d.pop(key))
    change_json(dataset / "dataset.json", change)
    if (key, part) == ("hash", "x"):
        assert len(list(dataset_faults(dataset))) == 1
        return
    with pytest.raises(UserError, match=r"dataset\.json") as caught:
        list(dataset_faults(dataset))
    assert "\n" not in str(caught.value)


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


@pytest.mark.parametrize(("form", "suffix"), [("png", ".png"), ("jpeg", ".jpg"), ("webp", ".webp")])
def test_pictures_of_every_format_and_between_the_steps_are_sound(by_hand, form, suffix, tmp_path):
    config = load(f"image.format={form}", "output.intermediate=true")
    root = generate_flat(tmp_path / "out", config, FlatRenderer())
    assert list(dataset_faults(root)) == []
    images = list(root.rglob("images/*"))
    assert {p.suffix for p in images} == {suffix}
    assert len(images) == sum(worker.images_in(shard, config) for shard in shards_of(config, "train")) == 5 * 5
    for line in open_dataset(root).scenes():
        (between,) = line["intermediate"]  # two steps
        assert between["image"] == f"images/{line['index']:06d}-step1-center{suffix}"
        assert [o["color"] for o in between["objects"]] == ["blue", "cyan", "gray"]
        assert between["objects"][2]["position"] == line["initial"]["objects"][2]["position"]
    scene(lambda line: line["intermediate"][0]["objects"][0].update(color="red"))(root)
    assert any("intermediate[0].objects[0].color: holds 'red'; expected 'blue'" in f for f in dataset_faults(root))


@pytest.mark.rays
@pytest.mark.parametrize("form", SUFFIX)
def test_annotations_are_written_and_checked(form, tmp_path):
    config = load(
        *("output.annotations=[index, depth, normals]", "output.intermediate=true"),
        *("splits.train.count=2", f"image.format={form}"),
    )
    root = tmp_path / "out"
    with catalog.writing_to(open_storage(root), config):
        for shard in shards_of(config, "train"):
            made(config, shard, root, FlatRenderer())
        catalog.finish(open_storage(root), config)
    assert list(dataset_faults(root)) == []
    files = list(root.rglob("annotations/*.png"))
    assert len(files) == 3 * len(list(root.rglob(f"images/*{SUFFIX[form]}")))
    listed = [line["annotations"] for line in open_dataset(root).scenes()]
    paths = [p for whens in listed for cameras in whens.values() for kinds in cameras.values() for p in kinds.values()]
    assert sorted(paths) == sorted(f"annotations/{p.name}" for p in files)
    index = root / SHARD.replace("00001", "00000") / "annotations/000000-final-left-index.png"
    with Image.open(index) as image:
        image.putpixel((0, 0), 1)
        image.save(index)
    seal(root)
    (fault,) = dataset_faults(root)
    assert re.search(r"index.png: shows \d+ pixels of object 0; the scene line says \d+", fault)


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
    with catalog.writing_to(open_storage(root), config):
        for split in config.splits:
            for shard in shards_of(config, split):
                made(config, shard, root, FlatRenderer())
        catalog.finish(open_storage(root), config)
    assert list(dataset_faults(root)) == []


def test_the_command_names_the_faults_and_exits_1(dataset, tmp_path, capsys):
    assert main.main(["validate", str(dataset)]) == 0
    assert "sound, 15 questions in train" in capsys.readouterr().out
    FILE_DAMAGES["truncated picture"][0](dataset)
    assert main.main(["validate", str(dataset)]) == 1
    assert "000002-final-left.png: is no picture" in capsys.readouterr().out
    (dataset / "dataset.json").write_text("[]")
    for nothing in (dataset, tmp_path / "nothing"):
        assert main.main(["validate", str(nothing)]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_blend_files_are_checked(by_hand, tmp_path):
    config = load("output.blend=true", "splits.train.count=2")
    root = generate_flat(tmp_path / "out", config, FlatRenderer())
    assert [line["blend"] for line in open_dataset(root).scenes()] == ["blend/000000.blend", "blend/000001.blend"]
    path = root / "train/shard-00000/blend/000001.blend"
    assert list(dataset_faults(root)) == []
    path.write_bytes(path.read_bytes()[:-1])
    assert list(dataset_faults(root)) == [f"{path}: size or hash differs from run.json"]
    path.unlink()
    assert list(dataset_faults(root)) == [f"{path}: is missing"]
