"""Every ready config, exported and put through what consumers that are not on PyPI do with its rows.

Right answers are paid in full, with every value that is accepted and in any order; wrong ones are paid less.
"""

import json
import re

import pytest

from tests.consumers import loaders
from tests.export.data import refused
from tests.export.rows import tables
from tests.tiny import ONE_FAMILY
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.run import export
from tvrgen.scoring import star_r1_reward
from tvrgen.scoring.adapters import easyr1, vlm_r1

pytestmark = pytest.mark.rays


def answers(question: dict) -> list[str]:
    """All that is right: the answer, with each accepted way in turn, and with the changes in the other order."""
    changes = question["changes"]
    if not changes:
        return [question["answer"]]
    said = [[written(change, change["value"]) for change in changes]]
    for k, change in enumerate(changes):
        said += [[*said[0][:k], written(change, way), *said[0][k + 1 :]] for way in change["accepted"]]
    if len({(*c["objects"], c["attribute"]) for c in changes}) == len(changes):
        said.append(said[0][::-1])
    return list(map(", ".join, said))


def written(change: dict, way: str | dict) -> str:
    """A change, said with another value, or in an entry of `accepted` that names what differs."""
    said = {**change, **(way if isinstance(way, dict) else {"value": way})}
    return ".".join(filter(None, ("+".join(map(str, said["objects"])) or "new", said["attribute"], said["value"])))


def response(answer: str) -> str:
    return f"<think>I looked.</think><answer>{answer}</answer>"


def wrong(question: dict) -> str:
    """The answer with another change, of an object that no problem has, in place of the first one."""
    return ", ".join(["20.color.red", *(written(change, change["value"]) for change in question["changes"][1:])])


@pytest.mark.parametrize("name", ONE_FAMILY)
def test_vlm_r1(ready, name, tmp_path):
    export(ready(name), "vlm-r1", tmp_path / "out")
    for split in open_dataset(ready(name)).splits:
        lines = [json.loads(text) for text in (tmp_path / "out" / f"{split}.jsonl").read_text().splitlines()]
        for line, question in zip(lines, open_dataset(ready(name)).questions(split), strict=True):
            row = loaders.vlm_r1(line, tmp_path / "out")
            assert row["problem"] == question["question"]
            assert all(path.is_file() for path in row["image_path"])
            said = [response(answer) for answer in (*answers(question), wrong(question))]
            columns = {key: [value] * len(said) for key, value in row.items()}
            completions = [[{"role": "assistant", "content": text}] for text in said]
            *right, bad = vlm_r1.reward(prompts=[""] * len(said), completions=completions, **columns)
            best = star_r1_reward(said[0], question).best
            assert right == [best] * len(right)
            assert bad < best
            # a dataset whose rows have the solution alone, as text or as JSON
            truths = [f"<answer> {text} </answer>" for text in (question["answer"], row["ground_truth"])]
            assert vlm_r1.reward(completions=completions[:1] * 2, solution=truths) == [best] * 2
            assert (loaders.vlm_r1_accuracy(said[0], row), loaders.vlm_r1_accuracy(said[-1], row)) == (1, 0)


@pytest.mark.parametrize("name", ONE_FAMILY)
def test_easyr1(ready, name, tmp_path):
    export(ready(name), "easyr1", tmp_path / "out")
    for split in open_dataset(ready(name)).splits:
        rows = tables("{split}/*.parquet")(tmp_path / "out", split)
        for line, question in zip(rows, open_dataset(ready(name)).questions(split), strict=True):
            row = loaders.easyr1(line)
            assert row["parts"][2:] == [question["question"]]
            said = [response(answer) for answer in (*answers(question), wrong(question))]
            given = [{"response": text, "response_length": 9, "ground_truth": row["ground_truth"]} for text in said]
            *right, bad = easyr1.compute_score(given)
            best = star_r1_reward(said[0], question).best
            assert [(score["overall"], score["accuracy"]) for score in right] == [(best, 1.0)] * len(right)
            assert bad["overall"] < best
            assert bad["accuracy"] == 0.0


@pytest.mark.parametrize(
    ("name", "splits"), [("star_r1", ("train", "test_left")), ("easy_to_hard", ("easy", "medium"))]
)
def test_reason_rft(ready, name, splits, tmp_path):
    for split in splits:
        export(ready(name), "reason-rft", tmp_path / split, split=split)
        rows = json.loads((tmp_path / split / f"{split}.json").read_text())
        for row, question in zip(rows, open_dataset(ready(name)).questions(split), strict=True):
            assert "no change" not in row["problem"]
            for solution in (row["solution"], row["answer"]):  # its training reads the one, its evaluation the other
                assert loaders.reason_rft_accuracy(response(solution), solution) == 1.0
                backwards = ", ".join(re.findall(r"\w+\(.*?\)", solution)[::-1])
                assert loaders.reason_rft_accuracy(response(backwards), solution) == 1.0
                for said in ("", "change_color(99, 'red')", solution + ", change_color(99, 'red')", "no change"):
                    assert loaders.reason_rft_accuracy(response(said), solution) < 1.0
            assert star_r1_reward(response(row["solution"]), question).correct
            assert star_r1_reward(response(row["solution"]), row["ground_truth"]).correct


@pytest.mark.parametrize("name", [name for name in ONE_FAMILY if name not in ("star_r1", "easy_to_hard")])
def test_reason_rft_has_no_words_for_moves(ready, name, tmp_path):
    said = "moves an object, and Reason-RFT has no words for how far; generate"
    if name == "changes":  # whatever its first problems have
        said = "(Reason-RFT has no words for how far|which Reason-RFT's prompt does not have); generate"
    refused(said, ready(name), "reason-rft", tmp_path / "out")
    assert not (tmp_path / "out").exists()


LEVELS = {"quickstart": "View", "trance_basic": "Basic", "trance_event": "Event", "trance_view": "View"}
"""Ready config -> the level of TRANCE's that it is for."""

REFUSED = {
    "changes": r"split train: TRANCE",
    "compositional": r"split train: TRANCE's code wants the centre view of each problem; generate with",
    "easy_to_hard": r"split medium: TRANCE's code wants the centre view of each problem; generate with",
    "generalisation": r"split train: TRANCE has no view 'low' there; generate with",
    "star_r1": r"split train: TRANCE's code wants the centre view of each problem; generate with",
}
assert sorted((*LEVELS, *REFUSED)) == ONE_FAMILY


@pytest.mark.parametrize(("name", "level"), LEVELS.items())
def test_trance(ready, name, level, tmp_path):
    out = tmp_path / "out"
    export(ready(name), "trance", out)
    own = loaders.Trance(out)
    assert f"import {'View' if level == 'View' else 'Event'}\n" in (out / "README.md").read_text()
    for split in open_dataset(ready(name)).splits:
        samples = loaders.trance(out, split, level)
        problems = open_dataset(ready(name)).description["splits"][split]["problems"]
        assert len(samples) == problems * len(loaders.FINAL_VIEWS[level])
        for sample in samples:
            assert [array.shape for array in sample["arrays"]] == [(120, 160, 3)] * 2 + [(10, 19)] * 2 + [(5,)] * 2
            true = [(t["obj_idx"], t["attr"], t["val"]) for t in sample["record"]["transformations"]]
            assert own.correct(sample["record"], true)
            assert not own.correct(sample["record"], [*true, (0, "color", _other(sample["record"]))])
            assert not own.correct(sample["record"], [])
            moved = {t["obj_idx"] for t in sample["record"]["transformations"] if t["attr"] == "position"}
            for k, step in enumerate(sample["record"]["transformations"]):
                alone = sum(t[:2] == true[k][:2] for t in true) == 1 and len(moved) <= 1
                for option in step["options"] if alone else ():
                    assert own.correct(sample["record"], [*true[:k], (*true[k][:2], option), *true[k + 1 :]])


def _other(record: dict) -> str:
    return "red" if record["states"][-1]["objects"][0]["color"] != "red" else "blue"


@pytest.mark.parametrize(("name", "said"), REFUSED.items())
def test_trance_refuses(ready, name, said, tmp_path):
    refused(said, ready(name), "trance", tmp_path / "out")
    assert not (tmp_path / "out").exists()
