"""Pass rates: the shares of a model's samples of each question that answer it right, and the file that holds them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tvrgen._support.errors import UserError
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
        rate = entry.get("pass_rate")
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
            raise unlike(where, entry, _LINE)
        if entry["id"] in rates:
            raise UserError(f"{where}: {entry['id']} has a pass rate already; leave one of the two")
        rates[entry["id"]] = float(rate)
    if not rates:
        raise UserError(f"{path}: holds no pass rates; write lines like {_LINE}")
    return rates
