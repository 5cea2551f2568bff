"""Statistics of a dataset's balance: counts over its scene lines, as tables.

Lines are counted one at a time and never kept, so memory grows with the number of different values, not with the
number of lines. The tables do not depend on the order of the lines.
"""

import reprlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from tvrgen.dataset.upgrade import upgraded
from tvrgen.scene.attributes import BUILT_IN

Counters = Mapping[str, Mapping[str, Counter]]  # table -> split -> label -> number

DRAWS = 4000  # behind a quantile

_TIMES = ("initial", "final")
_NO_ATTRIBUTES = {"index", "position", "rotation", "on_stage", "present"}  # keys of an object in a scene line
_PIXEL_EDGES = (0, *sorted({int(np.ceil(2 ** (k / 2))) for k in range(64)}))  # two bins an octave
_PIXELS = [f"{low:,}" if high == low + 1 else f"{low:,} to {high - 1:,}" for low, high in pairwise(_PIXEL_EDGES)]
_FRACTIONS = ["0", *(f"{k / 10:g} to {(k + 1) / 10:g}" for k in range(10)), "1"]  # 0 and 1 have their own
_BINS = {f"{of}.{when}": bins for of, bins in (("fraction", _FRACTIONS), ("pixels", _PIXELS)) for when in _TIMES}
# table -> title, unit of the counts, and, if no design balances the table, the label whose share is of interest
_TABLES: dict[str, tuple[str, str, str | None]] = {
    "objects": ("numbers of objects", "problems", None),
    "visible": ("numbers of visible objects", "problems", None),
    "steps": ("numbers of steps", "problems", None),
    "view": ("final views", "final views", None),
    "attempt": ("attempt", "problems", "0"),
    "order_sensitive": ("order_sensitive", "problems", "true"),
    "no_change": ("no change", "problems", "true"),
    "kind": ("kinds", "steps", None),
    "roles": ("roles in", "steps", None),  # a template: one table for each kind that has several
    "value": ("values of", "steps", None),  # a template: one table for each kind
    "pair": ("pairs of kind and value", "steps", None),
    **{a: (f"initial {a}s", "objects", None) for a in BUILT_IN},
    "further": ("initial", "objects", None),  # a template: one table for each further attribute
    **{
        f"{of}.{when}": (f"visible {of} of changed objects, {when}", "sights", focus)
        for of, focus in (("fraction", "1"), ("pixels", "0"))
        for when in _TIMES
    },
}
_BY_KIND = {"roles": ("roles", 2), "value": ("pair", 1)}
"""Table of which there is one for each kind -> counter with pairs of kind and label, and the fewest labels shown."""

# grid -> title, names of its rows and of its columns
_GRIDS = {
    "target": ("targets by number of objects", "number of objects", "index of the target"),
    "sequence": ("kinds by position in the sequence", "kind", "position in the sequence"),
    "consecutive": ("kinds of consecutive steps", "kind of a step", "kind of the next step"),
}


class BadLine(ValueError):
    """Raised if there are no lines, or if one is not a scene line. The message is one line."""


@dataclass(frozen=True, eq=False)
class Table:
    """Counts of `unit`: split -> label -> number, the same labels in every split.

    `focus` is the label whose share is of interest, None if all labels should occur equally often.
    """

    title: str
    unit: str
    focus: str | None
    counts: dict[str, dict[str, int]]


@dataclass(frozen=True, eq=False)
class Grid:
    """Counts of steps (or of pairs of them) by two properties: split -> integers (rows, columns)."""

    title: str
    row: str
    column: str
    rows: tuple[Any, ...]
    columns: tuple[Any, ...]
    counts: dict[str, np.ndarray]


@dataclass(frozen=True)
class ChiSquare:
    """Chi-square distance of a matrix of counts from the expected counts.

    Independent draws with these expectations have a distance of `freedom` on average, and 95 % have `quantile` or less.
    """

    against: str
    value: float
    freedom: int
    quantile: float


@dataclass(frozen=True, eq=False)
class Statistics:
    """The counts of a dataset.

    `chi_squares` are those of the grid `consecutive`. `positions` are initial ones, in grid units: split -> integers
    (places, 4), each x, y, 1 on stage or 0, and the number of objects there.
    """

    problems: dict[str, int]
    tables: dict[str, Table]
    grids: dict[str, Grid]
    chi_squares: dict[str, tuple[ChiSquare, ...]]
    positions: dict[str, np.ndarray]


def collect(lines: Iterable[dict]) -> Statistics:
    """Counts scene lines. Raises BadLine if there are none, or if one does not fit scene.schema.json."""
    counters: defaultdict[str, defaultdict[str, Counter]] = defaultdict(lambda: defaultdict(Counter))
    problems: Counter[str] = Counter()
    for number, line in enumerate(lines, 1):
        try:
            line = upgraded(line, "scene")  # a plan may be of a former format
            split, seen = _typed(line["split"], str), list(observations(line))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            if isinstance(line, dict) and "question" in line:
                raise BadLine(f"line {number} is a question line; statistics count scene lines") from error
            fault = f"it lacks {error}" if isinstance(error, KeyError) else error
            raise BadLine(f"line {number} is no scene line: {fault}") from error
        problems[split] += 1
        for table, label in seen:
            counters[table][split][label] += 1
    if not problems:
        raise BadLine("no problem to count; name a dataset or a plan with problems")
    splits = sorted(problems)
    grids = {name: _grid(name, counters, splits) for name in _GRIDS}
    places = {s: sorted(counters["position"][s].items()) for s in splits}
    return Statistics(
        problems={s: problems[s] for s in splits},
        tables=dict(_tables(counters, splits)),
        grids={name: grid for name, grid in grids.items() if grid.rows},
        chi_squares={s: chi_squares(n) for s, n in grids["consecutive"].counts.items() if n.any()},
        positions={s: np.array([(*place, n) for place, n in places[s]]) for s in splits},
    )


def observations(line: dict) -> Iterator[tuple[str, Hashable]]:
    """Yields (table, label) of each count that a scene line adds to."""
    objects, steps = line["initial"]["objects"], line["steps"]
    if not objects:
        raise ValueError("it holds no object")
    yield "objects", len(objects)
    yield "visible", sum(_typed(o["on_stage"], bool) for o in objects)
    yield "steps", len(steps)
    yield "no_change", not steps
    yield "order_sensitive", _typed(line["order_sensitive"], bool)
    yield "attempt", _typed(line["attempt"], int, 0)
    yield from (("view", _typed(name, str)) for name in line["visibility"]["final"])
    for o in objects:
        yield from ((a, _typed(o[a], str)) for a in BUILT_IN)
        yield from (("further", (a, _typed(o[a], str))) for a in o.keys() - BUILT_IN.keys() - _NO_ATTRIBUTES)
        x, y = o["position"]
        yield "position", (_typed(x, int), _typed(y, int), o["on_stage"])
    for place, step in enumerate(steps, 1):
        kind = _typed(step["kind"], str)
        yield "pair", (kind, _typed(step["value"], str))
        yield "kind", kind
        yield "sequence", (kind, place)
        for index in step["objects"]:
            yield "target", (len(objects), range(len(objects)).index(_typed(index, int)))
        ways = [f"{_typed(role['before'], str)} to {_typed(role['after'], str)}" for role in step["roles"]]
        yield "roles", (kind, " and ".join(ways))
    yield from (("consecutive", (a["kind"], b["kind"])) for a, b in pairwise(steps))
    changed = {index for step in steps for index in step["objects"]}
    for when in _TIMES:
        for sight in (sights[k] for sights in line["visibility"][when].values() for k in changed):
            yield f"fraction.{when}", _fraction_bin(sight["fraction"])
            yield f"pixels.{when}", bisect_right(_PIXEL_EDGES, _typed(sight["pixels"], int, 0)) - 1


def chi_squares(matrix: np.ndarray) -> tuple[ChiSquare, ...]:
    """Compares a square matrix of counts with a uniform one, and with the product of its own marginals.

    Kinds without a count, as row and as column, are left out.
    """
    there = np.flatnonzero(matrix.sum(0) + matrix.sum(1))
    matrix, rows, found = matrix[np.ix_(there, there)], len(there), []
    rng = np.random.Generator(np.random.PCG64(0))
    expectations = ("uniform", _alike, rows**2 - 1), ("product of marginals", _product, (rows - 1) ** 2)
    for against, expect, freedom in expectations:
        chances = expect(matrix).ravel() / matrix.sum()
        drawn = rng.multinomial(matrix.sum(), chances, DRAWS).reshape(DRAWS, rows, rows)
        value, quantile = _distance(matrix, expect), np.quantile(_distance(drawn, expect), 0.95)
        found.append(ChiSquare(against, round(float(value), 1), freedom, round(float(quantile), 1)))
    return tuple(found)


def _alike(counts: np.ndarray) -> np.ndarray:
    return np.broadcast_to(counts.mean((-2, -1), keepdims=True), counts.shape)


def _product(counts: np.ndarray) -> np.ndarray:
    return counts.sum(-1, keepdims=True) * counts.sum(-2, keepdims=True) / counts.sum((-2, -1), keepdims=True)


def _distance(counts: np.ndarray, expect: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    expected = expect(counts)
    return ((counts - expected) ** 2 / np.where(expected > 0, expected, 1)).sum((-2, -1))


def _tables(counters: Counters, splits: list[str]) -> Iterator[tuple[str, Table]]:
    """Yields the tables in which anything was counted, by name."""
    for name, (title, unit, focus) in _TABLES.items():
        own = {s: counters[name][s] for s in splits}
        if name in _BY_KIND:
            pairs, least = _BY_KIND[name]
            for kind, own in _by_first(counters[pairs], splits):
                labels = set().union(*own.values())
                if len(labels) >= least and any(labels):  # a kind may have no values
                    yield f"{name}.{kind}", Table(f"{title} {kind}", f"steps of kind {kind}", focus, _counts(own))
        elif name == "further":
            for attribute, own in _by_first(counters["further"], splits):
                yield f"further.{attribute}", Table(f"{title} {attribute}s", unit, focus, _counts(own))
        elif any(own.values()):
            yield name, Table(title, unit, focus, _counts(own, _BINS.get(name)))


def _by_first(counters: Mapping[str, Counter], splits: list[str]) -> Iterator[tuple[str, dict[str, Counter]]]:
    """Yields the counts of pairs apart: each first part, with the counts of the second parts beside it."""
    for first in sorted({first for counts in counters.values() for first, _ in counts}):
        yield first, {s: Counter({v: n for (k, v), n in counters[s].items() if k == first}) for s in splits}


def _counts(counters: dict[str, Counter], bins: list[str] | None = None) -> dict[str, dict[str, int]]:
    """Turns labels into texts, in order. Labels of a histogram are indices of `bins`; empty ones between them stay."""
    labels = sorted(set().union(*counters.values()))
    if bins and labels[-1]:
        labels = [0, *range(next(filter(None, labels)), labels[-1] + 1)]
    texts = {label: bins[label] if bins else _text(label) for label in labels}
    return {s: {text: counts[label] for label, text in texts.items()} for s, counts in counters.items()}


def _text(label: Hashable) -> str:
    if isinstance(label, tuple):
        return ".".join(filter(None, label))
    return str(label).lower() if isinstance(label, bool) else str(label)


def _grid(name: str, counters: Counters, splits: list[str]) -> Grid:
    first, second = (sorted({label[k] for counts in counters[name].values() for label in counts}) for k in (0, 1))
    if name == "consecutive":
        first = second = sorted({kind for counts in counters["sequence"].values() for kind, _ in counts})
    elif name == "target":  # indices that never occur are of interest
        second = list(range(max(first, default=0)))
    counts = {s: np.array([[counters[name][s][r, c] for c in second] for r in first]) for s in splits}
    return Grid(*_GRIDS[name], tuple(first), tuple(second), counts)


def _fraction_bin(fraction: float) -> int:
    if isinstance(fraction, str | bool) or not 0 <= fraction <= 1:
        raise ValueError(f"{reprlib.repr(fraction)} is no visible fraction")
    return 0 if fraction == 0 else 11 if fraction == 1 else 1 + int(10 * fraction)


def _typed(value: Any, kind: type, least: int = -(2**31)) -> Any:
    fits = {int: lambda: least <= value < 2**31, str: lambda: value.isprintable(), bool: lambda: True}
    if type(value) is not kind or not fits[kind]():
        names = {int: f"an integer from {least} to {2**31 - 1}", str: "printable text", bool: "true or false"}
        raise TypeError(f"{reprlib.repr(value)} is not {names[kind]}")
    return value
