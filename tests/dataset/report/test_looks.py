"""The sheet of looks: all of them are on it, each once, in rows and columns that fit."""

import itertools

import numpy as np
import pytest
from PIL import Image

from tvrgen.dataset.report import looks as sheets
from tvrgen.dataset.report.looks import arrange

PAINT = (1, 2, 3)


def values(**counts: int) -> dict[str, list[str]]:
    return {name: [f"{name}_{k}" for k in range(count)] for name, count in counts.items()}


def extent(look: dict[str, str]) -> tuple[int, int]:
    """Larger for earlier sizes."""
    side = 60 - 10 * int(look["size"][-1])
    return side, side + 5


CASES = [
    values(shape=1, size=1, color=1, material=1),
    values(shape=3, size=3, color=8, material=3),
    values(shape=40, size=2, color=3, material=1),
    values(shape=2, size=2, color=40, material=1, texture=2),
    values(shape=1, size=4, color=3, material=3),
]


@pytest.mark.parametrize("own", CASES, ids=lambda own: "-".join(str(len(v)) for v in own.values()))
def test_every_look_is_drawn_once_within_the_sheet(own):
    sheet = arrange("title", own, ["size", "color", "material", "shape", "texture"], extent)
    expected = [dict(zip(own, combination, strict=True)) for combination in itertools.product(*own.values())]
    assert sorted(map(sorted, map(dict.items, sheet.looks))) == sorted(map(sorted, map(dict.items, expected)))
    drawn = sheet.draw(Image.new("RGB", extent(look), PAINT) for look in sheet.looks)
    assert drawn.size == sheet.size
    painted = (np.asarray(drawn) == PAINT).all(axis=2)
    assert painted.sum() == sum(width * height for width, height in map(extent, sheet.looks))
    edges = np.concatenate([painted[0], painted[-1], painted[:, 0], painted[:, -1]])
    assert not edges.any()


@pytest.mark.parametrize("own", CASES, ids=lambda own: "-".join(str(len(v)) for v in own.values()))
def test_columns_beyond_the_width_of_a_sheet_go_on_below(own):
    sheet = arrange("title", own, list(own), extent)
    assert sheet.size[0] < sheets._WIDEST + 400
    for band in sheet.bands:
        assert all(len(row) == len(band.columns) for row in band.rows.values())


def test_a_row_is_labelled_in_the_given_order():
    sheet = arrange("", values(shape=1, size=2, color=3, material=1), ["size", "color", "material", "shape"], extent)
    assert [list(band.rows) for band in sheet.bands] == [["size_0 material_0 shape_0", "size_1 material_0 shape_0"]]


def test_long_names_widen_the_sheet():
    short, long = (
        arrange("", {"size": ["size_0"], "color": ["a", name]}, ["size"], extent).size for name in ("b", "b" * 60)
    )
    assert long[0] > short[0] + 200
    assert arrange("t" * 300, values(size=1, color=2), ["size"], extent).size[0] > short[0] + 500
