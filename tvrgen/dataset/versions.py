"""Versions of a dataset: the format of its files, and the plan by which its problems were drawn."""

from typing import Any

import tvrgen
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.sampling.version import PLAN

FORMAT = 1
"""Format of the files that this tvrgen writes, and the latest that it reads.

It goes up when a reader of the last format would misread a dataset, or miss what it needs: when a key of dataset.json,
of shard.json or of a line goes away or changes its meaning, or when shards hold their lines another way. New keys
beside the old ones leave it as it is. Where a file has no `format`, it is 1.
"""


def check_format(found: Any, where: str) -> None:
    """Raises UserError where a JSON file, dataset.json or run.json, has a later format than this tvrgen reads."""
    number = found.get("format", 1) if isinstance(found, dict) else 1
    if isinstance(number, int) and number > FORMAT:
        raise UserError(
            f"{where}: format {number} is newer than this tvrgen {tvrgen.__version__}, which reads formats up to "
            f"{FORMAT}; pip install --upgrade tvrgen"
        )


def plan_of(found: Record) -> int:
    """The number of the plan that dataset.json or run.json tells."""
    return int(found.get("plan", 1))


def check_plan(run: Record, where: object) -> None:
    """Raises UserError where a shard, whose run.json is given, is of another plan than this tvrgen's."""
    if (plan := plan_of(run)) == PLAN:
        return
    match run:
        case {"versions": {"tvrgen": str(maker)}}:
            remedy = f"pip install tvrgen=={maker}"
        case _:
            remedy = "install the tvrgen that made it"
    raise UserError(
        f"{where}: was made by plan {plan}; this tvrgen {tvrgen.__version__} has plan {PLAN}, by which the same config "
        f"gives other problems; choose another folder, or {remedy}"
    )
