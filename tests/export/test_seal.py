"""SEAL: problems in words that have one answer, which its grader pays, and no other."""

import itertools
import json
import re
from functools import cache

import pytest

from tests.consumers.rules import seal
from tests.export.data import refused
from tests.export.rows import read
from tests.tiny import SHIPPED, FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.run import export
from tvrgen.questions.registry import BUILT_IN

TOLD = {"changes", "counting", "nearest", "pairs", "which_changed", "undo", "size_of"}
OBJECT = r"(?:#(?P<number>\d+): )?(?P<looks>.+) at \((?P<x>-?\d+), (?P<y>-?\d+)\)(?P<outside>, outside the stage)?"


@pytest.fixture(scope="module")
def rows_of(ready, tmp_path_factory):
    """Exports a ready config: (row, question line) of each split."""

    @cache
    def made(name):
        out = tmp_path_factory.mktemp("seal") / "out"
        try:
            told = export(ready(name), "seal", out)
        except UserError as error:
            told = str(error)
        lines = {line["id"]: line for line in open_dataset(ready(name)).questions()}
        rows = [json.loads(text) for file in sorted(out.glob("*.jsonl")) for text in file.read_text().splitlines()]
        return told, [(row, lines[row["id"]]) for row in rows]

    return made


def objects(text):
    """The objects of a table in words: (number or None, looks, place)."""
    found = [re.fullmatch(OBJECT, line) for line in text.splitlines()]
    return [(o["number"] and int(o["number"]), o["looks"], (int(o["x"]), int(o["y"]))) for o in found]


def solved(problem):
    """All shortest answers to a problem of changes, from its text alone."""
    tables = [re.search(rf"{word} the changes.*:\n((?:.+\n)+)", problem)[1] for word in ("Before", "After")]
    before, after = map(objects, tables)
    possible = dict(re.findall(r"^(\w+)(?:, and what it adds to the place)?: (.+)$", problem, re.MULTILINE))
    told = re.findall(r"(\w+\.\d+) \((-?\d+), (-?\d+)\)", possible.pop("position", ""))
    moves = {(int(x), int(y)): name for name, x, y in told}
    attribute = {value: name for name, values in possible.items() for value in values.split(", ")}

    def differences(one, other):
        (number, looks, (x, y)), (_, others, (to_x, to_y)) = one, other
        differing = [b for a, b in zip(looks.split(), others.split(), strict=True) if a != b]
        if not {*differing} <= attribute.keys():
            return None
        found = [f"#{number}.{attribute[b]}.{b}" for b in differing]
        if (x, y) != (to_x, to_y):
            if (to_x - x, to_y - y) not in moves:
                return None
            found.append(f"#{number}.position.{moves[to_x - x, to_y - y]}")
        return sorted(found)

    costs = [[differences(one, other) for other in after] for one in before]
    ways = [((), frozenset())]
    for row in costs:
        ways = [
            ((*said, *own), {*taken, k})
            for said, taken in ways
            for k, own in enumerate(row)
            if own is not None and k not in taken and len(said) + len(own) <= 6
        ]
    fewest = min(len(said) for said, _ in ways)
    return {", ".join(said) or "no change" for said, _ in ways if len(said) == fewest}


@pytest.mark.rays
@pytest.mark.parametrize("name", SHIPPED)
def test_rows_of_ready_configs(rows_of, name):
    told, rows = rows_of(name)
    assert rows or "it leaves out 12 that have changes of other kinds than looks and moves" in told
    for row, line in rows:
        assert tuple(row)[:4] == seal.KEYS
        assert row["level"] in [f"Level {k}" for k in range(1, 6)]
        assert (int(row["level"][-1]) - 1) / 5 <= line["difficulty"]["score"] <= int(row["level"][-1]) / 5
        prompt, right = seal.problem(row)
        assert right == row["answer"]
        assert "<" not in prompt
        *steps, (_, last) = seal.steps(row["solution"])
        assert all(kind == "execution" for kind, _ in steps)
        assert last == f"The answer is \\boxed{{{right}}}."
        assert seal.equal(right, right)
        if "family" in line:
            assert line["family"] in TOLD
            assert "mirrored" not in line
            assert (row["type"], right) == (line["family"], line["answer"])
            assert line["question"].rpartition("\n")[0] in row["problem"]
        else:
            assert solved(row["problem"]) == {right}
            true = {f"#{own['index']}.{own['attribute']}.{own['value']}" for own in line["changes"]} or {"no change"}
            assert {*right.split(", ")} == true
            assert len(steps) == len(objects(re.search(r"numbers:\n((?:.+\n)+)", row["problem"])[1]))
        assert not any(seal.equal(answer, right) for answer in _wrong(line, right))
    problems = [row["problem"] for row, _ in rows]
    assert len({*problems}) == len(problems)


def _wrong(line, right):
    """Wrong answers near the right one."""
    if "options" in line:
        return [letter for letter in "ABCDE"[: len(line["options"])] if letter != right]
    if "family" in line:
        others = line["truth"].get("among") or [str(number) for number in range(5)]
        return [other for other in others if other != right]
    changes = right.split(", ")
    values = ["gray", "red", "blue", "cube", "sphere", "large", "small", "metal", "left.1", "left.2", "behind.1"]
    others = [f"{change.rsplit('.', change.count('.') - 1)[0]}.{value}" for change in changes for value in values]
    numbers = [re.sub(r"#(\d+)", lambda found: f"#{int(found[1]) + 1}", right)]
    fewer = [", ".join(left) for left in itertools.combinations(changes, len(changes) - 1)]
    return {*others, *numbers, *fewer, "no change", "#0.color.teal", f"{right}, #9.color.teal"} - {right}


def test_the_grader_would_take_changes_without_a_sign_for_equal():
    assert seal.equal("0.color.red", "0.color.blue")
    assert not seal.equal("#0.color.red", "#0.color.blue")


@pytest.mark.rays
def test_what_words_do_not_tell_is_left_out_and_counted(rows_of, ready):
    told, rows = rows_of("spatial")
    lines = list(open_dataset(ready("spatial")).questions())
    assert {line.get("family", "changes") for line in lines} == {*BUILT_IN}
    assert {line.get("family", "changes") for _, line in rows} == TOLD
    for family, reason in [
        ("relation", "ask for directions that a camera sees"), ("map", "ask for a map"), ("order", "ask for an order"),
        ("viewpoint", "ask where a camera stands"), ("distance", "ask for a distance"),
    ]:  # fmt: skip
        assert f"{sum(line.get('family') == family for line in lines)} that {reason}" in told
    told, rows = rows_of("views")
    assert f"{sum('mirrored' in line for line in open_dataset(ready('views')).questions())} that show mirrored" in told
    told, _ = rows_of("changes")
    assert "that have changes of other kinds than looks and moves" in told


@pytest.mark.rays
@pytest.mark.parametrize("options", [{"order": "difficulty"}, {"filters": "view=left"}])
def test_problems_are_those_of_their_scenes_in_any_order(ready, options, tmp_path):
    """Shards of two problems, so that scene lines are read from several."""
    data = ready("quickstart", "output.shard_size=2", "splits.train.count=5")
    export(data, "seal", tmp_path / "all")
    export(data, "seal", tmp_path / "some", **options)
    whole = {row["problem"]: row for row in map(json.loads, (tmp_path / "all/train.jsonl").read_text().splitlines())}
    some = [json.loads(text) for text in (tmp_path / "some/train.jsonl").read_text().splitlines()]
    assert len(some) == len(whole) == 5
    for row in some:
        assert whole[row["problem"]]["solution"] == row["solution"]


def test_a_problem_is_told_once_though_seen_from_several_views(tmp_path):
    data = generate_flat(tmp_path / "data", load(), FlatRenderer())
    told = export(data, "seal", tmp_path / "out")
    assert "5 questions for SEAL (left out: 10 that are the same as another one in words, about another view)" in told
    assert [row.images for row in read("seal", tmp_path / "out")] == [[]] * 5


def test_altered_scenes_are_refused(tmp_path):
    data = generate_flat(tmp_path / "data", load(), FlatRenderer())
    path = data / "train/shard-00001/scenes.jsonl"
    path.write_text(path.read_text().replace("-10", "-11"))
    refused(r"shard-00001/scenes\.jsonl: was altered; run tvrgen validate", data, "seal", tmp_path / "out")
    assert not (tmp_path / "out").exists()
