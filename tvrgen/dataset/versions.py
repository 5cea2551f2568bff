"""Versions of a dataset: the format of its files, and the plan that drew its problems."""

from typing import Any

import tvrgen
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.sampling.version import PLAN

FORMAT = 2
"""Format of the files that this tvrgen writes, and the latest that it reads.

It increases if a reader of the last format would misread a dataset: if a key of dataset.json, of shard.json or of a
line is removed or changes its meaning, or if shards hold their lines in another way. New keys do not increase it. A
file without `format` has format 1. `upgrade` says what has changed since.
"""


def check_format(found: Any, where: str) -> None:
    """Raises UserError if a JSON file, dataset.json or run.json, has a later format than this tvrgen reads."""
    if (number := format_of(found)) > FORMAT:
        raise UserError(
            f"{where}: format {number} is newer than this tvrgen {tvrgen.__version__}, which reads formats up to "
            f"{FORMAT}; pip install --upgrade tvrgen"
        )


def format_of(found: Any) -> int:
    """Returns the format in dataset.json or run.json; 1 if it has none."""
    number = found.get("format", 1) if isinstance(found, dict) else 1
    return number if isinstance(number, int) and number >= 1 else 1


def plan_of(found: Record) -> int:
    """Returns the plan number in dataset.json or run.json; 1 if it has none."""
    return int(found.get("plan", 1))


def check_plan(run: Record, where: object) -> None:
    """Raises UserError if a shard, given by its run.json, is of another plan than this tvrgen's."""
    if (plan := plan_of(run)) == PLAN:
        return
    match run:
        case {"versions": {"tvrgen": str(maker)}}:
            remedy = f"pip install tvrgen=={maker}"
        case _:
            remedy = "install the tvrgen that made it"
    raise UserError(
        f"{where}: was made by plan {plan}; this tvrgen {tvrgen.__version__} has plan {PLAN}, in which the same config "
        f"gives other problems; choose another folder, or {remedy}"
    )
