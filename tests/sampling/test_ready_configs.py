"""Every ready config plans, and gives the same problems on every machine, Python and numpy.

tests/golden.json has the digests of each plan (tvrgen.sampling.version.PLAN). After a change that is meant to change
problems, raise PLAN, run `python -m tests.sampling.test_ready_configs`, which adds the digests of the new plan and
never changes others, and pin the checksum that it prints in PINNED.
"""

import hashlib
import json
import sys

import pytest

from tests.tiny import ROOT, SHIPPED
from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.dataset import records, upgrade
from tvrgen.generation import planning
from tvrgen.sampling.version import PLAN

pytestmark = pytest.mark.rays

GOLDEN = ROOT / "tests" / "golden.json"
COUNT = 500
PINNED = {
    "1": "ea9067c04916e412164f28cfaab7e5e24f9d0cf3de20d7724e85bdb175ff14bc",
    "2": "ace82f75afb63f4b454812ef44e3df9a36038bb9a9e5c4bd0bddaa9f4bc95051",
}
"""Plan -> checksum of its digests in tests/golden.json."""


def first_lines(name: str, count: int) -> str:
    """About `count` scene lines of a config, spread over its splits."""
    config = loader.load(name)
    share = -(-count // len(config.splits))
    return "\n".join(planning.record_lines(config, [(s.name, 0, min(share, s.count)) for s in config.splits.values()]))


def digests() -> dict[str, str]:
    lines = {name: map(former, first_lines(name, 24).splitlines()) for name in SHIPPED}
    return {name: hashlib.sha256("\n".join(own).encode()).hexdigest() for name, own in lines.items()}


def former(line: str) -> str:
    """A scene line as it was when the digests began, in format 1, if that can hold its changes."""
    try:
        return records.dump(upgrade.written(json.loads(line), "scene", 1))
    except UserError:
        return line


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
    """Where this fails on one machine alone, arithmetic differs; where it fails on all, PLAN must go up."""
    assert digests() == json.loads(GOLDEN.read_text())[str(PLAN)]


def test_the_digests_of_a_plan_stay():
    """Problems cannot change without a new plan: the digests of each are pinned, and every plan has some."""
    golden = json.loads(GOLDEN.read_text())
    assert {plan: checksum(digests) for plan, digests in golden.items()} == PINNED
    assert [*golden] == [str(plan) for plan in range(1, PLAN + 1)]


def checksum(digests: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()


def add(golden: dict[str, dict[str, str]], found: dict[str, str]) -> dict[str, dict[str, str]]:
    """The golden digests with those of this plan. Exits where the plan has others for one of these configs."""
    before = golden.get(str(PLAN), {})
    if changed := [name for name in before if before[name] != found.get(name)]:
        sys.exit(f"plan {PLAN} has other digests of {', '.join(changed)}; raise PLAN in tvrgen/sampling/version.py")
    return {**golden, str(PLAN): {**before, **found}}


def test_the_writer_adds_and_never_changes():
    golden = {"0": {"a": "0"}, str(PLAN): {"a": "1"}}
    assert add(golden, {"a": "1", "b": "2"}) == {"0": {"a": "0"}, str(PLAN): {"a": "1", "b": "2"}}
    with pytest.raises(SystemExit, match=f"plan {PLAN} has other digests of a; raise PLAN"):
        add(golden, {"a": "2"})


if __name__ == "__main__":
    written = add(json.loads(GOLDEN.read_text()), digests())
    GOLDEN.write_text(json.dumps(written, indent=1) + "\n")
    print(f"plan {PLAN}: {checksum(written[str(PLAN)])}")
