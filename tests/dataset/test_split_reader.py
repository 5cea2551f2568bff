"""Reading a split: all questions in order or each by its position, with images as they were made."""

import hashlib
import json

import pytest

from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.split_reader import SplitReader, StoredQuestion


@pytest.fixture(scope="module", params=["files", "webdataset"])
def made(request, tmp_path_factory):
    config = load(f"output.format={request.param}")
    return generate_flat(tmp_path_factory.mktemp(request.param) / "data", config, FlatRenderer())


def reader(root, **options) -> SplitReader[StoredQuestion]:
    return SplitReader(open_dataset(root), "train", StoredQuestion, **options)


def test_all_questions_come_in_order_with_their_images(made):
    lines = [line["id"] for line in open_dataset(made).questions()]
    with reader(made) as split:
        questions = [(question.id, question.images()) for question in split.questions()]
    assert [identity for identity, _ in questions] == lines
    assert all(content.startswith(b"\x89PNG") for _, images in questions for content in images)


@pytest.mark.parametrize("first", [0, 1, 5, 6, 14, 15])
def test_reading_begins_at_any_question(first, made):
    with reader(made) as split:
        found = [question.id for question in split.questions(first)]
    assert found == [line["id"] for line in open_dataset(made).questions()][first:]


@pytest.mark.parametrize("looked", [False, True])
def test_each_question_is_found_by_its_position(looked, made):
    with reader(made) as split:
        positions = {question.id: question.position for question in split.questions(images=False)}
    with reader(made, looked=looked) as split:
        for identity, position in reversed(positions.items()):
            question = split.at(position)
            assert question.id == identity
            assert len(question.images()) == 2


@pytest.mark.parametrize("looked", [False, True])
def test_each_question_knows_its_scene_in_any_order(looked, made):
    scenes = {line["id"]: line for line in open_dataset(made).scenes()}
    with reader(made) as split:
        positions = [question.position for question in split.questions(images=False) if question.scene()]
    with reader(made, looked=looked, scenes=True) as split:
        for position in (*reversed(positions), *positions):
            question = split.at(position)
            assert question.scene() == scenes[question.line["scene"]]
            assert len(question.images()) == 2


def test_a_scene_that_is_not_as_it_was_made_is_named(flat_dataset):
    path = flat_dataset / "train/shard-00001/scenes.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0])
    with reader(flat_dataset) as split, pytest.raises(UserError, match=r"scenes\.jsonl: was altered"):
        [question.scene() for question in split.questions()]
    rewritten(flat_dataset, "scenes.jsonl", lines[0].encode())
    with (
        reader(flat_dataset) as split,
        pytest.raises(UserError, match=r"train-000003: its line is missing; run tvrgen v"),
    ):
        [question.scene() for question in split.questions()]
    rewritten(flat_dataset, "scenes.jsonl", "".join(reversed(lines)).encode())
    with (
        reader(flat_dataset) as split,
        pytest.raises(UserError, match=r"train-000002: its line is missing; run tvrgen v"),
    ):
        [question.scene() for question in split.questions()]
    path.unlink()
    with reader(flat_dataset) as split, pytest.raises(UserError, match=r"scenes\.jsonl: is missing"):
        [question.scene() for question in split.questions()]


def test_another_question_may_be_read_in_between(made):
    with reader(made) as split:
        last = [question.position for question in split.questions(images=False)][-1]
        found = [(question.id, split.at(question.position).id) for question in reader(made).questions()]
        assert split.at(last).id == found[-1][0]
    assert all(one == other for one, other in found)


def test_what_is_not_as_it_was_made_is_named(flat_dataset):
    path = flat_dataset / "train/shard-00001/images/000002-final-left.png"
    path.write_bytes(path.read_bytes()[:-1])
    with reader(flat_dataset) as split, pytest.raises(UserError, match=r"final-left\.png: was altered"):
        [question.images() for question in split.questions()]
    path.unlink()
    with reader(flat_dataset) as split, pytest.raises(UserError, match=r"train-000002-left: images/.*: is missing"):
        [question.images() for question in split.questions()]
    (flat_dataset / "train/shard-00001/questions.jsonl").write_text("{}\n")
    with reader(flat_dataset) as split, pytest.raises(UserError, match=r"questions\.jsonl: was altered"):
        list(split.questions())


def rewritten(dataset, path, content: bytes) -> None:
    """Changes a file of shard 1 and all checksums over it, as a program that knows them would."""
    folder = dataset / "train/shard-00001"
    (folder / path).write_bytes(content)
    manifest = json.loads((folder / "shard.json").read_text())
    manifest["files"][path]["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "shard.json").write_text(json.dumps(manifest))
    description = json.loads((dataset / "dataset.json").read_text())
    description["shards"][1]["sha256"] = hashlib.sha256((folder / "shard.json").read_bytes()).hexdigest()
    (dataset / "dataset.json").write_text(json.dumps(description))


def test_a_shard_with_too_few_questions_is_named(flat_dataset):
    lines = (flat_dataset / "train/shard-00001/questions.jsonl").read_bytes().splitlines(keepends=True)
    rewritten(flat_dataset, "questions.jsonl", b"".join(lines[:-1]))
    count = len(lines)
    with reader(flat_dataset) as split, pytest.raises(UserError, match=rf"shard-00001: has {count - 1} of {count} que"):
        list(split.questions())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'["no line"]', r"questions\.jsonl:1: "),
        (b'{"id": "train-000002-left"}', r"questions\.jsonl:1: train-000002-left: .*is missing"),
    ],
)
def test_a_line_that_is_no_question_is_named(line, said, flat_dataset):
    rewritten(flat_dataset, "questions.jsonl", line + b"\n")
    with reader(flat_dataset) as split, pytest.raises(UserError, match=said + r".*; run tvrgen validate"):
        list(split.questions())
