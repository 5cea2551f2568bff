"""Vision-Zero: pairs that its game can deal, of which what its prompts say is true."""

import json

import pytest

from tests.asked import Painter
from tests.consumers.rules import vision_zero
from tests.export.data import refused
from tests.tiny import SHIPPED, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.run import export

STILL = ("sampling.kinds=[color, shape, size, material]",)


@pytest.mark.rays
@pytest.mark.parametrize("name", SHIPPED)
def test_what_the_prompts_say_of_pairs_is_true(ready, name, tmp_path):
    data = open_dataset(ready(name))
    try:
        export(ready(name), "vision-zero", tmp_path / "out")
    except UserError as error:
        assert "no question is left for this format: it leaves out" in str(error)  # noqa: PT017
        assert not (tmp_path / "out").exists()
        kept = set()
    else:
        files = sorted((tmp_path / "out").glob("*.jsonl"))
        kept = {json.loads(line)["id"] for file in files for line in file.read_text().splitlines()}
        assert {path.stem for file in files for path in (tmp_path / "out" / file.stem).iterdir()} == {
            f"{own}_{end}" for own in kept for end in ("original", "modified")
        }
    scenes = {scene["id"]: scene for scene in data.scenes()}
    for line in data.questions():
        if "family" in line or "mirrored" in line:
            assert line["id"] not in kept
            continue
        scene = scenes[line["scene"]]
        before, after = (scene[state]["objects"] for state in ("initial", "final"))
        still = all(one["position"] == other["position"] for one, other in zip(before, after, strict=True))
        changed = sum(one != other for one, other in zip(before, after, strict=True))
        same_view = line["view"]["initial"] == line["view"]["final"] and "final_cameras" not in scene
        assert (line["id"] in kept) == (still and changed == vision_zero.CHANGED and same_view), line["id"]


def test_the_game_deals_pairs(tmp_path):
    """Images differ from each other, so that it shows which is which."""
    data = generate_flat(tmp_path / "data", load(*STILL, "cameras.final=[center]"), Painter())
    export(data, "vision-zero", tmp_path / "out")
    rows = [json.loads(text) for text in (tmp_path / "out/train.jsonl").read_text().splitlines()]
    found = vision_zero.pairs(tmp_path / "out/train")
    assert [[str(path.relative_to(tmp_path / "out")) for path in pair] for pair in found] == [
        row["images"] for row in rows
    ]
    lines = {line["id"]: line for line in open_dataset(data).questions()}
    for row, pair in zip(rows, found, strict=True):
        originals = [(data / path).read_bytes() for path in lines[row["id"]]["images"]]
        assert [path.read_bytes() for path in pair] == originals
    for seed in range(20):
        odd, seen = vision_zero.dealt(tmp_path / "out/train", seed)
        assert [seen.count(image) for image in seen] == [1 if player == odd else 3 for player in range(4)]


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["cameras.final=[left]", *STILL], r"5 that show the second image from another viewpoint$"),
        (["cameras.final=[center]", "sampling.no_change=0.5", *STILL], r"5 that show the second image from another"),
        (["cameras.final=[center]"], r"it leaves out 5 that change more than the looks of objects$"),
        (["image.format=jpeg"], r"split train: its images are jpeg, and .* generate with image.format=png$"),
    ],
)
def test_what_its_game_cannot_use_is_refused(overrides, said, tmp_path):
    refused(said, generate_flat(tmp_path / "data", load(*overrides), Painter()), "vision-zero", tmp_path / "out")
    assert not (tmp_path / "out").exists()
