"""Questions of clips in exports: formats that hold no clips leave them out and say so, others keep the video once."""

import pytest

from tests import clips
from tests.clips import arrays
from tests.export.data import contents, refused
from tests.export.rows import read
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.validation.files import validate
from tvrgen.export import FORMATS
from tvrgen.export.run import export, find
from tvrgen.export.vlm_r1 import VlmR1
from tvrgen.scoring.truth import ground_truth

pytestmark = pytest.mark.rays

BOTH = (
    "questions=[{family: changes, rationale: short, twin: true}, {family: counting, rationale: short, twin: true},"
    " {family: relation, show: clip, rationale: short}]"
)
ALONE = "questions=[{family: changes, show: clip, rationale: short}]"
WITHOUT = [name for name in FORMATS if not find(name).clips]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return clips.made(
        tmp_path_factory.mktemp("both") / "data",
        clips.config("color", BOTH, "sampling.objects=10", "splits.train.count=12"),
    )


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    return clips.made(tmp_path_factory.mktemp("alone") / "data", clips.config("color", ALONE, "sampling.objects=10"))


@pytest.fixture(scope="module", params=["files", "webdataset"])
def videos(request, tmp_path_factory):
    pytest.importorskip("av")
    own = (BOTH, "output.clip.format=mp4", f"output.format={request.param}")
    return clips.made(tmp_path_factory.mktemp("videos") / "data", clips.config("color", *own))


@pytest.mark.parametrize("name", [name for name in WITHOUT if name != "reason-rft"])  # which refuses other families
def test_formats_without_clips_leave_their_questions_out(name, both, tmp_path):
    said = export(both, name, tmp_path / name)
    lines = {line["id"]: line for line in open_dataset(both).questions()}
    rows = [lines[row.id] for row in read(name, tmp_path / name)]
    assert rows
    assert not any("clip" in line for line in rows)
    if not find(name).changes:  # which leave out all other families
        assert "12 that are asked of a clip" in said
        assert "12 that are asked of a clip" in (tmp_path / name / "README.md").read_text()


@pytest.mark.parametrize("name", WITHOUT)
def test_nothing_is_written_where_all_questions_are_of_clips(name, alone, tmp_path):
    refused("leaves out 3 that are asked of a clip", alone, name, tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(("text", "count"), [("clip=no", 48), ("clip!=yes", 48)])
def test_a_filter_keeps_questions_of_images(text, count, both, tmp_path):
    assert f": {count} questions" in export(both, "vlm-r1", tmp_path / "out", filters=text)


class Kept(VlmR1):
    """A format that holds clips."""

    clips = True

    def row(self, question, number):
        if not question.of_clip:
            return super().row(question, number)
        return {"id": question.id, "video": self.keep_clip(question), "answer": question.line["answer"]}


def test_a_format_with_clips_keeps_each_once(videos, tmp_path, monkeypatch):
    monkeypatch.setattr("tvrgen.export.vlm_r1.VlmR1", Kept)
    assert ": 15 questions" in export(videos, "vlm-r1", tmp_path / "out")
    kept = [path for path in contents(tmp_path / "out") if path.endswith(".mp4")]
    assert kept == [f"clips/train/000/train-{index:06d}.mp4" for index in range(3)]


def test_the_ready_config_is_of_clips(ready, tmp_path):
    pytest.importorskip("av")
    root = ready("clips", clips=True)
    assert validate(root) == []
    assert all("clip" in line for line in open_dataset(root).questions())


def test_truths_do_not_depend_on_what_is_shown(both):
    for line in open_dataset(both).questions():
        own = {key: value for key, value in line.items() if key != "clip"}
        assert ground_truth(own) == ground_truth(line)


def test_images_of_a_question_of_a_clip_are_its_ends(alone):
    from tests.generation.test_clips import questions

    for question in questions(alone):
        first, *_, last = arrays(question.frames())
        ends = arrays(question.images())
        assert (first == ends[0]).all()
        assert (last == ends[1]).all()
