"""Questions of clips: their words speak of the video, and they ask what questions of images ask."""

import re

import pytest

from tests.asked import Numbers
from tests.questions.families.cases import exhibits
from tests.tiny import load
from tvrgen._support.errors import UserError
from tvrgen.config.loader import Config
from tvrgen.questions import asking
from tvrgen.questions.exhibit import Exhibit, told_of_clip
from tvrgen.questions.registry import BUILT_IN

pytestmark = pytest.mark.rays

FAMILIES = sorted(BUILT_IN.keys() - {"viewpoint"})
IMAGES = re.compile(r"\b(images?|pictures?|photos?)\b", re.IGNORECASE)


def config(*entries: str, **sampling) -> Config:
    """A config that asks of the clips of problems of many kinds."""
    kinds = "[color, shape, size, material, position, swap, next_to, appear, disappear, replace]"
    return load(
        *("output.clip={frames: 2}", "cameras.final=[center]", "render.width=160", "render.height=120"),
        *("sampling.objects=[7, 8]", "sampling.on_stage=all", "sampling.moves=[inner, out]", "sampling.steps=[2, 3]"),
        *(f"sampling.kinds={kinds}", "splits.train.count=12", "sampling.repeat=true"),
        *(f"sampling.{name}={value}" for name, value in sampling.items()),
        f"questions=[{', '.join(entries)}]",
    )


def asked(own: Config, count: int = 12):
    split = own.split("train")
    for index in range(count):
        planned = asking.plan_problem(own, "train", index)
        yield from ((planned, question) for _, question in asking.questions(planned, split, own.seed))


@pytest.mark.parametrize("form", ["open", "choice"])
@pytest.mark.parametrize("family", FAMILIES)
def test_words_speak_of_the_video_and_of_no_image(family, form):
    if (family, form) == ("changes", "choice"):
        pytest.skip("changes are asked as they are")
    entry = f"{{family: {family}, show: clip, as: {form}, rationale: full}}"
    said = set()
    for _, question in asked(config(entry)):
        assert question.of_clip
        told = [question.prompt, *(sentence.text for sentence in question.rationale)]
        assert not [text for text in told if IMAGES.search(text)]
        assert "video" in question.prompt
        assert not re.search(r"[a-z]\.[A-Z]|  | ,|\bthe the\b|video's viewer", question.prompt)
        said.add(question.prompt)
    assert len(said) > 5


def test_every_sentence_of_a_rationale_speaks_of_the_video():
    """Those on objects that enter, leave, can hardly be seen or do not change."""
    kinds = ("sampling.kinds=[position, appear, disappear]", "sampling.moves=[inner, out, in]")
    own = load(
        *("output.clip={}", "cameras.final=[center]", *kinds, "sampling.objects=8", "sampling.on_stage=5"),
        *("sampling.no_change=0.2", "splits.train.count=30", "sampling.steps=[1, 2]"),
        "questions=[{family: changes, show: clip, rationale: full}]",
    )
    texts = [sentence.text for _, question in asked(own, 30) for sentence in question.rationale]
    assert not [text for text in texts if IMAGES.search(text)]
    assert not [text for text in texts if "which way does not show" in text or "cannot be seen" in text]
    assert any("has left the stage" in text for text in texts)
    assert any("Nothing changes" in text for text in texts)


@pytest.mark.parametrize("family", sorted(BUILT_IN.keys() - {"changes", "viewpoint"}))
def test_questions_of_clips_ask_and_answer_as_those_of_images(family):
    for image in exhibits()[1:20:3]:  # from the initial camera
        clip = Exhibit(image.planned, image.view, image.split, of_clip=True)
        assert not clip.between
        own = image.split.families.get(family, BUILT_IN[family])
        subjects = [*own.subjects(image)][:60]
        assert subjects == [*own.subjects(clip)][:60]
        for subject in subjects:
            assert own.answer(image, subject) == own.answer(clip, subject)


def test_images_keep_their_words():
    """Words of one exhibit are not those of another, in whichever order they are asked."""
    entries = ("{family: counting, show: clip}", "{family: nearest}", "{family: changes, rationale: full}")
    for _, question in asked(config(*entries)):
        assert ("video" in question.prompt) == question.of_clip == (question.family == "counting")
        assert "video" not in " ".join(sentence.text for sentence in question.rationale)


def test_what_kinds_say_of_the_first_image_is_said_of_the_video():
    told = "It has moved left, as the first image's viewer sees it: 4 % from the top of the first image."
    assert told_of_clip(told) == (
        "It has moved left, as the viewer of the video sees it: 4 % from the top of the first frame of the video."
    )


class OfClips(Numbers):
    """A family of a test's own that may be asked of clips."""

    name = "of_clips"
    template = Numbers.template | {"clip": {"variants": {"question": ["What is number {number} of the video?"]}}}


class Between(OfClips):
    """A family that asks of a state between, which no clip names."""

    name = "between"

    def subjects(self, exhibit):
        for subject in super().subjects(exhibit):
            yield subject._replace(images=("step1-center",))


def test_a_users_family_is_asked_of_clips_by_texts_of_its_own():
    for _, question in asked(config("{family: 'tests.questions.test_clips:OfClips', show: clip}")):
        assert question.prompt.startswith("What is number")
        assert "of the video?" in question.prompt
    for _, question in asked(config("{family: 'tests.questions.test_clips:OfClips'}")):
        assert "of the video?" not in question.prompt


def test_no_clip_is_asked_of_a_state_between():
    own = config("{family: 'tests.questions.test_clips:Between', show: clip}")
    with pytest.raises(UserError, match="return subjects, each with images of the exhibit"):
        [*asked(own)]
