"""Clips in datasets: what each frame shows, to the frame, for every kind of change and in both shard formats."""

import itertools
import json
import shutil
from collections import Counter, defaultdict
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests import clips
from tests.clips import arrays
from tests.tiny import FlatRenderer, load
from tvrgen.config import loader
from tvrgen.dataset import clips as dataset_clips
from tvrgen.dataset import preparation
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.split_reader import SplitReader, StoredQuestion
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.validation.files import validate
from tvrgen.generation import worker
from tvrgen.imaging import video, writing
from tvrgen.imaging.timeline import Moment
from tvrgen.questions import asking

pytestmark = pytest.mark.rays

ASKED = "questions=[{family: changes, show: clip}]"
STORED = {form: (f"output.format={form}",) for form in ("files", "webdataset")}


def questions(root) -> list[StoredQuestion]:
    with SplitReader(open_dataset(root), "train", StoredQuestion) as split:
        return list(split.questions())


@pytest.mark.parametrize("kind", clips.KINDS)
def test_changes_happen_in_their_spans_and_nothing_else_does(kind, tmp_path):
    root = clips.made(tmp_path / "data", clips.config(kind, ASKED))
    assert validate(root, trust=True) == []
    for question, scene in zip(questions(root), open_dataset(root).scenes(), strict=True):
        clip, frames = question.line["clip"], arrays(question.frames())
        assert clip == scene["clip"]
        assert len(frames) == clip["count"] == len(clip["files"])
        assert len(clip["steps"]) == len(scene["steps"])
        states = arrays(question.images())
        assert (frames[0] == states[0]).all()
        assert (frames[-1] == states[-1]).all()
        ends = [0, *(own for step in clip["steps"] for own in (step["start"], step["end"])), clip["count"]]
        for first, end in zip(ends[::2], ends[1::2], strict=True):  # a state stands still
            assert all((frames[k] == frames[first]).all() for k in range(first, end))
        for step in clip["steps"]:
            before, after = frames[step["start"] - 1], frames[step["end"]]
            between = frames[step["start"] : step["end"]]
            for one, other in itertools.combinations([before, *between, after], 2):
                assert (one != other).any()


@pytest.mark.parametrize("kind", ["color", "material", "recolor_like"])
def test_looks_are_faded(kind, tmp_path):
    root = clips.made(tmp_path / "data", clips.config(kind, ASKED, "sampling.steps=1"))
    for question in questions(root):
        frames, (step,) = arrays(question.frames()), question.line["clip"]["steps"]
        before, after = frames[step["start"] - 1], frames[step["end"]]
        for k, frame in enumerate(frames[step["start"] : step["end"]], 1):
            assert (frame == np.round((1 - k / 4) * before + k / 4 * after)).all()


@pytest.mark.parametrize("stored", STORED)
@pytest.mark.parametrize("form", ["mp4", "frames"])
@pytest.mark.parametrize("image", ["png", "jpeg"])
def test_every_storage_holds_the_same_clip(stored, form, image, tmp_path):
    settings = (ASKED, f"output.clip.format={form}", f"image.format={image}")
    found = []
    for name in ("files", stored):
        root = clips.made(tmp_path / f"{name}-{stored}", clips.config("several", *settings, *STORED[name]))
        assert validate(root, trust=True) == []
        found.append([[*q.frames()] if form == "frames" else q.clip() for q in questions(root)])
        for question in questions(root):
            assert question.of_clip
            assert len(question.images()) == 2
    assert found[0] == found[1]


def test_a_video_has_the_frames_of_the_images(tmp_path):
    pytest.importorskip("av")

    class Flat(FlatRenderer):
        """Each image in the colour of its poses."""

        def render(self, shot, path) -> None:
            pixels = np.asarray(clips.painted(shot, self.split.vocabulary)).astype(int).sum(axis=(0, 1)) % 256
            clips.Image.new("RGB", (shot.view.width, shot.view.height), tuple(map(int, pixels))).save(path)

    both = {}
    for form in ("mp4", "frames"):
        both[form] = clips.made(tmp_path / form, clips.config("several", ASKED, f"output.clip.format={form}"), Flat())
    for one, other in zip(questions(both["mp4"]), questions(both["frames"]), strict=True):
        found, due = [*video.read(BytesIO(one.clip()), one.id)], arrays(other.frames())
        assert len(found) == len(due) == one.line["clip"]["count"]
        assert max(np.abs(a.astype(int) - b).max() for a, b in zip(found, due, strict=True)) <= 6


LOSSY = {"jpeg": "{format: jpeg, quality: 40}", "webp": "{format: webp, quality: 40}"}


@pytest.mark.parametrize("kind", ["several", "color", "out", "replace"])
@pytest.mark.parametrize("image", LOSSY)
def test_losses_of_images_are_not_in_videos(image, kind, tmp_path):
    """What stands still is stored as images, and has no other losses than what moves."""
    pytest.importorskip("av")
    own = [(), (f"image={LOSSY[image]}",)]
    both = [
        clips.made(tmp_path / str(k), clips.config(kind, ASKED, "output.clip.format=mp4", *settings))
        for k, settings in enumerate(own)
    ]
    assert validate(both[1]) == []
    first, second = ([question.clip() for question in questions(root)] for root in both)
    assert first == second


@pytest.mark.parametrize("kind", ["several", "color", "out", "replace"])
@pytest.mark.parametrize("image", LOSSY)
def test_every_frame_has_been_encoded_once(image, kind, tmp_path):
    lossless = clips.made(tmp_path / "lossless", clips.config(kind, ASKED))
    settings = clips.config(kind, ASKED, f"image={LOSSY[image]}")
    lossy = clips.made(tmp_path / "lossy", settings)
    for one, other in zip(questions(lossless), questions(lossy), strict=True):
        for due, found in zip(one.frames(), other.frames(), strict=True):
            encoded = BytesIO()
            pixels = Image.open(BytesIO(due)).convert("RGB")
            pixels.save(encoded, image, **writing.options(settings.split("train").image))
            assert found == encoded.getvalue()


def test_what_is_equal_is_rendered_once(tmp_path):
    renderer = clips.Poses()
    root = clips.made(tmp_path / "data", clips.config("several", "output.intermediate=true"), renderer)
    rendered = [(shot.view, shot.lights, shot.state, shot.poses) for shot, _ in renderer.asked]
    assert len({*map(repr, rendered)}) == len(rendered)
    assert sum(1 for scene in open_dataset(root).scenes() for _ in scene["steps"])


def test_looks_that_change_in_place_need_no_further_images(tmp_path):
    renderer = clips.Poses()
    clips.made(tmp_path / "data", clips.config("color", "output.intermediate=true"), renderer)
    assert {shot.when for shot, _ in renderer.asked} <= {"initial", "step1", "final"}


@pytest.mark.parametrize("overrides", [(), ("output.intermediate=true",), ("cameras.final=[left]",)], ids=str)
@pytest.mark.parametrize("no_change", [0, 0.5])
def test_the_number_of_images_is_known_before_they_are_made(overrides, no_change, tmp_path):
    config = clips.config("several", f"sampling.no_change={no_change}", *overrides)
    for shard in shards_of(config, "train"):
        made = sum(worker.shard_steps(config, shard, open_storage(tmp_path), clips.Poses()))
        assert made == worker.images_in(shard, config)


def clip_of(index, steps, split) -> dataset_clips.Clip:
    return dataset_clips.clip_of(f"train-{index:06d}", steps, f"{index:032x}", (), split)


@pytest.mark.parametrize("hold", ["2", "[1, 4]", "[4, 12]"])
@pytest.mark.parametrize("most", [1, 3])
def test_the_length_tells_nothing_of_the_number_of_changes(hold, most):
    """Clips of problems without change are as long as others."""
    split = clips.config("color", f"sampling.steps=[1, {most}]", f"output.clip.hold={hold}").split("train")
    found = set()
    for index in range(100):
        own = [clip_of(index, steps, split) for steps in range(most + 1)]
        (length,) = {len(clip.moments) for clip in own}
        assert [len(clip.spans) for clip in own] == [*range(most + 1)]
        assert {*own[0].moments} == {Moment(0)}
        found.add(length)
    holds = split.output.clip.hold
    assert all(holds[0] * (most + 1) <= length - 3 * most <= holds[-1] * (most + 1) for length in found)
    assert len(found) > 1 or len(holds) == 1


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_every_state_stands_still_for_a_number_of_frames_of_its_own(steps):
    split = clips.config("color", f"sampling.steps={steps}", "output.clip.hold=[2, 5]").split("train")
    found = [clip_of(index, steps, split).moments for index in range(400)]
    holds = [[moments.count(Moment(step)) for step in range(steps + 1)] for moments in found]
    for own in zip(*holds, strict=True):  # of each state
        assert {*own} == {2, 3, 4, 5}
        assert all(abs(own.count(hold) / 400 - 1 / 4) < 0.1 for hold in (2, 3, 4, 5))
    alike = sum(a == b for a, b, *_ in holds) / 400
    assert abs(alike - 1 / 4) < 0.1  # one state says nothing of another


@pytest.mark.parametrize("steps", [1, 2])
def test_changes_happen_early_and_late_equally_often(steps):
    split = clips.config("color", "sampling.steps=[1, 3]", "output.clip.hold=2").split("train")
    starts = Counter(span.start for index in range(400) for span in clip_of(index, steps, split).spans)
    assert {*starts} == {2, 7, 12}
    assert all(abs(times / starts.total() - 1 / 3) < 0.07 for times in starts.values())


def test_when_changes_happen_does_not_follow_from_their_number():
    """The best guesses of one who knows the number of changes alone are right now and then."""
    config = loader.load("clips")
    split, guessed = config.split("train"), defaultdict(Counter)
    for index in range(200):
        planned = asking.plan_problem(config, "train", index)
        clip = dataset_clips.of_planned(planned, (), split)
        for step, span in enumerate(clip.spans):
            guessed[len(clip.spans), step][span.start] += 1
    for (_, step), starts in guessed.items():
        ((_, right),) = starts.most_common(1)
        assert right / starts.total() < (0.3 if step == 0 else 0.25)
    right = sum(max(starts.values()) for starts in guessed.values())
    assert right / sum(starts.total() for starts in guessed.values()) < 0.2


def test_nothing_moves_where_nothing_changes(tmp_path):
    root = clips.made(tmp_path / "data", clips.config("several", ASKED, "sampling.no_change=1"))
    assert validate(root) == []
    for question in questions(root):
        frames = arrays(question.frames())
        assert question.line["clip"]["steps"] == []
        assert len({frame.tobytes() for frame in frames}) == 1
        assert len(question.images()) == 2
        assert question.images()[0] == question.images()[1]  # no jitter of its own, as no question shows it


def test_images_and_clips_of_problems_without_change_do_not_go_together():
    config = clips.config("several", "sampling.no_change=0.5")
    assert config.split("train").jitters_apart
    assert not clips.config("several", "sampling.no_change=0.5", ASKED).split("train").jitters_apart


@pytest.mark.parametrize("form", ["mp4", "frames"])
@pytest.mark.parametrize("stored", STORED)
def test_grown_shards_keep_their_clips(form, stored, tmp_path):
    own = ("output.clip.format=" + form, ASKED, *STORED[stored])
    root = clips.made(tmp_path / "data", clips.config("several", *own, "splits.train.count=3"))
    renderer = clips.Poses()
    clips.made(root, clips.config("several", *own, "splits.train.count=4"), renderer)
    whole = clips.made(tmp_path / "whole", clips.config("several", *own, "splits.train.count=4"))
    assert [q.line for q in questions(root)] == [q.line for q in questions(whole)]
    manifests = [(base / "train/shard-00001/shard.json").read_bytes() for base in (root, whole)]
    assert manifests[0] == manifests[1]
    states = {repr(shot.state.objects) for shot, _ in renderer.asked}
    kept = clips.PLAN(clips.config("several", *own), "train", 2)
    assert repr(kept.states[0].objects) not in states
    assert validate(root, trust=True) == []


@pytest.mark.parametrize("images", [1, 4, 9])
def test_a_run_that_stops_within_a_clip_goes_on(images, tmp_path):
    config = clips.config("several", "output.clip.format=mp4", "sampling.steps=2")
    (shard, *_), target = shards_of(config, "train"), open_storage(tmp_path / "data")
    with preparation.writing_to(target, config):
        steps = worker.shard_steps(config, shard, target, clips.Poses())
        assert sum(next(steps) for _ in range(images)) == images
        steps.close()
    assert not target.shards()
    stopped, whole = (clips.made(tmp_path / name, config) for name in ("data", "whole"))
    assert validate(stopped) == []
    manifests = [(root / shard.path / "shard.json").read_bytes() for root in (stopped, whole)]
    assert manifests[0] == manifests[1]


def test_two_runs_make_the_same_bytes(tmp_path):
    roots = [clips.made(tmp_path / name, clips.config("several", "output.clip.format=mp4")) for name in "ab"]
    files = [
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()} for root in roots
    ]
    assert any(path.suffix == ".mp4" for path in files[0])
    varying = {path for path in files[0] if path.name in ("run.json",) or "log" in path.parts}
    assert all(files[0][path] == files[1][path] for path in files[0].keys() - varying)


def test_a_dataset_without_clips_has_none(tmp_path):
    assert dataset_clips.clip_of("train-000000", 1, "0" * 32, (), load().split("train")) is None


DAMAGES = {
    "missing": (lambda path: path.unlink(), "000000.mp4: is missing"),
    "text": (lambda path: path.write_bytes(b"no video"), "000000.mp4: cannot be read as a video: "),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-200]), "000000.mp4: "),
    "another": (lambda path: shutil.copyfile(path.with_name("000001.mp4"), path), "000000.mp4: "),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_videos_are_named(name, tmp_path):
    pytest.importorskip("av")
    damage, said = DAMAGES[name]
    root = clips.made(tmp_path / "data", clips.config("several", "output.clip.format=mp4"))
    damage(root / "train/shard-00000/clips/000000.mp4")
    assert any(said in fault for fault in validate(root))


def test_no_more_is_decoded_of_a_video_whose_frames_have_another_size(tmp_path, monkeypatch):
    """A small file may hold frames that take hours."""
    pytest.importorskip("av")
    root = clips.made(tmp_path / "data", clips.config("several", "output.clip.format=mp4"))
    path = root / "train/shard-00000/clips/000000.mp4"
    with video.writer(path, 160, 120, 12) as add:
        for _ in range(9):
            add(np.zeros((120, 160, 3), np.uint8))
    decoded, read = [], video.read

    def counting(file, where):
        for pixels in read(file, where):
            decoded.append(pixels.shape)
            yield pixels

    monkeypatch.setattr(video, "read", counting)
    assert any("000000.mp4: has a frame of 160x120, not 80x60" in fault for fault in validate(root))
    assert decoded.count((120, 160, 3)) == 1


def test_frames_that_are_missing_or_damaged_are_named(tmp_path):
    root = clips.made(tmp_path / "data", clips.config("several"))
    frames = sorted((root / "train/shard-00000/clips").iterdir())
    frames[0].unlink()
    frames[1].write_bytes(b"")
    faults = "\n".join(validate(root))
    assert f"{frames[0].name}: is missing" in faults
    assert f"{frames[1].name}: cannot be read as an image" in faults


def test_a_clip_of_another_length_than_its_line_says_is_named(tmp_path):
    root = clips.made(tmp_path / "data", clips.config("several"))
    path = root / "train/shard-00000/scenes.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[0]["clip"]["steps"][0]["start"] += 1
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    start = lines[0]["clip"]["steps"][0]["start"]
    assert any(f"clip.steps[0].start: holds {start}; expected {start - 1}" in fault for fault in validate(root))
