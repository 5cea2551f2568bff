"""`tvrgen.generate` with painted images: what it returns, tells and refuses."""

import functools
import json
import math
import shutil
import signal
import threading

import pytest

from tests.tiny import FlatRenderer, json_bytes, load
from tvrgen._support.errors import UserError
from tvrgen.dataset import preparation
from tvrgen.dataset.validation.files import validate
from tvrgen.generation import run

pytestmark = pytest.mark.rays
STOPS = (signal.SIGINT, signal.SIGTERM)
TWO_SPLITS = ("splits={train: {count: 5}, test: {count: 2}}", "output.shard_size=2")


class Display:
    """Progress that remembers."""

    def __init__(self):
        self.total, self.done, self.notes = None, 0, set()

    def expect(self, total, done=0):
        self.total, self.done = total, done

    def update(self, count, note=""):
        self.done += count
        self.notes.add(note)


@pytest.fixture
def generate(monkeypatch):
    monkeypatch.setenv("FAULTS", "{}")
    return functools.partial(run.generate, opener="tests.faulty:open_faulty")


def test_the_outcome_says_what_there_is(generate, tmp_path, capfd):
    before = [signal.getsignal(number) for number in STOPS]
    display, told = Display(), []
    outcome = generate(load(*TWO_SPLITS), tmp_path / "out", progress=display, on_event=told.append)
    assert (outcome.problems, outcome.questions, outcome.given_up) == (7, 21, ())
    assert str(outcome) == f"{tmp_path / 'out'}: 7 problems, 21 questions; look at {tmp_path / 'out/preview.png'}"
    assert validate(tmp_path / "out") == []
    assert display.done == display.total == 28
    assert [json.loads(line)["event"] for line in told] == ["start", *["shard"] * 4, "end"]
    assert [signal.getsignal(number) for number in STOPS] == before
    assert capfd.readouterr() == ("", "")


def test_a_dataset_of_a_former_format_goes_on_in_it(generate, tmp_path, monkeypatch):
    """Also where the run before it was killed: it is as if one run had made it."""
    config = load(*TWO_SPLITS)
    with monkeypatch.context() as patch:
        patch.setattr(preparation, "own_format", lambda storage, shards: 1)
        generate(config, tmp_path / "whole")
        generate(config, tmp_path / "grown", splits="train")
    (tmp_path / "grown/dataset.json").unlink()
    generate(config, tmp_path / "grown")
    assert json_bytes(tmp_path / "grown") == json_bytes(tmp_path / "whole")
    assert json.loads((tmp_path / "grown/dataset.json").read_text())["format"] == 1
    assert validate(tmp_path / "grown") == []


def test_splits_can_be_made_one_by_one(generate, tmp_path):
    config = load(*TWO_SPLITS)
    assert generate(config, tmp_path / "a", splits="test").problems == 2
    assert generate(config, tmp_path / "a", splits=["train"]).problems == 7
    generate(config, tmp_path / "b")
    assert json_bytes(tmp_path / "a") == json_bytes(tmp_path / "b")


def test_a_config_can_be_a_name_or_a_file(generate, tmp_path):
    (tmp_path / "my.yaml").write_text("splits: {train: {count: 1}}\nrender: {width: 80, height: 60}\n")
    assert generate(tmp_path / "my.yaml", tmp_path / "out").problems == 1
    with pytest.raises(UserError, match="quickstrat: no such config; did you mean 'quickstart'"):
        generate("quickstrat", tmp_path / "none")


def test_a_second_run_makes_what_was_asked_for_again_and_nothing_else(generate, tmp_path):
    config, out = load(), tmp_path / "out"
    generate(config, out)
    times = {path: path.stat().st_mtime_ns for path in out.glob("train/*/shard.json")}
    display = Display()
    generate(config, out, redo=["train/shard-00001"], progress=display)
    made = [path.parent.name for path, time in times.items() if path.stat().st_mtime_ns != time]
    assert made == ["shard-00001"]
    assert display.done == display.total


def damaged(out) -> None:
    """Four of five shards are no longer sound, as after a loss of power."""
    (out / "train/shard-00000/run.json").write_bytes(b"")
    (out / "train/shard-00001/shard.json").write_bytes(bytes(100))
    next(iter((out / "train/shard-00002/images").iterdir())).write_bytes(b"")
    next(iter((out / "train/shard-00003/images").iterdir())).unlink()


SHARDS = ("splits.train.count=5", "output.shard_size=1")


@pytest.mark.parametrize("description", [True, False])
def test_what_a_loss_of_power_left_is_named_at_once_and_made_again(description, generate, tmp_path, caplog):
    config, out, display = load(*SHARDS), tmp_path / "out", Display()
    generate(config, out)
    whole = json_bytes(out)
    damaged(out)
    if not description:
        (out / "dataset.json").write_bytes(b"")
    outcome = generate(config, out, progress=display)
    (said,) = [text for text in caplog.messages if "made again" in text]
    for text in (
        "shard-00000: run.json is empty",
        "shard-00001: shard.json is unreadable",
        "shard-00002: images/000002-",
        "shard-00003: images/000003-",
    ):
        assert text in said
    assert (outcome.given_up, display.done, display.total) == ((), 20, 20)
    assert json_bytes(out) == whole
    assert validate(out) == []


@pytest.mark.parametrize("split", ["train", "test"])
def test_damage_of_any_split_is_mended(split, generate, tmp_path):
    config, out = load(*TWO_SPLITS), tmp_path / "out"
    generate(config, out)
    (out / "train/shard-00000/shard.json").unlink()
    generate(config, out, splits=split)
    assert validate(out) == []


def test_what_vanishes_while_a_run_goes_on_is_made_again(generate, tmp_path, monkeypatch, caplog):
    config, out, seen = load(*SHARDS), tmp_path / "out", []
    render = FlatRenderer.render

    def vanishing(self, shot, path):
        render(self, shot, path)
        if "shard-00004" in str(path) and not seen:
            seen.append(path)
            damaged(out)
            shutil.rmtree(out / "train/shard-00000")
            path.unlink()  # of the shard that is being made

    monkeypatch.setattr(FlatRenderer, "render", vanishing)
    outcome = generate(config, out)
    assert outcome.given_up == ()
    assert "train/shard-00000: vanished" in caplog.text
    assert validate(out) == []


def test_a_file_in_the_place_of_a_shard_is_left_there_and_named(generate, tmp_path):
    config, out = load(*SHARDS), tmp_path / "out"
    generate(config, out)
    for number in (1, 3):
        shutil.rmtree(out / f"train/shard-0000{number}")
        (out / f"train/shard-0000{number}").write_text("mine")
    with pytest.raises(
        UserError, match="shard-00001, train/shard-00003: is a file in the place of a shard; move it away"
    ):
        generate(config, out)
    assert (out / "train/shard-00001").read_text() == "mine"


def test_shards_that_always_fail_are_in_the_outcome(generate, tmp_path, monkeypatch):
    monkeypatch.setenv("FAULTS", '{"2": "raise"}')
    display = Display()
    outcome = generate(load(), tmp_path / "out", max_retries=1, progress=display)
    (failed,) = outcome.given_up
    assert (failed.task.shard.path, failed.reason) == ("train/shard-00001", "ValueError: a picture went wrong")
    assert outcome.problems == 3
    assert "retries: 1" in display.notes
    assert display.done < display.total


def test_a_thread_can_make_a_dataset_where_the_renderer_allows_it(generate, tmp_path):
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(generate(load(), tmp_path / "out")))
    thread.start()
    thread.join()
    assert outcomes[0].problems == 5


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"splits": "trian"}, "trian.*did you mean 'train'"),
        ({"redo": ["train/shard-00009"]}, "redo='train/shard-00009': is no shard of this config"),
        ({"redo": "train/shard-00009"}, "redo='train/shard-00009': is no shard of this config"),
        ({"workers": 0}, "workers=0: write a whole number of at least 1"),
        ({"workers": "auto"}, "workers='auto': write a whole number of at least 1, or None"),
        ({"workers": 2.5}, "workers=2.5: write a whole number"),
        ({"threads": None}, "threads: write a whole number of at least 0"),
        ({"max_retries": -1}, "max_retries=-1: write a whole number of at least 0"),
        ({"max_memory": -1}, "max_memory=-1: write a whole number of at least 0"),
        ({"max_problems_per_worker": 0.5}, "max_problems_per_worker=0.5: write a whole number of at least 0"),
        ({"cpus_per_worker": math.nan}, "cpus_per_worker=nan: write a number of at least 0"),
        ({"gpus_per_worker": -1}, "gpus_per_worker=-1: write a number of at least 0, or None"),
        ({"gpus_per_worker": "auto"}, "gpus_per_worker='auto': write a number of at least 0, or None"),
        ({"gpus_per_worker": 1.5}, "gpus_per_worker=1.5: above 1, Ray reserves whole GPUs; write a whole number"),
        ({"time_limit": -1}, "time_limit=-1: write a number of at least 0"),
        ({"cpus_per_worker": 0}, "Ray would start workers without end"),
        ({"workers": 2, "cpus_per_worker": 0}, "Ray would start workers without end"),
    ],
)
def test_mistakes_are_found_before_anything_is_written(options, says, generate, tmp_path):
    with pytest.raises(UserError, match=says):
        generate(load(), tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_dataset_in_memory_is_of_one_process(generate):
    with pytest.raises(UserError, match="exists in one process only"):
        generate(load(), "memory://x", workers=2)
