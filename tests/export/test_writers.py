"""What all formats have in common: answers by description, rationales, images in any format."""

import io
import json

import pytest
from PIL import Image

from tests.export.data import formats
from tests.export.rows import read
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.run import export
from tvrgen.scoring import star_r1_reward

RIGHT = "<think>.</think><answer>{}</answer>"


@formats
def test_answers_by_description(name, tmp_path):
    data = generate_flat(
        tmp_path / "data", load("question.prompt=no_objects", "sampling.moves=[inner,out]"), FlatRenderer()
    )
    export(data, name, tmp_path / "out")
    line = next(open_dataset(data).questions())
    row = read(name, tmp_path / "out")[0]
    assert line["answer_form"] == "description"
    if name in ("reason-rft", "trance", "llamafactory"):
        return  # indices or the answer alone
    assert star_r1_reward(RIGHT.format(line["answer"]), row.truth).correct
    assert len(json.loads(row.truth)["looks"]) == 3


def test_rationales_become_text(tmp_path):
    data = generate_flat(tmp_path / "data", load("question.rationale=short"), FlatRenderer())
    texts = [" ".join(s["text"] for s in line["rationale"]) for line in open_dataset(data).questions()]
    for name in ("hf", "trl", "webdataset", "verifiers"):
        export(data, name, tmp_path / name)
        assert [row.whole["rationale"] for row in read(name, tmp_path / name)] == texts
    export(data, "llamafactory", tmp_path / "sft")
    responses = [row.whole["messages"][1]["content"] for row in read("llamafactory", tmp_path / "sft")]
    assert [r.split("</think>")[0].removeprefix("<think>") for r in responses] == texts


@pytest.mark.parametrize("form", ["jpeg", "webp"])
def test_other_images_stay_what_they_are(form, tmp_path):
    data = generate_flat(tmp_path / "data", load(f"image.format={form}"), FlatRenderer())
    for name in ("hf", "vlm-r1"):
        export(data, name, tmp_path / name)
        with Image.open(io.BytesIO(read(name, tmp_path / name)[0].images[1])) as image:
            assert image.format == form.upper()
