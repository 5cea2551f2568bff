"""The sheet of looks: an image of every look, in labelled rows and columns.

The columns are the values of the attribute that has most of them; the rows are the combinations of all other values.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont

_TEXT, _FAINT, _PAPER = (30, 30, 30), (110, 110, 110), (255, 255, 255)
_MARGIN, _GAP, _FONT = 12, 4, 16
_LINE = 24  # pixels of a line of text
_HEADER = 2 * _LINE  # pixels of a line of column labels
_WIDEST = 1800  # pixels of a sheet, about: columns that do not fit go on below

Look = dict[str, str]
"""Attribute -> value, of an object."""


@dataclass(frozen=True, slots=True)
class Band:
    """A part of the sheet below column labels of its own: row label -> the looks of that row, column by column."""

    columns: tuple[str, ...]
    rows: dict[str, tuple[Look, ...]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The bands of a sheet; `extent` has the width and height in pixels of the image of each look."""

    title: str
    bands: tuple[Band, ...]
    extent: Callable[[Look], tuple[int, int]]

    @property
    def looks(self) -> list[Look]:
        """All looks, in the order in which `draw` takes their images."""
        return [look for band in self.bands for row in band.rows.values() for look in row]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole sheet in pixels."""
        right = self._left() + max(sum(self._pitches(band)) for band in self.bands)
        below = sum(_HEADER + sum(map(self._row, band.rows.values())) for band in self.bands)
        return max(right, _MARGIN + _length(self.title)) + _MARGIN, _MARGIN + _LINE + below + _MARGIN

    def draw(self, images: Iterable[Image.Image]) -> Image.Image:
        """Returns the sheet with these images, one for each of `looks`."""
        sheet, following = Image.new("RGB", self.size, _PAPER), iter(images)
        draw, font = ImageDraw.Draw(sheet), _font()
        left, top = self._left(), _MARGIN + _LINE
        draw.text((_MARGIN, _MARGIN), self.title, _FAINT, font)
        for band in self.bands:
            top += _HEADER
            pitches = self._pitches(band)
            middles = [left + sum(pitches[:k]) + pitches[k] // 2 for k in range(len(pitches))]
            for x, name in zip(middles, band.columns, strict=True):
                draw.text((x, top - 2 * _GAP), name, _TEXT, font, anchor="ms")
            for label, looks in band.rows.items():
                y = top + self._row(looks) // 2
                draw.text((left - 2 * _GAP, y), label, _TEXT, font, anchor="rm")
                for x in middles:
                    image = next(following)
                    sheet.paste(image, (x - image.width // 2, y - image.height // 2))
                top += self._row(looks)
        return sheet

    def _left(self) -> int:
        """The left edge of the images, behind the row labels."""
        return _MARGIN + max(_length(label) for band in self.bands for label in band.rows) + 2 * _GAP

    def _pitches(self, band: Band) -> list[int]:
        """The distance from each column of a band to the next."""
        looks = zip(*band.rows.values(), strict=True)
        return [_pitch(map(self.extent, own), name) for own, name in zip(looks, band.columns, strict=True)]

    def _row(self, looks: Iterable[Look]) -> int:
        """The distance from one row to the next."""
        return max(_LINE, *(self.extent(look)[1] for look in looks)) + _GAP


def arrange(
    title: str,
    values: Mapping[str, Sequence[str]],
    order: Sequence[str],
    extent: Callable[[Look], tuple[int, int]],
) -> Sheet:
    """Returns the sheet of all combinations of `values`; `extent` has the width and height of the image of a look.

    A row's label has its values in the `order` of their attributes.
    The rows of each value of the first other attribute have column labels of their own. Columns that do not fit beside
    each other go on in a further band.
    """
    across = max(values, key=lambda attribute: len(values[attribute]))
    outer, *inner = (attribute for attribute in values if attribute != across)
    columns, combinations = values[across], _combinations({attribute: values[attribute] for attribute in inner})
    groups = [[{outer: value, **rest} for rest in combinations] for value in values[outer]]
    if len(combinations) == 1:
        groups = [[row for group in groups for row in group]]
    widest = [extent(look) for look in _combinations(values)]
    whole = sum(_pitch(widest, name) for name in columns)
    beside = math.ceil(len(columns) / math.ceil(whole / _WIDEST))  # bands of about equal width
    parts = [tuple(columns[k : k + beside]) for k in range(0, len(columns), beside)]
    bands = (
        Band(part, {_label(row, order): tuple({**row, across: value} for value in part) for row in group})
        for group, part in itertools.product(groups, parts)
    )
    return Sheet(title, tuple(bands), extent)


def _combinations(values: Mapping[str, Sequence[str]]) -> list[Look]:
    """All looks with these values of these attributes."""
    return [dict(zip(values, own, strict=True)) for own in itertools.product(*values.values())]


def _label(row: Look, order: Sequence[str]) -> str:
    return " ".join(row[attribute] for attribute in order if attribute in row)


def _pitch(extents: Iterable[tuple[int, int]], label: str) -> int:
    """The distance from a column to the next, in which each image and the label fit."""
    return max(_length(label) + 2 * _GAP, *(width for width, _ in extents)) + _GAP


def _length(text: str) -> int:
    """The width of a text in pixels."""
    return math.ceil(_font().getlength(text))


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_FONT)
