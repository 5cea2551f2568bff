"""What all formats have in common: answers by description, rationales, images in any format."""

import io
import json

import pytest
from PIL import Image

from tests.export.rows import read
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen.dataset.reader import open_dataset
from tvrgen.export import FORMATS
from tvrgen.export.run import export, find
from tvrgen.scoring import star_r1_reward

RIGHT = "<think>.</think><answer>{}</answer>"


_NO_OBJECTS = "question.prompt=no_objects"
HERE = {
    "svqa-r1": ("questions=[{family: changes, twin: true, prompt: no_objects}]",),
    "vision-zero": ("sampling.kinds=[color, shape, size, material]", "cameras.final=[center]", _NO_OBJECTS),
}
"""Format that leaves out others -> the questions that it holds."""
BY_INDICES = ("reason-rft", "trance")


@pytest.mark.parametrize(
    "name", [name for name in FORMATS if name in HERE or (name not in BY_INDICES and not find(name).omitting)]
)
def test_answers_by_description(name, tmp_path):
    config = load("sampling.moves=[inner,out]", *HERE.get(name, (_NO_OBJECTS,)))
    data = generate_flat(tmp_path / "data", config, FlatRenderer())
    export(data, name, tmp_path / "out")
    line = next(open_dataset(data).questions())
    row = read(name, tmp_path / "out")[0]
    assert line["answer_form"] == "description"
    if name == "llamafactory":
        return  # the answer alone
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


@pytest.mark.parametrize(("views", "folders"), [(9, ["000", "001"]), (10, ["000", "009", "010", "012"]), (99, ["019"])])
def test_no_folder_has_more_images_than_the_hub_takes(views, folders):
    """It takes 10,000 files in a folder; each problem has an initial image, and one for each view."""

    class Asked:
        line, names = {}, ("initial.png", "final.png")

        def images(self):
            return (b"", b"")

    class Written:
        def images(self, contents):
            pass

    form = find("vlm-r1").__new__(find("vlm-r1"))
    form.out, form.dataset, asked, found = Written(), Asked(), Asked(), {}
    form.dataset.description = {"splits": {"train": {"problems": 2000, "questions": 2000 * views}}}
    for problem in range(2000):
        asked.line = {"scene": f"train-{problem:06d}", "split": "train"}
        path = form.keep(asked)[0]
        found[path.split("/")[2]] = found.get(path.split("/")[2], 0) + 1 + views
    assert {*folders} <= {*found}
    assert max(found.values()) <= 10_000


@pytest.mark.parametrize("form", ["jpeg", "webp"])
def test_other_images_stay_what_they_are(form, tmp_path):
    data = generate_flat(tmp_path / "data", load(f"image.format={form}"), FlatRenderer())
    for name in ("hf", "vlm-r1"):
        export(data, name, tmp_path / name)
        with Image.open(io.BytesIO(read(name, tmp_path / name)[0].images[1])) as image:
            assert image.format == form.upper()
