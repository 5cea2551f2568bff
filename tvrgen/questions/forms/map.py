"""Answers that are a map: the cells in which things stand, seen from above, as a JSON object of lists by name.

The right answer holds the places themselves, in cells from the corner of the map: a thing on the line between two cells
stands in both of them.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tvrgen.questions.forms import literals
from tvrgen.questions.forms.base import Form, Verdict, shown

SIDE = 10
"""Cells along a side of the map; x and y of a cell are 0 to 9."""

_MOST_POINTS = 50  # of one name: the time to match them grows with their square
_LONGEST = 20_000  # longest text that is read, in characters
_NAME = re.compile(r"[\w\s]+")

Places = Mapping[str, Sequence[Sequence[float]]]
"""Name -> places (x, y), each 0 to 10."""

Cell = tuple[int, int]


class Map(Form):
    """A JSON object from names in lower case to lists of cells: {"red cube": [[3, 7]]}. Anything else is a fault."""

    name = "map"

    def how(self, truth: Mapping[str, Any]) -> str:
        names = sorted(truth["value"])
        return f'a JSON object that gives each name the list of its cells [x, y]: {{"{names[0]}": [[x, y]], ...}}'

    def write(self, value: Any) -> str:
        """The map with the cell of each place; of one between two cells, the cell with the larger number."""
        return json.dumps({name: [cell(place) for place in value[name]] for name in value})

    def judge(self, text: str, truth: Mapping[str, Any]) -> Verdict:
        """The mean over all things of how near the answer has them; 1 for the map itself.

        Each name's cells are matched with its places, the nearest pair first. A pair counts 1 - d / (10 sqrt 2) for the
        distance d, in cells, from the place to the square of the cell. A thing without a match counts 0, be it in the
        answer or in the truth alone.
        """
        said = read(text)
        if said is None:
            return Verdict(0.0, f"{text[:60]!r} is no map")
        true: Places = truth["value"]
        things = sum(max(len(true.get(name, ())), len(said.get(name, ()))) for name in {**true, **said})
        return Verdict(sum(_accuracy(own, said.get(name, [])) for name, own in true.items()) / max(1, things))

    def guess(self, truth: Mapping[str, Any], draw: Callable[[int], int]) -> str:
        return self.write({name: [[draw(SIDE), draw(SIDE)] for _ in cells] for name, cells in truth["value"].items()})

    def fault(self, truth: Mapping[str, Any]) -> str:
        value = truth["value"]
        if not isinstance(value, dict) or not 0 < len(value) <= _MOST_POINTS:
            return f"value: {shown(value)} is no map"
        if any(not isinstance(name, str) or not _NAME.fullmatch(name) or name != name.lower() for name in value):
            return f"value: {shown(value)} has names that are not words in lower case"
        inside = all(isinstance(own, list) and own and all(map(_inside, own)) for own in value.values())
        return "" if inside else f"value: {shown(value)} has places outside the map, or none"


def cell(place: Sequence[float]) -> Cell:
    """The cell of a place; between two cells, the one with the larger number."""
    x, y = (min(SIDE - 1, math.floor(c)) for c in place)
    return x, y


def read(text: str) -> dict[str, list[Cell]] | None:
    """The cells by name that a text lists; None if it is no JSON object of this form."""
    if len(text) > _LONGEST:
        return None
    text = text.strip().strip("`").strip().lower().removeprefix("json")
    try:
        data = literals.data_in(text.strip())
    except literals.TooLarge:
        return None
    if isinstance(data, list) and len(data) == 1:  # a reader of lines puts them into a list
        (data,) = data
    if not isinstance(data, dict):
        return None
    found = {
        " ".join(str(name).replace("_", " ").split()).removeprefix("the "): _cells(own) for name, own in data.items()
    }
    cells = {name: own for name, own in found.items() if own is not None}
    return cells if len(cells) == len(data) else None


def _cells(listed: Any) -> list[Cell] | None:
    """The cells in a list of them, or a single one; None if it is anything else, or if there are too many."""
    single = isinstance(listed, list | tuple) and len(listed) == 2 and not isinstance(listed[0], list | tuple)
    own = [listed] if single else listed
    if not isinstance(own, list | tuple) or len(own) > _MOST_POINTS:
        return None
    cells = [_cell(entry) for entry in own]
    found = [cell for cell in cells if cell]
    return found if len(found) == len(cells) else None


def _cell(entry: Any) -> Cell | None:
    if not isinstance(entry, list | tuple) or len(entry) != 2 or not all(map(_is_number, entry)):
        return None
    return math.floor(entry[0]), math.floor(entry[1])


def _inside(place: Any) -> bool:
    return isinstance(place, list) and len(place) == 2 and all(_is_number(c) and 0 <= c <= SIDE for c in place)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e6  # neither is nan


def _accuracy(places: Sequence[Sequence[float]], cells: Sequence[Cell]) -> float:
    """The sum over the pairs of a place and a cell, the nearest matched first, of how near they are."""
    pairs = sorted((_apart(place, cell), i, j) for i, place in enumerate(places) for j, cell in enumerate(cells))
    left, free, total = {*range(len(places))}, {*range(len(cells))}, 0.0
    for apart, i, j in pairs:
        if i in left and j in free:
            left.discard(i)
            free.discard(j)
            total += max(0.0, 1 - apart / (SIDE * math.sqrt(2)))
    return total


def _apart(place: Sequence[float], cell: Cell) -> float:
    """The distance from a place to the square of a cell; 0 within it, its border included."""
    return math.hypot(*(max(0.0, first - c, c - first - 1) for c, first in zip(place, cell, strict=True)))
