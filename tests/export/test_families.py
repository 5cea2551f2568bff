"""Questions of other families than `changes`, of any form and any number of images, in every format."""

import json
import re
from pathlib import Path

import pytest

from tests import asked
from tests.asked import said, wrong
from tests.consumers import loaders
from tests.export.data import FOR_SOME, STORAGES, contents, kept, refused
from tests.export.rows import CORES, IN_WORDS, TEXTS, TOKENS, read
from tests.export.test_folder import stopped_after
from tests.scoring.adapters.data import CALLS, by_reasoning_gym
from tvrgen.config.loader import Config
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.split_reader import SplitReader, StoredQuestion
from tvrgen.export import FORMATS, run
from tvrgen.export.run import export, find
from tvrgen.questions import asking
from tvrgen.questions.forms.registry import FORMS
from tvrgen.questions.registry import BUILT_IN
from tvrgen.scoring import reward
from tvrgen.scoring.adapters import vlmevalkit

formats = pytest.mark.parametrize("name", [name for name in FORMATS if name not in (*FOR_SOME, *IN_WORDS)])


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(run, "PART", 40)


@pytest.fixture(scope="module", params=["files", "tar"])
def dataset(request, tmp_path_factory) -> Path:
    return asked.dataset(tmp_path_factory.mktemp("asked") / "data", *STORAGES[request.param])


@pytest.fixture(scope="module")
def stored(dataset) -> list[StoredQuestion]:
    """The questions of the dataset, with their images."""
    with SplitReader(open_dataset(dataset), "train", StoredQuestion) as reader:
        found = list(reader.questions())
    assert {question.line["answer_form"] for question in found} > FORMS.keys()
    assert {len(question.line["images"]) for question in found} >= {1, 2}
    return found


@formats
def test_rows_hold_every_question(dataset, stored, name, tmp_path):
    export(dataset, name, tmp_path / "out")
    rows, held = read(name, tmp_path / "out"), kept(name, stored, lambda question: question.line)
    assert [row.id for row in rows] == [question.id for question in held]
    for row, question in zip(rows, held, strict=True):
        line = question.line
        tokens = "<image>" * len(line["images"]) if name in TOKENS else ""
        assert row.prompt == tokens + line["question"] or (name in CORES and row.prompt in line["question"])
        assert "<image>" not in line["question"]
        assert row.images == [*question.images()]
        if name in TEXTS:
            assert row.truth == line["answer"]
            continue
        best = reward(said(line["answer"]), row.truth)
        assert best.correct
        assert best.total == best.best
        assert all(reward(said(answer), row.truth).total < best.total for answer in wrong(line))


ABOUT = ("family", "level", "twin", "flips", "mirrored")
"""Columns of datasets that have other families, or twins."""


@formats
def test_rows_say_their_family_level_and_twin(dataset, stored, name, tmp_path):
    export(dataset, name, tmp_path / "out")
    for row, question in zip(
        read(name, tmp_path / "out"), kept(name, stored, lambda question: question.line), strict=True
    ):
        line = question.line
        about = {"verl": "extra_info", "reasoning-gym": "metadata"}.get(name)
        whole = row.whole[about] if about else row.whole
        if name == "vlmevalkit":
            assert whole["category"] == line.get("family", "changes")
        if "view" in row.whole or about:
            assert [whole[key] for key in ABOUT] == [
                line.get("family", "changes"), line.get("level", ""), line.get("twin", ""),
                line.get("flips", False), line.get("mirrored", False),
            ]  # fmt: skip
            assert whole["steps"] == len(line.get("changes", ()))
        for key in {"changes", "initial_objects"} & whole.keys():
            assert len(whole[key]) == len(line.get(key, ()))


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in FOR_SOME and not find(name).omitting])
def test_rows_of_changes_alone_have_no_more_columns(flat_dataset, name, tmp_path):
    export(flat_dataset, name, tmp_path / "out")
    for row in read(name, tmp_path / "out"):
        assert not {*ABOUT} & {*row.whole, *row.whole.get("extra_info", ()), *row.whole.get("metadata", ())}


PAYS = CALLS | {"reasoning-gym": by_reasoning_gym}


@pytest.mark.parametrize("name", PAYS)
def test_adapters_pay_right_answers_in_full_and_wrong_ones_less(dataset, name, tmp_path):
    export(dataset, name, tmp_path / "out")
    lines = list(open_dataset(dataset).questions("train"))
    for row, line in zip(read(name, tmp_path / "out"), lines, strict=True):
        right = PAYS[name](said(line["answer"]), row.truth)
        assert right == (1.0 if name == "reasoning-gym" else reward(said(line["answer"]), row.truth).best)
        assert all(PAYS[name](said(answer), row.truth) < right for answer in wrong(line))


def test_vlmevalkit_scores_families_apart(dataset, tmp_path):
    export(dataset, "vlmevalkit", tmp_path / "out")
    lines, rows = list(open_dataset(dataset).questions("train")), read("vlmevalkit", tmp_path / "out")
    result = tmp_path / "result.json"
    for k, right in enumerate((True, False)):
        answers = [line["answer"] if right else wrong(line)[0] for line in lines]
        given = [
            {**{key: value for key, value in row.whole.items() if key != "image"}, "prediction": said(answer)}
            for row, answer in zip(rows, answers, strict=True)
        ]
        result.write_text(json.dumps(given))
        found = vlmevalkit.score(result)
        assert found["tacc"] == 1 - k
        assert {f"tacc of {family}" for family in ("changes", *asked.OWN)} <= found.keys()


def test_the_accuracy_of_vlm_r1_pays_right_answers_and_no_wrong_ones(dataset, tmp_path):
    export(dataset, "vlm-r1", tmp_path / "out")
    texts = (tmp_path / "out/train.jsonl").read_text().splitlines()
    for line, text in zip(open_dataset(dataset).questions("train"), texts, strict=True):
        row = loaders.vlm_r1(json.loads(text), tmp_path / "out")
        assert row["problem"] == line["question"]
        assert loaders.vlm_r1_accuracy(said(line["answer"]), row) == 1.0
        assert not any(loaders.vlm_r1_accuracy(said(answer), row) for answer in wrong(line))


def test_easyr1_finds_a_place_for_every_image(dataset, stored, tmp_path):
    export(dataset, "easyr1", tmp_path / "out")
    for row, question in zip(read("easyr1", tmp_path / "out"), stored, strict=True):
        given = loaders.easyr1(row.whole)
        assert given["parts"] == [{"type": "image"}] * len(question.line["images"]) + [question.line["question"]]
        assert reward(said(question.line["answer"]), given["ground_truth"]).correct


def test_a_file_of_images_has_one_name(dataset, stored, tmp_path):
    """Two images of one name would be one file."""
    export(dataset, "verifiers", tmp_path / "out")
    held: dict[str, bytes] = {}
    for row, question in zip(read("verifiers", tmp_path / "out"), stored, strict=True):
        for path, content in zip(row.whole["images"], question.images(), strict=True):
            assert held.setdefault(path, content) == content
            assert re.fullmatch(r"[\w-]+\.png", path.rsplit("/", 1)[1])
    assert len({*held.values()}) == len(held)


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("family=numbers", lambda line: line.get("family") == "numbers"),
        ("family!=changes,words", lambda line: line.get("family") not in (None, "words")),
        ("level=value 1", lambda line: line.get("level") == "value 1"),
        ("mirrored=yes", lambda line: "mirrored" in line),
        ("objects<=3", lambda line: True),
        ("steps>=1", lambda line: "changes" in line),
        ("kind=color", lambda line: "changes" in line),
    ],
)
def test_filters_know_families(dataset, text, keeps, tmp_path):
    lines = open_dataset(dataset).questions("train")
    export(dataset, "verifiers", tmp_path / "out", filters=text)
    assert [row.id for row in read("verifiers", tmp_path / "out")] == [line["id"] for line in lines if keeps(line)]


@pytest.mark.parametrize("name", ["hf", "webdataset", "verifiers"])
def test_order_by_difficulty(dataset, name, tmp_path):
    export(dataset, name, tmp_path / "out", order="difficulty")
    rows = [row.whole["difficulty"] for row in read(name, tmp_path / "out")]
    assert rows == sorted(rows)
    assert len(rows) == len(list(open_dataset(dataset).questions("train")))


def test_trance_leaves_other_families_and_twins_aside(dataset, tmp_path):
    """Its records are those of a dataset of the same problems that asks what changed alone."""
    for root, out in ((dataset, "mixed"), (asked.flat(tmp_path / "alone"), "changes")):
        export(root, "trance", tmp_path / out, trust=True)
    mixed, alone = ((tmp_path / out / "data.jsonl").read_text() for out in ("mixed", "changes"))
    assert mixed == alone
    assert contents(tmp_path / "mixed").keys() == contents(tmp_path / "changes").keys()


def test_formats_for_changes_say_what_to_leave_out(dataset, tmp_path):
    match = r"is of the family numbers, and Reason-RFT asks what changed; leave .* out: --filter family=changes"
    refused(match, dataset, "reason-rft", tmp_path / "out", filters="family=numbers", trust=True)
    none = asked.dataset(tmp_path / "none", f"questions=[{asked.QUESTIONS[1]}]")
    refused("trance: split train: has no questions of changes", none, "trance", tmp_path / "out", trust=True)
    assert not (tmp_path / "out").exists()


@formats
def test_the_readme_says_what_there_is_and_how_it_is_scored(dataset, stored, name, tmp_path):
    export(dataset, name, tmp_path / "out")
    text = (tmp_path / "out/README.md").read_text()
    held = kept(name, stored, lambda question: question.line)
    for family in ("changes", *asked.OWN):
        count = sum(question.line.get("family", "changes") == family for question in held)
        assert (f"`{family}` ({count})" in text) == (count > 0)
    assert ("tvrgen.scoring.reward(" in text) == find(name).truths
    assert "star_r1_reward" not in text
    assert "both pictures" not in text.replace("The first problems: both pictures", "")
    assert not re.search(r"\{\w+\}", re.sub(r"```.*?```", "", text, flags=re.DOTALL).split("## How it was made")[0])
    if find(name).reserved == find("easyr1").reserved:
        most = max(len(question.line["images"]) for question in held)
        assert f"limit_images={most}" in text


@pytest.mark.parametrize("name", ["verifiers", "webdataset", "hf", "spacer"])
def test_goes_on_where_it_was_stopped(dataset, name, tmp_path, monkeypatch):
    export(dataset, name, tmp_path / "at once/out")
    some = min(60, len(read(name, tmp_path / "at once/out")) - 5)
    stopped_after(monkeypatch, some, dataset, name, tmp_path / "in pieces/out")
    assert (tmp_path / "in pieces/out/.export.json").exists()
    export(dataset, name, tmp_path / "in pieces/out")
    assert contents(tmp_path / "in pieces/out") == contents(tmp_path / "at once/out")


@pytest.mark.rays
def test_right_answers_of_shipped_families_are_paid(tmp_path):
    """Every shipped family, open and as a choice, planned and exported."""
    others = sorted(BUILT_IN.keys() - {"changes"})
    questions = [{"family": name} | own for name in others for own in ({}, {"as": "choice"})]
    config = Config.from_dict({
        "splits": {"train": {"count": 2}},
        "sampling": {"objects": [6, 8], "on_stage": "all", "moves": ["inner", "out"], "steps": [2, 3]},
        "cameras": {"final": ["left", "right"]},
        "render": {"width": 80, "height": 60, "preset": "draft", "device": "cpu"},
        "output": {"intermediate": True},
        "questions": questions,
    })  # fmt: skip
    plan = asking.plan_problem
    root = asked.made(tmp_path / "data", config, lambda config, split, k: plan(config, split.name, k))
    export(root, "vlm-r1", tmp_path / "out")
    texts = (tmp_path / "out/train.jsonl").read_text().splitlines()
    lines = list(open_dataset(root).questions("train"))
    assert {line["family"] for line in lines} == {*others}
    for line, text in zip(lines, texts, strict=True):
        row = loaders.vlm_r1(json.loads(text), tmp_path / "out")
        best = reward(said(line["answer"]), row["ground_truth"])
        assert best.correct
        assert best.total == best.best
        assert loaders.vlm_r1_accuracy(said(line["answer"]), row) == 1.0
