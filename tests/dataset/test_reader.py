"""Reading a dataset: its lines, its images, its config."""

import pytest

from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.dataset import image_reader, reader


def test_reading_back(flat_dataset):
    found = reader.open_dataset(flat_dataset)
    assert [line["index"] for line in found.scenes("train")] == list(range(5))
    questions = list(found.questions())
    assert len(questions) == 15
    assert all((flat_dataset / image).exists() for q in questions for image in q["images"])
    assert found.config().hash == load().hash
    with pytest.raises(UserError, match="no split 'tarin'; did you mean 'train'"):
        list(found.scenes("tarin"))


@pytest.mark.parametrize("content", [None, {"config.json": "{}"}])
def test_what_is_no_dataset_says_so(tmp_path, content):
    for name, text in (content or {}).items():
        (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=r"there is no dataset\.json"):
        reader.open_dataset(tmp_path)


@pytest.mark.parametrize("form", ["files", "webdataset"])
def test_images_are_opened_by_what_questions_name(form, tmp_path):
    root = generate_flat(tmp_path / "data", load(f"output.format={form}"), FlatRenderer())
    for question in reader.open_dataset(root).questions():
        assert [image_reader.open_image(image).size for image in question["images"]] == [(80, 60)] * 2


def test_a_file_that_is_missing_is_named(flat_dataset):
    (flat_dataset / "train/shard-00001/scenes.jsonl").unlink()
    with pytest.raises(UserError, match=r"shard-00001/scenes\.jsonl: is missing; run tvrgen validate"):
        list(reader.open_dataset(flat_dataset).scenes())


def test_a_line_that_is_not_json_is_named(flat_dataset):
    with open(flat_dataset / "train/shard-00001/scenes.jsonl", "a") as file:
        file.write("half a li")
    with pytest.raises(UserError, match=r"scenes\.jsonl:3: is not JSON"):
        list(reader.open_dataset(flat_dataset).scenes())


def test_an_export_is_no_dataset(tmp_path):
    (tmp_path / "export.json").write_text("{}")
    with pytest.raises(UserError, match="is an export, not a dataset"):
        reader.open_dataset(tmp_path)
