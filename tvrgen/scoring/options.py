"""Options of the reward: its points, and choices that STAR-R1's paper leaves open."""

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from tvrgen._support.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of the reward. Values may be texts, as from a command line; raises UserError for a wrong one.

    value, attribute, index, wrong, missing, format  points; see `scoring.star_r1`
    no_change      points of a right "no change"; the paper has no such problems
    partial_costs  whether a partly right prediction also costs `wrong`
    reuse          whether one true change can make several predictions partly right, instead of one
    duplicates     "wrong": a repeated prediction is wrong; "ignore": it does not count
    untagged       whether a response without <answer> is taken as an answer
    opened         whether the chat template ends in <think>, so that responses begin inside the thought
    """

    value: float = 5.0
    attribute: float = 1.5
    index: float = 0.5
    wrong: float = -1.0
    missing: float = -1.0
    format: float = 1.0
    no_change: float = 5.0
    partial_costs: bool = False
    reuse: bool = False
    duplicates: str = "wrong"
    untagged: bool = False
    opened: bool = False

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, _cast(field.name, getattr(self, field.name), field.default))


def _cast(name: str, value: Any, default: Any) -> Any:
    """A value converted to the type of its default. Raises UserError if it cannot be."""
    text = str(value).strip().lower()
    if isinstance(default, str):
        if text not in ("wrong", "ignore"):
            raise UserError(f"{name}: {value!r}; write wrong or ignore")
        return text
    if isinstance(default, bool):
        if text in ("true", "1", "yes", "on", "false", "0", "no", "off"):
            return text in ("true", "1", "yes", "on")
        raise UserError(f"{name}: {value!r}; write true or false")
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UserError(f"{name}: {value!r}; write a number")
    return number


STAR_R1 = Options()

BASELINES = ("no_change", "most_frequent", "blind", "first_option", "random", "oracle")
"""Names of the baselines, see `scoring.baselines`; here, so that the command's parser loads no numpy."""

LEARNED = ("most_frequent", "blind", "first_option")
"""Baselines that read the answers of the first split."""

NAMES = tuple(field.name for field in dataclasses.fields(Options))


def options_from(pairs: Iterable[tuple[str, Any]], base: Options = STAR_R1) -> Options:
    """Returns `base` with some options replaced. Raises UserError for an unknown name or a wrong value."""
    given = dict(pairs)
    for name in given:
        if name not in NAMES:
            near = get_close_matches(name, NAMES, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UserError(f"unknown option {name!r} of the reward{hint} (known: {', '.join(NAMES)})")
    return dataclasses.replace(base, **given)
