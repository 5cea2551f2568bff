"""Plots of a dataset's tables, as PNG files in memory.

Figures are made without pyplot, so that no backend is chosen and no setting is changed for others.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tvrgen._support.errors import UserError
from tvrgen.dataset.report.statistics import Grid, Statistics, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 160
CELLS = 32
"""Approximate number of cells along each side of the map of positions."""

_WIDTH = 5.4  # inches
# the colour-blind can distinguish them too
_COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000")
_INK, _FAINT = "#222222", "#bbbbbb"


@dataclass(frozen=True)
class Plot:
    """A plot of the table or grid `key` (or of "positions"), and its description in words."""

    key: str
    title: str
    alt: str
    png: bytes

    @property
    def file(self) -> str:
        return file_name(self.key)


def file_name(key: str) -> str:
    """Name of the file with the plot of a table or grid."""
    return f"plot-{re.sub('[^A-Za-z0-9_.-]', '_', key)}.png"


def require() -> None:
    """Raises UserError if matplotlib is missing."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as error:
        raise UserError("plots need matplotlib: pip install 'tvrgen[stats]'") from error


def draw(statistics: Statistics) -> Iterator[Plot]:
    """Draws a plot of each table and grid, and one of the positions."""
    require()
    splits = ", ".join(statistics.problems)
    for key, table in statistics.tables.items():
        alt = f"Bars: share of {table.unit} by {table.title}, for each split: {splits}."
        yield Plot(key, table.title, alt, _bars(table))
    for key, grid in statistics.grids.items():
        alt = f"Matrices of {grid.row} by {grid.column}, one for each split: {splits}."
        yield Plot(key, grid.title, alt, _matrices(key, grid))
    alt = f"Heat maps of initial positions from above, one for each split: {splits}; the stage is framed."
    yield Plot("positions", "initial positions from above", alt, _maps(statistics))


def _bars(table: Table) -> bytes:
    """Draws a row for each label, with a bar for each split: its share, so that splits of any size compare."""
    shown = {split: counts for split, counts in table.counts.items() if any(counts.values())}
    labels = list(next(iter(shown.values())))
    thickness = 0.8 / len(shown)
    figure = _figure(0.9 + len(labels) * (0.12 + 0.11 * len(shown)))
    axes = figure.add_subplot()
    for k, (split, counts) in enumerate(shown.items()):
        shares = 100 * np.array(list(counts.values())) / sum(counts.values())
        places = np.arange(len(labels)) + (k + 0.5) * thickness - 0.4
        axes.barh(places, shares, thickness, color=_COLORS[k % len(_COLORS)], label=_plain(split))
    axes.set_yticks(range(len(labels)), [_plain(label) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlabel(_plain(f"% of {table.unit}"))
    axes.grid(axis="x", color=_FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0, labelsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper right", ncols=min(6, len(shown)), frameon=False, fontsize=8)
    return _png(figure)


def _matrices(key: str, grid: Grid) -> bytes:
    """A matrix for each split, its numbers written in; colours are shares of the split's largest number."""
    figure, panels = _panels(len(grid.counts), 1.0 + 0.27 * len(grid.rows), columns=1)
    size = min(7, 90 / len(grid.columns))  # points, such that digits of neighbours stay apart
    for axes, (split, counts) in zip(panels, grid.counts.items(), strict=True):
        most = max(1, counts.max())
        axes.imshow(counts, cmap="Blues", vmin=0, vmax=1.9 * most, aspect="auto")  # never too dark for black digits
        for (row, column), number in np.ndenumerate(counts):
            if key != "target" or column < grid.rows[row]:  # an index that occurs
                axes.text(column, row, f"{number:,}", ha="center", va="center", fontsize=size, color=_INK)
        axes.set_xticks(range(len(grid.columns)), [_plain(c) for c in grid.columns])
        axes.set_yticks(range(len(grid.rows)), [_plain(r) for r in grid.rows])
        axes.set_xlabel(f"rows: {grid.row}; columns: {grid.column}", fontsize=8)
        axes.set_title(_plain(split), fontsize=9, loc="left")
        axes.tick_params(length=0, labelsize=8)
        axes.spines[:].set_visible(False)
    return _png(figure)


def _maps(statistics: Statistics) -> bytes:
    """Draws a map for each split: objects per grid position, on one scale."""
    everywhere = np.concatenate(list(statistics.positions.values()))
    field, stage = _frame(everywhere), _frame(everywhere[everywhere[:, 2] == 1])
    assert field is not None, "statistics of no line are an error"
    edges = [cells(field, stage, side) for side in (0, 1)]
    places = np.outer(*(np.diff(e) for e in edges))  # of the grid, in each cell
    density = {}
    for split, (x, y, _, number) in ((s, p.T) for s, p in statistics.positions.items()):
        found = np.histogram2d(x, y, edges, weights=number)[0]
        density[split] = 1000 * found / places / statistics.problems[split]
    figure, panels = _panels(len(density), 2.6, columns=2)
    most = max(d.max() for d in density.values())
    for axes, (split, values) in zip(panels, density.items(), strict=True):
        mesh = axes.pcolormesh(*edges, values.T, cmap="viridis", vmin=0, vmax=most)
        if stage is not None:
            x, y = stage[[0, 1, 1, 0, 0], 0], stage[[0, 0, 1, 1, 0], 1]
            axes.plot(x, y, color="white", linewidth=1, clip_on=False)
        axes.set_aspect("equal", anchor="W")
        axes.locator_params(nbins=5)
        axes.set_title(_plain(split), fontsize=9, loc="left")
        axes.set_xlabel("x (grid units)")
        axes.set_ylabel("y (grid units)")
    figure.colorbar(mesh, ax=panels, label="objects per place\nand 1,000 problems", shrink=0.8)
    return _png(figure)


def _frame(positions: np.ndarray) -> np.ndarray | None:
    """The smallest rectangle around grid positions: its corners, (2, 2), half a unit beyond them."""
    if not len(positions):
        return None
    return np.array([positions[:, :2].min(0) - 0.5, positions[:, :2].max(0) + 0.5])


def cells(field: np.ndarray, stage: np.ndarray | None, side: int) -> np.ndarray:
    """Edges of cells of about equal width along x or y, between grid positions; the stage's edges are among them."""
    width = np.ceil((field[1] - field[0]).max() / CELLS)
    cuts = sorted({*field[:, side], *(() if stage is None else stage[:, side])})
    spans = ((a, b, max(1, round((b - a) / width))) for a, b in pairwise(cuts))
    edges = [edge for a, b, number in spans for edge in a + np.round(np.linspace(0, b - a, number + 1))]
    return np.unique(edges)


def _figure(height: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(_WIDTH, height), dpi=DPI, layout="constrained")


def _panels(number: int, height: float, columns: int) -> "tuple[Figure, list[Axes]]":
    """A figure with panels side by side and below each other, `height` inches each."""
    columns = min(columns, number)
    rows = -(-number // columns)
    figure = _figure(rows * height)
    return figure, [figure.add_subplot(rows, columns, k + 1) for k in range(number)]


def _plain(text: object) -> str:
    """Escapes dollar signs, which begin and end formulas."""
    return str(text).replace("$", r"\$")


def _png(figure: "Figure") -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()
