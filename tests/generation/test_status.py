"""The status of a dataset, from what lies in its storage."""

import json

import pytest

from tests.tiny import FlatRenderer, handmade, load, made
from tvrgen._support.errors import UserError
from tvrgen._support.files import pretty
from tvrgen.dataset import catalog, preparation
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.open import open_storage
from tvrgen.generation import worker
from tvrgen.generation.journal import QUARANTINE
from tvrgen.generation.status import status
from tvrgen.questions import asking


def test_a_whole_dataset_is_finished(flat_dataset):
    found = status(flat_dataset)
    assert found.finished
    assert not found.running
    assert found.images_left == 0
    (split,) = found.splits.values()
    assert (split.problems, split.count, split.shards_done, split.shards) == (5, 5, 3, 3)
    assert str(found).splitlines() == ["train: 5 of 5 problems, 3 of 3 shards", "finished"]


def test_a_run_is_seen_while_it_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(asking, "plan_problem", lambda c, s, i: handmade(c, c.split(s), i))
    config, out = load(), tmp_path / "out"
    with preparation.writing_to(open_storage(out), config):
        assert str(status(out)).endswith("running: no shard is done yet\nnot finished")
        shard = shards_of(config, "train")[0]
        made(config, shard, out, FlatRenderer())
        found = status(out)
        assert found.running
        assert found.splits["train"].problems == shard.count
        assert found.images_left == (5 - shard.count) * 4
    assert not status(out).running
    assert "not finished; tvrgen generate continues" in str(status(out))


CLIP = ("cameras.final=[center]", "output.clip={frames: 2}")


@pytest.mark.parametrize("steps", ["2", "[1, 3]"])
@pytest.mark.parametrize(
    "output", [(), ("output.intermediate=true",), CLIP, (*CLIP, "output.intermediate=true")], ids=str
)
def test_images_between_states_and_frames_of_clips_are_left_too(output, steps, tmp_path):
    config = load(f"sampling.steps={steps}", "sampling.no_change=0.25", "splits.train.count=240", *output)
    with preparation.writing_to(open_storage(tmp_path), config):
        left = status(tmp_path).images_left
    made = sum(worker.images_in(shard, config) for shard in shards_of(config, "train"))
    assert left == pytest.approx(made, rel=0.03)


def test_shards_to_be_made_again_and_given_up_are_named(flat_dataset):
    storage = open_storage(flat_dataset)
    catalog.note_again(storage, {"train/shard-00001": "asked for"})
    about = {"reason": "ValueError: broken", "node": "n1", "log": "the end"}
    storage.write(QUARANTINE, pretty({"train/shard-00002": about}))
    found = status(flat_dataset)
    assert found.again == {"train/shard-00001": "asked for"}
    assert found.given_up == {"train/shard-00002": about}
    assert "to be made again: train/shard-00001: asked for" in str(found)
    assert "given up: train/shard-00002: ValueError: broken (on n1)" in str(found)


def test_the_rate_is_that_of_the_last_run(flat_dataset):
    for name, images in [("run-20260101T000000-a", 1), ("run-20260102T000000-b", 30)]:
        events = [{"time": 100, "event": "start"}, {"time": 110, "event": "shard", "images": images, "node": "n1"}]
        events.append({"time": 110, "event": "shard", "images": images, "node": "n2"})
        (flat_dataset / "log" / f"{name}.jsonl").write_text("\n".join(map(json.dumps, events)))
    found = status(flat_dataset)
    assert (found.rate, found.nodes) == (6.0, 2)
    assert "the last run made 6.00 images a second on 2 nodes" in str(found)


@pytest.mark.parametrize(("file", "says"), [("export.json", "is an export"), ("x", "no dataset was begun here")])
def test_what_is_no_dataset_is_refused(file, says, tmp_path):
    (tmp_path / file).write_text("{}")
    with pytest.raises(UserError, match=says):
        status(tmp_path)


def test_the_status_is_told_from_a_log_that_was_cut_short(flat_dataset):
    lines = ['{"time": 10, "event": "start"}', '{"time": 20, "event": "shard", "images": 8, "node": "n"}', '{"time": 3']
    (flat_dataset / "log/run-20261125T201500-1f2e3d.jsonl").write_text("\n".join(lines))
    assert "the last run made 0.80 images a second on 1 node" in str(status(flat_dataset))


NONSENSE = [
    "",
    "[]",
    "null",
    "7",
    "{",
    "\0\0",
    '{"train/shard-00000": null}',
    '{"train/shard-00000": {"reason": ["x"]}}',
]


@pytest.mark.parametrize("text", NONSENSE)
@pytest.mark.parametrize("name", ["again.json", "quarantine.json", "run-20991125T201500-1f2e3d.jsonl"])
def test_logs_that_hold_nonsense_are_ignored(name, text, flat_dataset):
    (flat_dataset / "log" / name).write_text(text)
    assert str(status(flat_dataset)).splitlines() == ["train: 5 of 5 problems, 3 of 3 shards", "finished"]


def test_logs_with_terminal_codes_are_shown_and_not_obeyed(flat_dataset):
    about = {"reason": "\x1b[2Jgone\nand", "node": "n\x07", "log": ""}
    open_storage(flat_dataset).write(QUARANTINE, pretty({"train/shard-00002": about}))
    open_storage(flat_dataset).write(catalog.AGAIN, pretty({"train/shard-00001": "\x1b]0;title\x07"}))
    said = str(status(flat_dataset))
    assert "\x1b" not in said
    assert "\x07" not in said
    assert len(said.splitlines()) == 4


@pytest.mark.parametrize("content", [b"", b"{", bytes(90)])
def test_a_description_that_cannot_be_read_finishes_nothing(content, flat_dataset):
    (flat_dataset / "dataset.json").write_bytes(content)
    assert not status(flat_dataset).finished


def test_a_lost_config_is_looked_up_in_the_description(flat_dataset):
    (flat_dataset / "config.json").unlink()
    assert status(flat_dataset).finished
    (flat_dataset / "config.json").write_bytes(b"")
    (flat_dataset / "dataset.json").unlink()
    with pytest.raises(
        UserError, match=r"its config.json cannot be read, so no dataset was begun here; run tvrgen gen"
    ):
        status(flat_dataset)
