"""The contact sheet: a row for each problem, in colour, of the widths of its tiles; labels where they fit."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests import asked
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.report import preview as sheets
from tvrgen.dataset.report.preview import preview
from tvrgen.sampling import sampler


@pytest.fixture(scope="module", params=["files", "webdataset"])
def made(request, tmp_path_factory):
    config = load(f"output.format={request.param}")
    return open_dataset(generate_flat(tmp_path_factory.mktemp("preview") / "data", config, FlatRenderer()))


def test_rows_are_problems_of_the_split(made):
    heights = [preview(made, rows, "train").height for rows in (1, 2, 3)]
    assert heights == [heights[0], 2 * heights[0], 3 * heights[0]]
    assert preview(made, 100).height == 5 * heights[0]


def test_changed_objects_are_boxed(made):
    pixels = np.asarray(preview(made, 1, "train"))
    assert (pixels == sheets._BOX).all(axis=2).any()


@pytest.mark.rays
def test_an_object_that_appears_is_boxed_where_it_is_there(tmp_path):
    config = load("sampling.kinds=[appear]", "sampling.objects=4", "sampling.on_stage=all", "cameras.final=[left]")

    real = sampler.plan_problem  # which generate_flat replaces

    def plan(config, split, index):
        return real(config, split.name, index)

    row = np.asarray(preview(open_dataset(generate_flat(tmp_path / "data", config, FlatRenderer(), plan)), 1))
    boxed = (row == sheets._BOX).all(axis=2).any(axis=0)
    second = sheets._MARGIN + sheets._TILE_WIDTH
    assert not boxed[:second].any()
    assert boxed[second:].any()


def label(box, taken=()):
    """The rectangle of a label in an image of 320 x 240 pixels."""
    return sheets._label(ImageDraw.Draw(Image.new("RGB", (320, 240))), "10", box, (320, 240), list(taken))


@pytest.mark.parametrize("box", [[0, 0, 320, 240], [0, 0, 10, 10], [310, 230, 320, 240], [100, 100, 140, 140]])
def test_a_label_is_inside_the_image(box):
    left, top, right, bottom = label(box)
    assert 0 <= left < right <= 320
    assert 0 <= top < bottom <= 240


def test_labels_of_one_box_are_apart():
    taken: list[tuple] = []
    for _ in range(4):
        place = label([100, 100, 160, 160], taken)
        assert not any(sheets._overlap(place, other) for other in taken)
        taken.append(place)


def row_of(line):
    return sheets._row_of_family(line, sheets.ImageFont.load_default(sheets._FONT))


@pytest.fixture(scope="module", params=["files", "webdataset"])
def of_families(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("families") / "data"
    return open_dataset(asked.dataset(root, f"output.format={request.param}"))


def test_a_question_of_each_family_and_form_has_a_row(of_families, monkeypatch):
    shown = []
    drawn = sheets._row_of_family
    monkeypatch.setattr(sheets, "_row_of_family", lambda line, font: shown.append(line) or drawn(line, font))
    two, one = preview(of_families, 2, "train"), preview(of_families, 1, "train")
    monkeypatch.undo()
    first, again = shown[: len(shown) // 2], shown[len(shown) // 2 :]
    assert first == again
    lines = list(of_families.questions())
    assert [(line["family"], line["answer_form"]) for line in first] == sorted(
        {(line["family"], line["answer_form"]) for line in lines if "family" in line}
    )
    others = sum(row_of(line).height for line in first)
    assert two.height - others == 2 * (one.height - others) > 0


def test_a_row_has_all_images_the_options_and_the_answer(of_families, monkeypatch):
    said = []
    monkeypatch.setattr(sheets, "_drawn", lambda tiles, lines, font: said.append((tiles, [text for text, _ in lines])))
    for line in of_families.questions():
        if "family" in line:
            row_of(line)
            tiles, texts = said.pop()
            assert [caption for caption, _ in tiles] == [shown.replace("-", ", ") for shown in line["shows"]]
            assert texts[0] == line["id"]
            option = line["options"]["ABCDEFGHIJ".index(line["answer"])] if "options" in line else ""
            answer = f"Answer: {line['answer']}" + (f", {option}" if option else "")
            assert texts[-1] == answer
            assert all(any(own in text for text in texts[1:-1]) for own in line.get("options", ()))


def test_a_long_prompt_and_an_answer_that_is_no_option_are_shown_in_part(of_families):
    line = next(line for line in of_families.questions() if "options" in line)
    most = row_of({**line, "question": "word " * 100_000, "answer": "J"})
    assert most.height < 2000
