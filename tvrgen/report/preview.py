"""The contact sheet: problems in rows, their pictures side by side, question and answer beside them."""

import textwrap
from itertools import groupby, islice
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tvrgen.store import Dataset

_TEXT, _FAINT, _BOX, _PAPER = (30, 30, 30), (120, 120, 120), (255, 140, 0), (255, 255, 255)
_MARGIN, _LINE, _FONT = 10, 17, 13
_TILE_WIDTH = 320  # pixels, to which pictures are scaled
_COLUMN = 72  # characters of the text column


def write_preview(dataset: Dataset, path: Path, rows: int = 8) -> None:
    """Draws the first `rows` problems: initial image and final ones, changed objects boxed, question and answer."""
    font = ImageFont.load_default(_FONT)
    scenes = {line["id"]: line for line in islice(dataset.scenes(), rows)}
    grouped = groupby(dataset.questions(), key=lambda line: line["scene"])
    drawn = [_row(scenes[key], list(group), font) for key, group in islice(grouped, len(scenes))]
    width = max(row.width for row in drawn)
    sheet = Image.new("RGB", (width, sum(row.height for row in drawn)), _PAPER)
    top = 0
    for row in drawn:
        sheet.paste(row, (0, top))
        top += row.height
    sheet.save(path)


def _row(scene: dict, questions: list[dict], font: ImageFont.FreeTypeFont) -> Image.Image:
    pictures = [("initial", questions[0]["view"]["initial"], questions[0]["images"][0])]
    pictures += [("final", q["view"]["final"], q["images"][1]) for q in questions]
    changed = sorted({change["index"] for change in questions[0]["changes"]})
    tiles = [_tile(path, scene["visibility"][when][camera], changed, font) for when, camera, path in pictures]
    lines = _words(scene, questions[0])
    text_width = int(font.getlength("n" * _COLUMN))
    height = max(tiles[0].height + 2 * _LINE, (len(lines) + 1) * _LINE) + _MARGIN
    row = Image.new("RGB", (_MARGIN + len(tiles) * (_TILE_WIDTH + _MARGIN) + text_width, height), _PAPER)
    draw = ImageDraw.Draw(row)
    left = _MARGIN
    for tile, (when, camera, _) in zip(tiles, pictures, strict=True):
        draw.text((left, _MARGIN - 4), f"{when}, {camera}", _FAINT, font)
        row.paste(tile, (left, _MARGIN + _LINE))
        left += _TILE_WIDTH + _MARGIN
    for k, line in enumerate(lines):
        draw.text((left, _MARGIN + (k + 1) * _LINE), line, _FAINT if line.startswith(" ") else _TEXT, font)
    return row


def _tile(path: str, sights: list[dict], changed: list[int], font: ImageFont.FreeTypeFont) -> Image.Image:
    with Image.open(path) as image:
        scale = _TILE_WIDTH / image.width
        tile = image.convert("RGB").resize((_TILE_WIDTH, round(image.height * scale)))
    draw = ImageDraw.Draw(tile)
    for k in changed:
        if box := sights[k]["box"]:
            left, top, right, bottom = (c * scale for c in box)
            draw.rectangle((left - 2, top - 2, right + 1, bottom + 1), outline=_BOX)
            draw.text((left, max(0, top - 16)), str(k), _BOX, font)
    return tile


def _words(scene: dict, question: dict) -> list[str]:
    """The text column: the question in short, the objects it lists, the answer."""
    lines = [scene["id"], "What changed?"]
    for entry in question["initial_objects"]:
        looks = " ".join(entry[a] for a in ("size", "color", "material", "shape"))
        lines.append(f"  {entry['index']}: {looks}{'' if entry['on_stage'] else ' (out of sight)'}")
    return [*lines, *textwrap.wrap(f"Answer: {question['answer']}", _COLUMN)]
