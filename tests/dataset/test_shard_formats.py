"""Shard formats: what is written is read back, a new one is one class, and tars are read by the libraries for them."""

import json
import os
import tarfile

import pytest

from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.config import documents
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.shard_formats import FORMATS, Entry, Files
from tvrgen.dataset.validation.files import dataset_faults
from tvrgen.export.run import export

SCENES = [f"train-{k:06d}" for k in range(3)]


class OneFile(Files):
    """A third format: all lines in one file, each with its kind."""

    name = "files"

    def file(self, kind):
        return "lines.jsonl"

    def parts(self, scenes):
        return ["lines.jsonl"]

    def add(self, folder, scene, line, questions):
        with open(folder / "lines.jsonl", "a", encoding="utf-8") as file:
            for kind, text in (("scene", line), *(("question", question) for question in questions)):
                file.write(f'{{"kind": "{kind}", "line": {text}}}\n')

    def entries(self, file, kind, where, byte=0, images=False):
        for entry in super().entries(file, kind, where, byte, images):
            if entry.line["kind"] == kind:
                yield Entry(entry.line["line"], entry.where, entry.position, entry.images)


ALL = [*FORMATS.values(), OneFile()]


@pytest.fixture(params=ALL, ids=lambda form: type(form).__name__)
def shard(request, tmp_path):
    """A format, and a folder that it has completed: three problems with two questions and two images each."""
    form, folder = request.param, tmp_path / "shard"
    folder.mkdir()
    for k, scene in enumerate(SCENES):
        form.add(folder, scene, json.dumps({"id": scene}), [json.dumps({"id": f"{scene}-{n}"}) for n in "ab"])
        for shot, role in (("initial-center", "initial"), ("final-left", "final-0")):
            path = folder / f"{form.image(scene, shot, role)}.png"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(f"{role} {k}".encode())
    form.complete(folder)
    return form, folder


def read(form, folder, kind, **options):
    with open(folder / form.file(kind), "rb") as file:
        return list(form.entries(file, kind, "here", **options))


def test_lines_come_back_in_order_and_from_their_positions(shard):
    form, folder = shard
    assert [entry.line["id"] for entry in read(form, folder, "scene")] == SCENES
    questions = read(form, folder, "question")
    assert [entry.line["id"] for entry in questions] == [f"{scene}-{n}" for scene in SCENES for n in "ab"]
    assert all(entry.where.startswith("here") for entry in questions)
    for entry in questions:
        byte, number = entry.position
        assert read(form, folder, "question", byte=byte)[number].line == entry.line


def test_images_come_with_their_questions_or_are_files_of_their_own(shard):
    form, folder = shard
    for k, entry in enumerate(read(form, folder, "question", images=True)):
        name = f"{form.image(SCENES[k // 2], 'final-left', 'final-0')}.png"
        content = (folder / name).read_bytes() if entry.images is None else entry.images[name]
        assert content == f"final-0 {k // 2}".encode()


def test_opened_undoes_complete(shard, tmp_path):
    form, folder = shard
    (tmp_path / "scratch").mkdir()
    base = form.opened(folder, tmp_path / "scratch")
    paths = {*form.parts(SCENES), *(f"{form.image(scene, 'initial-center', 'initial')}.png" for scene in SCENES)}
    assert all((base / path).is_file() for path in paths)
    assert all((folder / path).is_file() for path in form.holding(paths))
    assert form.opened(tmp_path, base) in (tmp_path, base)  # a shard without its files


@pytest.mark.parametrize("content", [b"no tar" * 200, b"", None])
def test_a_tar_that_cannot_be_read_is_named(content, tmp_path):
    form = FORMATS["webdataset"]
    (tmp_path / "scratch").mkdir()
    form.add(tmp_path, SCENES[0], json.dumps({"id": "x" * 700}), [])
    form.complete(tmp_path)
    tar = tmp_path / form.file("scene")
    tar.write_bytes(tar.read_bytes()[:1800] if content is None else content)
    with pytest.raises(UserError, match="cannot be read as a tar"):
        read(form, tmp_path, "scene")
    with pytest.raises(UserError, match="cannot be read as a tar"):
        form.opened(tmp_path, tmp_path / "scratch")


def test_members_that_do_not_belong_in_a_shard_are_named(tmp_path):
    """Neither a path out of the scratch folder nor a folder is unpacked."""
    form, scratch = FORMATS["webdataset"], tmp_path / "scratch"
    scratch.mkdir()
    for name, kind in (("../outside.png", tarfile.REGTYPE), (".hidden", tarfile.REGTYPE), ("folder", tarfile.DIRTYPE)):
        member = tarfile.TarInfo(name)
        member.type = kind
        with tarfile.open(tmp_path / form.file("scene"), "w") as tar:
            tar.addfile(member)
        with pytest.raises(UserError, match=f"{name!r} does not belong in a shard"):
            form.opened(tmp_path, scratch)
    assert not list(scratch.iterdir())
    assert not (tmp_path / "outside.png").exists()


def test_a_folder_in_place_of_a_line_is_named(tmp_path):
    form = FORMATS["webdataset"]
    form.add(tmp_path, SCENES[0], json.dumps({"id": SCENES[0]}), [])
    form.complete(tmp_path)
    with tarfile.open(tmp_path / form.file("scene")) as tar:
        (name,) = [name for name in tar.getnames() if "scene" in name]
    member = tarfile.TarInfo(name)
    member.type = tarfile.DIRTYPE
    with tarfile.open(tmp_path / form.file("scene"), "w") as tar:
        tar.addfile(member)
    with pytest.raises(UserError, match=f"{name!r} does not belong in a shard"):
        read(form, tmp_path, "scene")


def test_a_config_can_ask_for_every_format():
    assert documents.schema("config")["$defs"]["output"]["properties"]["format"]["enum"] == [*FORMATS]


def test_a_third_format_is_one_class(by_hand, tmp_path, monkeypatch):
    """Made, checked, grown and exported as with the others."""
    export(generate_flat(tmp_path / "files", load(), FlatRenderer()), "vlm-r1", tmp_path / "due")
    monkeypatch.setitem(FORMATS, "files", OneFile())
    data = generate_flat(tmp_path / "data", load("splits.train.count=4"), FlatRenderer())
    generate_flat(data, load(), FlatRenderer())
    assert {path.name for path in (data / "train/shard-00000").iterdir()} == {
        "images", "lines.jsonl", "run.json", "shard.json",
    }  # fmt: skip
    assert list(dataset_faults(data)) == []
    export(data, "vlm-r1", tmp_path / "found")
    rows = [(tmp_path / name / "train.jsonl").read_bytes() for name in ("found", "due")]
    assert rows[0] == rows[1]


FORM = ("output.format=webdataset", "splits.train.count=4")


@pytest.fixture(params=["png", "jpeg", "webp"])
def packed(request, tmp_path):
    return generate_flat(tmp_path / "out", load(*FORM, f"image.format={request.param}"), FlatRenderer())


def test_packing_repeats(packed, tmp_path):
    again = generate_flat(tmp_path / "again", open_dataset(packed).config(), FlatRenderer())
    tars = sorted(packed.rglob("samples.tar"))
    assert len(tars) == 2
    for tar in tars:
        assert tar.read_bytes() == (again / tar.relative_to(packed)).read_bytes()
        with tarfile.open(tar) as opened:
            members = opened.getmembers()
        assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in members} == {(0, 0, 0, "", "", 0o644)}
        keys = [m.name.split(".")[0] for m in members]
        assert keys == sorted(keys)  # a problem's files are adjacent


def test_webdataset_reads_it(packed):
    webdataset = pytest.importorskip("webdataset")
    tars = [str(path) for path in sorted(packed.rglob("samples.tar"))]
    samples = list(webdataset.WebDataset(tars, shardshuffle=False).decode("pil"))
    assert [s["__key__"] for s in samples] == [f"train-{k:06d}" for k in range(4)]
    questions = list(open_dataset(packed).questions())
    assert [q for s in samples for q in s["questions.json"]] == [
        {**q, "images": [path.split("::")[0].removeprefix("tar://") for path in q["images"]]} for q in questions
    ]
    for sample in samples:
        for question in sample["questions.json"]:
            for name in question["images"]:
                assert sample[name.removeprefix(sample["__key__"] + ".")].size == (80, 60)


def test_datasets_reads_it(packed, tmp_path):
    datasets = pytest.importorskip("datasets")
    os.environ["HF_DATASETS_OFFLINE"] = "1"
    files = {"train": str(packed / "train/*/samples.tar")}
    loaded = datasets.load_dataset("webdataset", data_files=files, split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded["__key__"] == [f"train-{k:06d}" for k in range(4)]
    first = loaded[0]
    suffix = next(name for name in first if name.startswith("initial.")).split(".")[1]
    assert first[f"final-2.{suffix}"].size == (80, 60)
    question = first["questions.json"][0]
    question = json.loads(question) if isinstance(question, str) else question
    assert question["answer"] == "0.color.blue, 2.position.front.1"
