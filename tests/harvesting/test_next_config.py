"""The config of the next round: its problems are like those that were failed, and new."""

from collections import Counter
from fractions import Fraction

import pytest

from tests.harvesting import models
from tests.harvesting.models import generated, has_color, no_color
from tests.tiny import SHIPPED, question_lines
from tvrgen.config import loader
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.selection import facts
from tvrgen.harvesting.run import harvest
from tvrgen.questions import asking
from tvrgen.questions.registry import CHANGES
from tvrgen.sampling import identity

pytestmark = pytest.mark.rays


def planned(config):
    """(planned problem, question line) of each question of a config."""
    for name, split in config.splits.items():
        for index in range(split.count):
            problem = asking.plan_problem(config, name, index)
            for line in question_lines(problem, split, config.seed):
                yield problem, line


def subject(line):
    """What a failure is told by: the family, or the kind that the model does not see."""
    return line.get("family", CHANGES)


@pytest.fixture(scope="module", params=SHIPPED)
def failed(request, ready, tmp_path_factory):
    """A dataset, the questions that a model failed, and the config of the next round.

    The model sees no change of one kind, and, where there are other families, no answer of one of these.
    """
    dataset = ready(request.param)
    questions = list(open_dataset(dataset).questions())
    split = open_dataset(dataset).splits[0]
    own = [line for line in questions if line["split"] == split]
    kind = next(change["attribute"] for line in own for change in line.get("changes", ()))
    family = next((line["family"] for line in own if "family" in line), CHANGES)

    def fails(line):
        return subject(line) == family if "family" in line else any(c["attribute"] == kind for c in line["changes"])

    def wrong(line):
        return models.silent(line) if "family" in line else models.blind_to(line, kind)

    said = models.responses(dataset, fails, wrong, skill=1, split=split)
    out = tmp_path_factory.mktemp(request.param) / "next"
    harvest(dataset, said, out)
    return dataset, kind, [line for line in own if fails(line)], loader.load(out / "config.yaml")


def test_new_problems_are_like_those_that_were_failed(failed):
    _, kind, lines, config = failed
    families = {subject(line) for line in lines}
    objects = {family: [facts(line)["objects"][0] for line in lines if subject(line) == family] for family in families}
    views = {family: {line["view"]["final"] for line in lines if subject(line) == family} for family in families}
    new = [line for _, line in planned(config)]
    assert {subject(line) for line in new} == families
    for line in new:
        own = subject(line)
        assert min(objects[own]) <= facts(line)["objects"][0] <= max(objects[own])
        assert line["view"]["final"] in views[own]
        assert {change["attribute"] for change in line.get("changes", ())} <= {kind}


def test_new_problems_are_new(failed):
    dataset, _, _, config = failed
    before = open_dataset(dataset)
    old = {line["id"]: line["split"] for line in before.scenes()}
    hashes = {}
    for name, split in before.config().splits.items():
        for index in range(split.count):
            hashes[asking.plan_problem(before.config(), name, index).hash] = name
    assert set(hashes.values()) == set(old.values())
    source = before.config().splits[before.splits[0]]
    for problem, _ in planned(config):
        assert problem.hash not in hashes
        assert identity.belongs(problem.hash, source.hashes)  # so it can be in no other split, however many are planned


def test_all_else_is_as_it_was(failed):
    dataset, _, _, config = failed
    before = open_dataset(dataset).config()
    assert config.seed == before.seed + 1
    same = before.document.keys() - {"seed", "splits"}
    assert {key: config.document[key] for key in same} == {key: before.document[key] for key in same}
    assert config.document.keys() == before.document.keys()
    total = len(list(open_dataset(dataset).questions(open_dataset(dataset).splits[0])))
    assert sum(split.count for split in config.splits.values()) == total


def test_counts_follow_the_shares_of_failures(ready, tmp_path):
    """Failures of the left camera are three times as frequent as those of the right one, and none of the centre."""
    dataset = ready("quickstart")
    good = {"left": 2, "center": 5, "right": 4}
    said = {
        line["id"]: [models.right(line)] * good[line["view"]["final"]]
        + [models.silent(line)] * (5 - good[line["view"]["final"]])
        for line in open_dataset(dataset).questions()
    }
    harvest(dataset, said, tmp_path / "next", count=400)
    counts = Counter()
    for split in loader.load(tmp_path / "next/config.yaml").splits.values():
        [view] = split.cameras.final
        counts[view] += split.count
    assert counts == {"left": 300, "right": 100}


def test_problems_without_change_that_were_failed_are_planned_without_change(ready, tmp_path):
    """And the others are drawn with the jitter of such problems, so that it does not tell which they are."""
    dataset = ready("quickstart", "sampling.no_change=0.5", "splits.train.count=4")
    said = models.responses(dataset, lambda line: True)
    harvest(dataset, said, tmp_path / "next", count=8)
    config = loader.load(tmp_path / "next/config.yaml")
    shares = {name: split.sampling.no_change for name, split in config.splits.items()}
    assert set(shares.values()) == {Fraction(1), Fraction(1, 2)}
    for problem, line in planned(config):
        if "unchanged" in line["split"]:
            assert not line["changes"]
        assert problem.problem.final_cameras


def test_names_do_not_grow_from_round_to_round(ready, tmp_path):
    dataset, names = ready("quickstart", "splits.train.count=8"), []
    for number in range(2):
        said = models.responses(dataset, has_color, no_color)
        harvest(dataset, said, tmp_path / f"{number}", count=6)
        config = loader.load(tmp_path / f"{number}/config.yaml")
        names.append({*config.splits})
        dataset = generated(tmp_path / f"data-{number}", config)
    assert names[1] == names[0]
    assert all(name.startswith("train_color_") for name in names[0])
