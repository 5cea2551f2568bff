"""Every ready config plans, and gives the same problems on every machine, Python and numpy.

`python -m tests.sampling.test_ready_configs` writes tests/golden.json anew, after a change that is meant to change
problems.
"""

import hashlib
import json

import pytest

from tests.tiny import ROOT, SHIPPED
from tvrgen.config import loader
from tvrgen.generation import planning

pytestmark = pytest.mark.rays

GOLDEN = ROOT / "tests" / "golden.json"
COUNT = 500


def first_lines(name: str, count: int) -> str:
    """About `count` scene lines of a config, spread over its splits."""
    config = loader.load(name)
    share = -(-count // len(config.splits))
    return "\n".join(planning.record_lines(config, [(s.name, 0, min(share, s.count)) for s in config.splits.values()]))


def digests() -> dict[str, str]:
    return {name: hashlib.sha256(first_lines(name, 24).encode()).hexdigest() for name in SHIPPED}


@pytest.mark.full
@pytest.mark.parametrize("name", SHIPPED)
def test_hundreds_of_problems_plan_without_an_error(name):
    lines = [json.loads(line) for line in first_lines(name, COUNT).splitlines()]
    assert len({line["hash"] for line in lines}) == len(lines)
    by_split = {}
    for line in lines:
        by_split.setdefault(line["hash"], line["split"])
        assert by_split[line["hash"]] == line["split"]


def test_problems_are_those_of_every_other_machine():
    assert digests() == json.loads(GOLDEN.read_text())


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(digests(), indent=1) + "\n")
