"""Files of a shard: they exist, are whole, and hold images of the right size."""

import re

import pytest
from PIL import Image

from tests.dataset.validation.damages import (
    CONTENTS,
    MANIFEST,
    PICTURE,
    QUESTIONS,
    SCENES,
    SHARD,
    change_json,
    check_named,
    manifest,
    picture,
    remove,
    run_json,
    scene,
    seal,
    seal_shards,
    sealed,
)
from tests.tiny import FlatRenderer, generate_flat, load, made
from tvrgen.dataset import catalog, preparation
from tvrgen.dataset.images import SUFFIX
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.validation.files import dataset_faults
from tvrgen.generation import worker

DAMAGES = {
    "truncated picture": (
        picture(lambda p: p.write_bytes(p.read_bytes()[:60])),
        "cannot be read as an image",
    ),
    "empty picture": (picture(lambda p: p.write_bytes(b"")), "cannot be read as an image"),
    "no PNG": (picture(lambda p: Image.new("RGB", (80, 60)).save(p, "JPEG")), "cannot be read as an image"),
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
    "stray file": (lambda r: (r / SHARD / "notes.txt").write_text("x"), "notes.txt: does not belong to the shard"),
    "stray file, sealed": (
        sealed(lambda r: (r / SHARD / "images/stray.png").write_text("x")),
        "images/stray.png: does not belong to the shard",
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
}


@pytest.mark.parametrize("name", DAMAGES)
def test_every_damage_is_named(name, dataset):
    check_named(dataset, *DAMAGES[name])


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
    with preparation.writing_to(open_storage(root), config):
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


STREWN = (
    ".DS_Store",
    "train/.DS_Store",
    f"{SHARD}/.DS_Store",
    f"{SHARD}/images/._x.png",
    f"{SHARD}/@eaDir/x",
    "lost+found/x",
)


@pytest.mark.parametrize("form", ["files", "webdataset"])
def test_what_systems_strew_is_no_fault_and_in_no_shard(form, by_hand, tmp_path):
    root = tmp_path / "data"

    class Strewing(FlatRenderer):
        def render(self, shot, path):
            super().render(shot, path)
            (path.parent / ".DS_Store").write_text("left while the shard is made")
            (path.parent / f"._{path.name}").write_text("left while the shard is made")

    generate_flat(root, load(f"output.format={form}"), Strewing())
    for name in STREWN:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("left by a system")
    assert list(dataset_faults(root)) == []
    assert catalog.again(open_storage(root)) == {}
    assert b"left by a system" not in b"".join(path.read_bytes() for path in root.rglob("*.tar"))
    renderer = FlatRenderer()
    generate_flat(root, load(f"output.format={form}"), renderer)
    assert renderer.asked == []


def test_a_file_of_the_users_own_in_a_shard_is_named_and_nothing_made_again(by_hand, flat_dataset):
    (flat_dataset / SHARD / "notes.txt").write_text("mine")
    (fault,) = dataset_faults(flat_dataset)
    assert fault.endswith(f"{SHARD}/notes.txt: does not belong to the shard; move it away")
    assert catalog.again(open_storage(flat_dataset)) == {}
