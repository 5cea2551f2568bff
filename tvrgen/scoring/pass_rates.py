"""Pass rates: the shares of a model's samples of each question that answer it right, and the file that holds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen._support.messages import cut, shown
from tvrgen.scoring.predictions import entries, unlike

_LINE = '{"id": "train-000000-left", "pass_rate": 0.25}'


@dataclass(frozen=True, slots=True)
class PassRate:
    """The samples of a question: how many there are, and how many answer it right."""

    id: str
    samples: int
    right: int

    @property
    def rate(self) -> float:
        """The share of its samples that are right."""
        return self.right / self.samples

    @property
    def line(self) -> dict[str, Any]:
        """Its line in a file of pass rates."""
        return {"id": self.id, "samples": self.samples, "right": self.right, "pass_rate": self.rate}


def read_pass_rates(path: Path) -> dict[str, float]:
    """Returns the pass rates in a file by the ids of questions: lines of {"id", "pass_rate"}, other keys aside.

    Raises UserError unless it is such a file, and for an id that occurs twice.
    """
    rates: dict[str, float] = {}
    for where, entry in entries(path, _LINE):
        if not _is_rate(entry.get("pass_rate")):
            raise unlike(where, entry, _LINE)
        if entry["id"] in rates:
            raise UserError(f"{where}: {cut(entry['id'])} has a pass rate already; leave one of the two")
        rates[entry["id"]] = float(entry["pass_rate"])
    if not rates:
        raise UserError(f"{path}: holds no pass rates; write lines like {_LINE}")
    return rates


def checked_rates(given: Mapping[str, float]) -> dict[str, float]:
    """Returns pass rates by the ids of questions. Raises UserError for a value that is none."""
    for name, rate in given.items():
        if not isinstance(name, str) or not _is_rate(rate):
            raise UserError(f"pass_rates: has {shown(name)}: {shown(rate)}; write an id and a number from 0 to 1")
    return {name: float(rate) for name, rate in given.items()}


def _is_rate(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and 0 <= float(value) <= 1
