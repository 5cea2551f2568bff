"""What cannot be harvested is refused in one line, and nothing is left of it."""

import pytest

from tests.dataset.validation.damages import change_json
from tests.export.data import contents
from tests.harvesting import models
from tests.harvesting.models import REFUSED, has_color, no_color
from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.harvesting.run import harvest

pytestmark = pytest.mark.rays

LINE = '{"id": "train-000000-left", "response": ""}'


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("", {}, "holds no responses; write lines like"),
        ("no json", {}, "r.jsonl:1: is not JSON"),
        ('{"id": "train-000000-left"}', {}, "r.jsonl:1: holds"),
        ('{"id": "train-000000-left", "responses": "x"}', {}, "r.jsonl:1: holds"),
        ('{"id": "train-000000-left", "responses": []}', {}, "holds no responses"),
        ('{"id": "train-000000-left", "response": "", "responses": []}', {}, "r.jsonl:1: holds"),
        (
            '{"id": "other-000000-left", "response": ""}',
            {},
            "none of its 1 ids is a question of .*; it has 'other-0000",
        ),
        (LINE, {"split": "trian"}, "split='trian': no such split in .*; did you mean 'train'?"),
        (LINE, {"rank": 0}, "rank=0: write 1 for the longest"),
        (LINE, {"without": ["wait", " "]}, "without=' ': holds no word"),
        (LINE, {"hard": 0}, "hard=0: write a pass rate above 0"),
        (LINE, {"hard": 0.5, "medium": 0.4}, "medium=0.4: write a pass rate from 0.5"),
        (LINE, {"rl_format": "trance"}, "rl_format='trance': holds whole problems"),
        (LINE, {"rl_format": "tlr"}, "unknown format 'tlr'; did you mean 'trl'?"),
        (LINE, {"count": 0}, "count=0: write the number of new problems"),
        (LINE, {"count": 10**20}, "count=10{20}: write the number of new problems, from 1 to 10{12}"),
        (LINE.replace("left", "x" * 100_000), {}, "none of its 1 ids is a question of .{,500}$"),
    ],
)
def test_what_cannot_be_harvested_is_refused_in_one_line(text, options, says, dataset, tmp_path):
    (tmp_path / "r.jsonl").write_text(text)
    with pytest.raises(UserError, match=says) as caught:
        harvest(dataset, tmp_path / "r.jsonl", tmp_path / "next", **options)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "next").exists()


@pytest.mark.parametrize("own", ["text", 3, None])
def test_a_dict_holds_lists_of_samples(own, dataset, tmp_path):
    with pytest.raises(UserError, match=r"responses: train-000000-left has .*; write a list of its samples"):
        harvest(dataset, {"train-000000-left": own}, tmp_path / "next")


def test_the_keys_of_a_dict_are_ids(dataset, tmp_path):
    with pytest.raises(UserError, match="responses: has the key 3; write ids of questions"):
        harvest(dataset, {3: [""]}, tmp_path / "next")


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("", "out='': an export is written to a folder on this machine"),
        ("s3://bucket/next", "an export is written to a folder on this machine"),
        ("next[1]", r"does not read \[ in the path of a folder as it is"),
    ],
)
def test_what_is_no_folder_for_exports_is_refused_before_anything_is_graded(out, says, dataset, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=says):
        harvest(dataset, {"train-000000-left": [""]}, out)
    assert not [*tmp_path.iterdir()]


def test_folders_that_hold_something_are_refused(dataset, tmp_path):
    said = models.responses(dataset, has_color, no_color)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("mine")
    with pytest.raises(UserError, match="is not empty and holds no export"):
        harvest(dataset, said, tmp_path / "full")
    with pytest.raises(UserError, match="is inside the dataset"):
        harvest(dataset, said, dataset / "next")
    assert contents(tmp_path / "full") == {"notes.txt": b"mine"}


@pytest.mark.parametrize("name", REFUSED)
def test_a_harvest_that_a_format_refuses_leaves_nothing(name, dataset, tmp_path):
    """The empty folder is as it was, and free for another format."""
    said = models.responses(dataset, has_color, no_color, skill=1)
    (tmp_path / "next").mkdir()
    with pytest.raises(UserError, match=REFUSED[name]) as caught:
        harvest(dataset, said, tmp_path / "next", rl_format=name)
    assert "\n" not in str(caught.value)
    assert not [*(tmp_path / "next").iterdir()]
    harvest(dataset, said, tmp_path / "next")


@pytest.mark.parametrize("trust", [False, True])
def test_a_config_that_imports_code_is_written_with_trust_alone(trust, flat_dataset, tmp_path):
    """A config.yaml is the user's own, and what it names is imported."""
    for name in ("config.json", "dataset.json"):
        change_json(
            flat_dataset / name, lambda d: d.get("config", d)["sampling"]["kinds"].append("tests.export.data:Turn")
        )
    said = models.responses(flat_dataset, lambda line: True, skill=1)
    if not trust:
        with pytest.raises(UserError, match=r"^trust: .*names code, which was not imported: tests.export"):
            harvest(flat_dataset, said, tmp_path / "next")
        assert not (tmp_path / "next").exists()
        return
    harvest(flat_dataset, said, tmp_path / "next", trust=True)
    assert loader.load(tmp_path / "next/config.yaml").splits
