"""Vad-R1, whose rules for rewards and evaluation read the rows of clips."""

import json
import shutil
from pathlib import Path

import pytest

from tests.consumers.rules import vad_r1
from tests.export.data import refused
from tests.hostile.datasets import SCENES, line
from tests.tiny import SHIPPED
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.run import export

CLIPS = "clips"
pytestmark = pytest.mark.rays


@pytest.fixture(scope="module")
def made(ready, tmp_path_factory):
    """A dataset of clips, a half of which are normal, and its export."""
    data = ready(
        CLIPS, "splits.train.count=8", "sampling.no_change=0.5", "questions=[{family: changes, show: clip}]", clips=True
    )
    out = tmp_path_factory.mktemp("vad-r1") / "out"
    export(data, "vad-r1", out)
    return data, out


def rows_of(out: Path, kind: str) -> list[dict]:
    files = sorted(out.glob(f"Vad-Reasoning-{kind}-*.jsonl"))
    return [json.loads(text) for path in files for text in path.read_text().splitlines()]


def test_there_is_a_row_for_each_clip(made):
    data, out = made
    scenes = {scene["id"]: scene for scene in open_dataset(data).scenes()}
    sft, rl = rows_of(out, "SFT"), rows_of(out, "RL")
    assert sorted(row["video"] for row in sft) == sorted(scenes)
    assert [row["path"] for row in rl] == [row["path"] for row in sft]
    assert len({row["path"] for row in sft}) == len(sft)
    assert {row["anomaly_type"] == "Normal" for row in sft} == {True, False}
    for row, labelled in zip(sft, rl, strict=True):
        assert {*vad_r1.SFT} <= row.keys()
        assert {*vad_r1.RL} <= labelled.keys()
        assert Path(row["path"]).read_bytes()[4:8] == b"ftyp"
        scene = scenes[row["video"]]
        spans = scene["clip"]["steps"]
        assert row["total_frames"] == scene["clip"]["count"]
        assert labelled["solution"] == ("Abnormal" if spans else "Normal")
        assert ("start" in row, "end" in row) == (bool(spans), bool(spans))
        if spans:
            assert (row["start"], row["end"]) == (spans[0]["start"], spans[-1]["end"])
            assert [round(share * row["total_frames"]) for share in vad_r1.when(row["answer"])] == [
                row["start"], row["end"],
            ]  # fmt: skip


def test_what_rows_train_is_paid_in_full_and_wrong_labels_are_not(made):
    for row, labelled in zip(*(rows_of(made[1], kind) for kind in ("SFT", "RL")), strict=True):
        said = vad_r1.response(row)
        assert vad_r1.accuracy(said, labelled["solution"]) == vad_r1.well_formed(said) == 1.0
        assert vad_r1.overlap(said, row) == 1.0
        label = {"Normal": "Abnormal", "Abnormal": "Normal"}[labelled["solution"]]
        wrong = said.replace(f"<which>{labelled['solution']}<", f"<which>{label}<")
        assert vad_r1.accuracy(wrong, labelled["solution"]) == vad_r1.overlap(wrong, row) == 0.0
        start, end = vad_r1.when(said)
        assert (
            row["anomaly_type"] == "Normal" or vad_r1.overlap(said.replace(f"[{start}, {end}]", "[0.9, 1.0]"), row) < 1
        )
        assert not vad_r1.well_formed(said.replace("step2>", "step9>"))
        assert not vad_r1.well_formed(said.replace("why>", "wherefore>"))


def test_the_words_name_what_the_changes_do(made):
    """Each object that a step changes is told with the looks that it has before it, and with those that it gets."""
    data, out = made
    scenes = {scene["id"]: scene for scene in open_dataset(data).scenes()}
    for row in rows_of(out, "SFT"):
        scene = scenes[row["video"]]
        now = [dict(thing) for thing in scene["initial"]["objects"]]
        for step in scene["steps"]:
            for difference in step["differences"]:
                before = now[difference["object"]]
                after = before | difference["after"]
                there = before if before.get("present", True) and difference["before"].get("present", True) else after
                assert " ".join(there[name] for name in ("size", "color", "material", "shape")) in row["answer"]
                for name in {"size", "color", "material", "shape"} & difference["after"].keys():
                    assert f"{name} from {before[name]} to {after[name]}" in row["answer"]
                now[difference["object"]] = after
        for thing, sight in zip(scene["initial"]["objects"], scene["visibility"]["initial"]["center"], strict=True):
            looks = " ".join(thing[name] for name in ("size", "color", "material", "shape"))
            assert not sight["pixels"] or f"a {looks} " in row["think"].partition("</step1>")[0]
        if not scene["steps"]:
            assert "nothing moves" in row["answer"]


@pytest.mark.parametrize("config", [name for name in SHIPPED if name != CLIPS])
def test_datasets_without_clips_are_refused(ready, config, tmp_path):
    said = r"no question is left for this format: it leaves out \d+ that do not ask what changes in a clip \(family: ch"
    refused(said, ready(config), "vad-r1", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["vad-r1", "spacer", "video-r1", "seed-bench-r1"])
def test_clips_that_are_stored_as_frames_are_refused(ready, name, tmp_path):
    said = r"\d+ that are asked of a clip that is stored as frames \(output.clip.format: mp4\)"
    refused(said, ready(CLIPS, "output.clip.format=frames", clips=True), name, tmp_path / "out")


def test_a_camera_without_bounds_is_refused(ready, tmp_path):
    data = shutil.copytree(ready("clips", clips=True), tmp_path / "data")
    line(SCENES, lambda scene: scene["cameras"]["center"].update(intrinsics=[[0, 0, 1e308]] * 3))(data)
    refused("cameras.center.intrinsics.* is out of range", data, "vad-r1", tmp_path / "out")
