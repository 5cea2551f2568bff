"""Lengths in the commands of READMEs: upper limits of what the data have, for Qwen2.5-VL."""

import json
import re

import pytest

from tests.consumers.loaders import QWEN_TOKENS_A_CHARACTER
from tests.export.data import flat
from tests.export.rows import read
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen.export import lengths
from tvrgen.export.run import export, find

IMAGES = {
    # pixels: tokens of Qwen2.5-VL's image processor
    (320, 240): 99, (640, 480): 391, (1024, 768): 999, (2048, 2048): 5329, (80, 60): 6, (32, 32): 4, (28, 1000): 36,
}  # fmt: skip


@pytest.mark.parametrize("size", IMAGES)
def test_images_have_the_tokens_that_qwen_gives_them(size):
    assert lengths.image_tokens(*size) == IMAGES[size]


def test_consumers_that_scale_images_change_their_tokens():
    assert lengths.image_tokens(320, 240, find("easyr1").pixels) == 352  # up, to 262,144 pixels
    assert lengths.image_tokens(1024, 768, find("llamafactory").pixels) == 713  # down, to 589,824
    for width, height in ((37, 2048), (2048, 33), (1999, 1501)):
        assert 4 <= lengths.image_tokens(width, height, (3136, 50_000)) <= 50_000 // 784


def test_a_text_has_at_most_a_token_for_three_bytes():
    """Chinese has one for each character, which is three bytes, or fewer."""
    short, long = (lengths.compute([(32, 32)], (3 * n, 0)) for n in (1, 10_000))
    assert (short.images, short.prompt, short.whole) == (8, 256, 256)
    assert 10_000 <= long.prompt < 10_000 + 8 + 64 + 256
    assert QWEN_TOKENS_A_CHARACTER < 1 / 3
    assert lengths.compute([(32, 32)], (30, 3000)).whole >= 1000


SET = {
    "verl": r"data\.max_prompt_length=(\d+)",
    "easyr1": r"data\.max_prompt_length=(\d+)",
    "trl": r"--max_prompt_length (\d+)",
    "llamafactory": r"--cutoff_len (\d+)",
    "vision-r1": r"--cutoff_len (\d+)",
}


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A dataset with rationales, and images of 640 x 480 and, in one split, of 1024 x 768."""
    size = ("render.width=640", "render.height=480", "question.rationale=full")
    splits = "splits={train: {count: 2}, test: {count: 1, render: {width: 1024, height: 768}}}"
    return flat(tmp_path_factory.mktemp("large") / "data", splits, *size)


@pytest.mark.parametrize("name", SET)
def test_nothing_is_cut(large, name, tmp_path):
    kind = find(name)
    for splits, size in ((None, (1024, 768)), ("train", (640, 480))):
        out = tmp_path / str(splits)
        export(large, name, out, split=splits)
        text = (out / "README.md").read_text()
        [limit] = {int(found) for found in re.findall(SET[name], text)}
        due = 0
        for split in json.loads((out / "export.json").read_text())["questions"]:
            for row in read(name, out, split):
                said = row.whole["messages"][1]["content"] if name == "llamafactory" else ""
                said = row.whole["rationale"] + row.whole["answer"] if name == "vision-r1" else said
                tokens = 2 * lengths.image_tokens(*size, kind.pixels) + 30
                due = max(due, tokens + QWEN_TOKENS_A_CHARACTER * len(row.prompt + said))
        assert due <= limit < 1.5 * due + 256
        assert f"two pictures of {size[0]} x {size[1]}" in text.replace("\n", " ")


def test_llamafactory_keeps_answers_that_its_own_limit_cuts(large, tmp_path):
    export(large, "llamafactory", tmp_path / "out")
    assert int(re.search(SET["llamafactory"], (tmp_path / "out/README.md").read_text())[1]) > 2048


def test_trl_before_0_28_cuts_nothing(flat_dataset, tmp_path):
    """The README's code, with the configs of both: one that has the limit, and one that has none."""
    export(flat_dataset, "trl", tmp_path / "out")
    code = re.search(r"```python\n(.*?)```", (tmp_path / "out/README.md").read_text(), re.DOTALL)[1]
    lines = code[code.index("arguments = ") : code.index("GRPOTrainer(")]

    class New:
        def __init__(self, max_completion_length):
            self.max_completion_length = max_completion_length

    class Old(New):
        max_prompt_length = 512

    for kind in (New, Old):
        names = {"GRPOConfig": kind}
        exec(lines, names)
        assert getattr(names["arguments"], "max_prompt_length", None) is None
        assert names["arguments"].max_completion_length == 2048


def test_easyr1_has_room_for_a_prompt_and_its_response(tmp_path):
    """It takes 8,192 tokens in a batch by default, and refuses to start with less than both."""
    for side, batched in ((64, 8192), (2048, 13312)):
        data = generate_flat(
            tmp_path / f"data{side}",
            load("splits.train.count=1", f"render.width={side}", f"render.height={side}"),
            FlatRenderer(),
        )
        export(data, "easyr1", tmp_path / f"out{side}")
        text = (tmp_path / f"out{side}/README.md").read_text()
        assert f"worker.rollout.max_num_batched_tokens={batched} " in text
        assert "worker.actor.model.model_path=Qwen/Qwen2.5-VL" in text
