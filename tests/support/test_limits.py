"""Limits: each is documented once, with the variable that raises it."""

from pathlib import Path

import pytest

from tests.tiny import ROOT
from tvrgen._support import limits

LIMITS = {name: found for name, found in vars(limits).items() if isinstance(found, limits.Limit)}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_stands_once_in_the_table_of_limits(name):
    rows = [row for row in Path(ROOT, "docs/security.md").read_text().splitlines() if row.startswith("|")]
    (row,) = [row for row in rows if row.endswith(f"| {LIMITS[name].variable} |")]
    size, units = LIMITS[name].default, {"MiB": 1 << 20, "GiB": 1 << 30, "Mi": 1 << 20}
    number, *unit = row.split("|")[2].split()
    assert int(number.replace(",", "")) * units.get(unit[0] if unit else "", 1) == size


def test_no_two_limits_have_one_variable():
    assert len({limit.variable for limit in LIMITS.values()}) == len(LIMITS)
