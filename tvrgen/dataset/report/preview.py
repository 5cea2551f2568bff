"""The contact sheet: problems in rows, their images side by side, question and answer beside them.

Below them, a question of each family but `changes` has a row, in each form.
"""

import textwrap
from collections.abc import Sequence
from itertools import groupby, islice

from PIL import Image, ImageDraw, ImageFont

from tvrgen._support import limits
from tvrgen._support.errors import UserError
from tvrgen.dataset.image_reader import open_image
from tvrgen.dataset.reader import Dataset
from tvrgen.questions.forms.choice import LETTERS
from tvrgen.scene.attributes import recorded_looks
from tvrgen.transformations.base import NEW

_TEXT, _FAINT, _BOX, _PAPER, _ANSWER = (30, 30, 30), (110, 110, 110), (255, 150, 0), (255, 255, 255), (0, 90, 170)
_LABEL, _BACKING = (255, 255, 255), (20, 20, 20)
_MARGIN, _LINE, _FONT, _LABEL_FONT = 10, 17, 13, 16
_TILE_WIDTH = 320  # pixels to which images are scaled
_COLUMN = 72  # characters of the text column
_MOST_LINES = 40  # of a prompt, at most

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def preview(dataset: Dataset, rows: int = 8, split: str | None = None) -> Image.Image:
    """The first `rows` problems (of a split): initial image and final ones, changed objects boxed, question, answer.

    Where they have questions of other families than `changes`, the first one of each and of each form follows, with its
    images, options and answer. Raises UserError if there are none, or if questions and scenes contradict each other.
    """
    font = ImageFont.load_default(_FONT)
    scenes = {line["id"]: line for line in islice(dataset.scenes(split), rows)}
    grouped = groupby(dataset.questions(split), key=lambda line: line["scene"])
    drawn, others = [], dict[tuple[str, str], dict]()
    for key, group in islice(grouped, len(scenes)):
        changes = []
        for line in group:
            if "family" in line:
                others.setdefault((line["family"], line["answer_form"]), line)
            elif "mirrored" not in line:
                changes.append(line)
        try:
            drawn += [_row(scenes[key], changes, font)] if changes else []
        except LookupError as error:  # a scene, a camera or an object that only one of them has
            raise UserError(f"{dataset.storage}: {key}: questions and scenes differ; run tvrgen validate") from error
    drawn += [_row_of_family(others[name], font) for name in sorted(others)]
    if not drawn:
        raise UserError(f"{dataset.storage}: has no problems to show")
    width = max(row.width for row in drawn)
    sheet = Image.new("RGB", (width, sum(row.height for row in drawn)), _PAPER)
    top = 0
    for row in drawn:
        sheet.paste(row, (0, top))
        top += row.height
    return sheet


def _row(scene: dict, questions: list[dict], font: _Font) -> Image.Image:
    images = [("initial", questions[0]["view"]["initial"], questions[0]["images"][0])]
    images += [("final", q["view"]["final"], q["images"][1]) for q in questions]
    objects = scene["initial"]["objects"]
    changed = {
        k: str(k) if objects[k].get("present", True) else NEW
        for k in sorted({k for step in scene["steps"] for k in step["objects"]})
    }
    tiles = [
        (f"{when}, {camera}", _tile(path, scene["visibility"][when][camera], changed)) for when, camera, path in images
    ]
    return _drawn(tiles, _words(scene, questions[0]), font)


def _row_of_family(question: dict, font: _Font) -> Image.Image:
    tiles = [
        (shown.replace("-", ", "), _tile(path, [], {}))
        for shown, path in zip(question["shows"], question["images"], strict=True)
    ]
    answer, options = question["answer"], question.get("options")
    if options and answer in [*LETTERS[: len(options)]]:
        answer = f"{answer}, {options[LETTERS.index(answer)]}"
    asked = [part for line in question["question"].splitlines() for part in textwrap.wrap(line, _COLUMN)]
    if len(asked) > _MOST_LINES:
        asked[_MOST_LINES:] = ["..."]
    lines = [(question["id"], _FAINT), *((line, _TEXT) for line in asked), *_answer(answer)]
    return _drawn(tiles, lines, font)


def _drawn(
    tiles: Sequence[tuple[str, Image.Image]], lines: Sequence[tuple[str, tuple[int, int, int]]], font: _Font
) -> Image.Image:
    """A row of images, each with its caption above it, and lines of text in their colours."""
    text_width = int(font.getlength("n" * _COLUMN))
    height = max(max(tile.height for _, tile in tiles) + 2 * _LINE, (len(lines) + 1) * _LINE) + _MARGIN
    row = Image.new("RGB", (_MARGIN + len(tiles) * (_TILE_WIDTH + _MARGIN) + text_width, height), _PAPER)
    draw = ImageDraw.Draw(row)
    left = _MARGIN
    for caption, tile in tiles:
        draw.text((left, _MARGIN - 4), caption, _FAINT, font)
        row.paste(tile, (left, _MARGIN + _LINE))
        left += _TILE_WIDTH + _MARGIN
    for k, (line, color) in enumerate(lines):
        for shift in (0, 1) if color == _ANSWER else (0,):  # bold by drawing twice: Pillow brings no bold font
            draw.text((left + shift, _MARGIN + (k + 1) * _LINE), line, color, font)
    return row


def _tile(path: str, sights: list[dict], changed: dict[int, str]) -> Image.Image:
    """An image with a box around each changed object and its label."""
    with open_image(path) as image:
        scale = _TILE_WIDTH / image.width
        size = (_TILE_WIDTH, round(image.height * scale))
        limits.PIXELS.check(size[0] * size[1], f"{path}, {_TILE_WIDTH} pixels wide")
        tile = image.convert("RGB").resize(size)
    draw = ImageDraw.Draw(tile)
    boxes = {k: [c * scale for c in sights[k]["box"]] for k in changed if k < len(sights) and sights[k]["box"]}
    for left, top, right, bottom in boxes.values():
        draw.rectangle((left - 2, top - 2, right + 1, bottom + 1), outline=_BOX, width=2)
    taken: list[tuple[float, ...]] = []
    for k, box in boxes.items():  # after all boxes, so that none crosses a label
        taken.append(_label(draw, changed[k], box, tile.size, taken))
    return tile


def _label(draw: ImageDraw.ImageDraw, text: str, box: list[float], size: tuple[int, int], taken: list) -> tuple:
    """Draws the label at the first corner of the box where it fits and covers no other. Returns its box."""
    font = ImageFont.load_default(_LABEL_FONT)
    width, height = font.getlength(text) + 8, _LABEL_FONT + 4
    left, top, right, bottom = box
    # above, below, to the right, to the left of the box; last, inside it
    corners = [(left - 2, top - height - 2), (right - width + 2, top - height - 2), (left - 2, bottom + 2)]
    corners += [(right - width + 2, bottom + 2), (right + 2, top), (left - width - 2, top)]
    inside = (min(max(left, 0), size[0] - width), min(max(top, 0), size[1] - height))
    places = [(x, y, x + width, y + height) for x, y in (*corners, inside)]
    place = next((p for p in places if _fits(p, size) and not any(_overlap(p, t) for t in taken)), places[-1])
    draw.rectangle(place, fill=_BACKING, outline=_BOX)
    draw.text(((place[0] + place[2]) / 2, (place[1] + place[3]) / 2), text, _LABEL, font, anchor="mm")
    return place


def _fits(place: tuple, size: tuple[int, int]) -> bool:
    return place[0] >= 0 and place[1] >= 0 and place[2] < size[0] and place[3] < size[1]


def _overlap(a: tuple, b: tuple) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _words(scene: dict, question: dict) -> list[tuple[str, tuple[int, int, int]]]:
    """The text column, each line with its colour: the task, the objects that the question lists, the answer."""
    lines = [(scene["id"], _FAINT), ("What changed between the two images?", _TEXT)]
    lines.append(("The objects of the first image, by index:", _TEXT))
    for entry in question["initial_objects"]:
        looks = " ".join(recorded_looks(entry))
        lines.append((f"   {entry['index']}: {looks}{'' if entry['on_stage'] else ' (out of sight)'}", _FAINT))
    return [*lines, *_answer(question["answer"])]


def _answer(text: str) -> list[tuple[str, tuple[int, int, int]]]:
    return [(line, _ANSWER) for line in textwrap.wrap(f"Answer: {text}", _COLUMN)[:_MOST_LINES]]
