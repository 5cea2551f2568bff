"""The report on a dataset's balance: tables as JSON, plots as PNG, and a page that needs no other file."""

import base64
import dataclasses
import json
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from tvrgen._support import json_lines, limits, listing, plain_files
from tvrgen._support.errors import ArgumentError, UserError
from tvrgen._support.files import whole_file
from tvrgen.dataset.report import plots
from tvrgen.dataset.report.asked import Asked
from tvrgen.dataset.report.lengths import TEXTS, Lengths, lengths
from tvrgen.dataset.report.plots import Plot
from tvrgen.dataset.report.statistics import BadLine, Statistics, Table, collect

_TABLES = "statistics.json"
_STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; margin: 0 auto; padding: 1rem 1.25rem;
  max-width: 75rem; }
h1, h2, h3 { line-height: 1.2; font-weight: 600; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 0 0 .5rem; }
.plots { columns: 26rem; column-gap: 1.25rem; }
section { border: 1px solid #ddd; border-radius: 6px; padding: 1rem; margin-bottom: 1.25rem; break-inside: avoid; }
img { max-width: 100%; height: auto; display: block; }
ul { padding-left: 1.2rem; } section ul { font-size: .85rem; margin: .75rem 0; }
details { font-size: .85rem; overflow-x: auto; } summary { cursor: pointer; }
table { border-collapse: collapse; margin: .5rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; } th { font-weight: 500; text-align: left; }
th, td { padding: .1rem .6rem .1rem 0; border-bottom: 1px solid #eee; white-space: nowrap; } td { text-align: right; }
tr:first-child th + th { text-align: right; }
"""


def write_report(lines: Iterable[dict], out: Path, title: str, questions: Iterable[dict] = ()) -> list[str]:
    """Writes index.html, statistics.json and plot-*.png into `out`, in place of those of an earlier report.

    `lines` are scene lines (scene.schema.json) and `questions` question lines, if any; both are read once. Returns the
    sentences on balance, each of which begins with its split. Raises UserError if matplotlib is missing, a line is
    not a scene line, there are no lines, or `out` holds anything but a report or cannot be written; then nothing is
    written.
    """
    plots.require()
    if ":/" in str(out):  # of two slashes a path keeps one
        raise ArgumentError("out", str(out), "a report is written to a folder on this machine; write its name")
    earlier = _earlier_plots(out)
    try:
        statistics = collect(lines)
    except BadLine as error:
        raise UserError(f"{title}: {error}") from error
    asked = Asked()
    words = lengths(asked.watched(questions))
    statistics = dataclasses.replace(statistics, tables={**statistics.tables, **dict(asked.tables())})
    drawn, said = list(plots.draw(statistics)), sentences(statistics)
    listed = [text for texts in said.values() for text in texts]
    try:
        out.mkdir(parents=True, exist_ok=True)
        with whole_file(out / _TABLES) as file:  # first: it says which plots are the report's
            file.write(json.dumps(as_data(statistics) | {"lengths": words}, indent=1, ensure_ascii=False) + "\n")
        for name in earlier - {plot.file for plot in drawn}:
            (out / name).unlink(missing_ok=True)
        for plot in drawn:
            beside = out / f".{plot.file}.partial"
            beside.unlink(missing_ok=True)
            beside.write_bytes(plot.png)
            beside.replace(out / plot.file)
        with whole_file(out / "index.html") as file:
            file.write(_page(statistics, drawn, said, title, words))
    except OSError as error:
        raise UserError(f"{out}: cannot be written: {error.strerror}; choose another folder") from error
    return listed


def _earlier_plots(out: Path) -> set[str]:
    """Names of the plots of the report that a folder holds. Raises UserError if it holds anything else."""
    there = listing.names(out) if out.is_dir() else set()
    for name, held in (("dataset.json", "a dataset"), ("export.json", "an export")):
        if name in there:
            raise UserError(f"{out}: holds {held}; choose another folder")
    if not there:
        return set()
    try:
        found = json_lines.parse(plain_files.read(out / _TABLES, limits.DOCUMENT), str(out / _TABLES))
    except (OSError, UserError):
        found = None
    match found:
        case {"tables": dict(tables), "grids": dict(grids), "positions": dict(), "sentences": dict()}:
            return {plots.file_name(key) for key in (*tables, *grids, "positions")}
    raise UserError(f"{out}: is not empty and holds no report; choose another folder")


def sentences(statistics: Statistics) -> dict[str, list[str]]:
    """Returns sentences on the balance of each split, by table or grid."""
    said = {key: list(_about_table(table)) for key, table in statistics.tables.items()}
    for key, about in (("target", _about_targets), ("consecutive", _about_pairs)):
        said[key] = list(about(statistics))
    return said


def _about_table(table: Table) -> Iterator[str]:
    for split, counts in table.counts.items():
        if not (total := sum(counts.values())):
            continue
        if table.focus:
            number = counts.get(table.focus, 0)
            share = f"{number:,} of {total:,} {table.unit} ({100 * number / total:.1f} %)"
            yield f"{split}: {table.title} is {table.focus} in {share}"
        else:
            yield f"{split}: {_evenness(table, counts, total)}"


def _evenness(table: Table, counts: dict[str, int], total: int) -> str:
    there = {label: number for label, number in counts.items() if number}
    if len(there) == 1:
        text = f"{table.title}: only {next(iter(there))}, in all {total:,} {table.unit}"
    else:
        text = f"{table.title} {_apart(there.values())} of {total:,} {table.unit})"
    absent = ", ".join(label for label in counts if label not in there)
    return f"{text}; not here, but in another split: {absent}" if absent else text


def _apart(numbers: Iterable[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"differ by at most {high - low:,} ({low:,} to {high:,}" if low < high else f"do not differ ({low:,} each"


def _about_targets(statistics: Statistics) -> Iterator[str]:
    if not (grid := statistics.grids.get("target")):
        return
    for split, counts in grid.counts.items():
        for objects, numbers in zip(grid.rows, counts, strict=True):
            if numbers.any():
                total = f"{numbers.sum():,} steps among {objects} objects"
                yield f"{split}: targets {_apart(numbers[:objects])} of {total})"


def _about_pairs(statistics: Statistics) -> Iterator[str]:
    for split, found in statistics.chi_squares.items():
        for chi in found:
            yield (
                f"{split}: kinds of consecutive steps have chi-square {chi.value:g} against {chi.against}; "
                f"independent draws have {chi.freedom} on average, and {chi.quantile:g} or less in 95 % of cases"
            )


def as_data(statistics: Statistics) -> dict[str, Any]:
    """Returns the content of statistics.json: all tables."""
    return {
        "problems": statistics.problems,
        "tables": {key: vars(table) for key, table in statistics.tables.items()},
        "grids": {
            key: {**vars(grid), "counts": {split: counts.tolist() for split, counts in grid.counts.items()}}
            for key, grid in statistics.grids.items()
        },
        "chi_squares": {split: [vars(chi) for chi in found] for split, found in statistics.chi_squares.items()},
        "positions": {
            "columns": ["x", "y", "on_stage", "objects"],
            "counts": {split: places.tolist() for split, places in statistics.positions.items()},
        },
        "sentences": sentences(statistics),
    }


def _page(statistics: Statistics, drawn: list[Plot], said: dict[str, list[str]], title: str, words: Lengths) -> str:
    sections = [_section(plot, statistics, said.get(plot.key, [])) for plot in drawn]
    listed = "".join(f"<li>{escape(text)}</li>\n" for texts in said.values() for text in texts)
    problems = _table_html("Problems", ["split", "problems"], ((s, f"{n:,}") for s, n in statistics.problems.items()))
    rows = (
        (f"{split}: {what}" + (", words" if what in TEXTS else ""), *(f"{value:g}" for value in own.values()))
        for what, splits in words.items()
        for split, own in splits.items()
    )
    long = _table_html("Questions", ["", "least", "median", "mean", "most"], rows) if words else ""
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{_STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
{problems}
{long}
<h2>Plots and tables</h2>
<div class="plots">
{"".join(sections)}</div>
<h2>Balance in words</h2>
<ul>
{listed}</ul>
</body>
</html>
"""


def _section(plot: Plot, statistics: Statistics, said: list[str]) -> str:
    image = base64.b64encode(plot.png).decode()
    listed = "".join(f"<li>{escape(text)}</li>" for text in said)
    numbers = "".join(_numbers(plot.key, statistics))
    return f"""\
<section>
<h3>{escape(plot.title)}</h3>
<img src="data:image/png;base64,{image}" alt="{escape(plot.alt)}" title="{escape(plot.file)}">
<ul>{listed}</ul>
{f"<details><summary>Numbers</summary>{numbers}</details>" if numbers else ""}
</section>
"""


def _numbers(key: str, statistics: Statistics) -> Iterator[str]:
    """Returns HTML tables of the numbers in a plot."""
    if table := statistics.tables.get(key):
        by_label = zip(*(counts.values() for counts in table.counts.values()), strict=True)
        labels = next(iter(table.counts.values()))
        rows = ((label, *(f"{n:,}" for n in own)) for label, own in zip(labels, by_label, strict=True))
        yield _table_html(table.unit, ["", *table.counts], rows)
    elif grid := statistics.grids.get(key):
        for split, counts in grid.counts.items():
            rows = ((str(r), *(f"{n:,}" for n in c)) for r, c in zip(grid.rows, counts, strict=True))
            yield _table_html(f"{split}: {grid.row}, {grid.column}", ["", *map(str, grid.columns)], rows)


def _table_html(caption: str, head: list[str], rows: Iterable[tuple[str, ...]]) -> str:
    """Returns an HTML table; the first cell of each row is its heading."""
    titles = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(c)}</td>" for c in rest)}</tr>\n'
        for first, *rest in rows
    )
    return f"<table><caption>{escape(caption)}</caption>\n<tr>{titles}</tr>\n{body}</table>"
