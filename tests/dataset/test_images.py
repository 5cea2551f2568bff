"""Image files of a problem: their paths in each shard format, and which shots have one."""

import pytest

from tests.tiny import handmade, load
from tvrgen.dataset.images import SUFFIX, ImageFile, image_files
from tvrgen.imaging.shots import Shot

EXPECTED = {
    "files": [
        "images/000007-initial-center.png",
        "images/000007-step1-center.png",
        "images/000007-final-left.png",
        "images/000007-final-center.png",
        "images/000007-final-right.png",
    ],
    "webdataset": [
        "train-000007.initial.png",
        "train-000007.step-1.png",
        "train-000007.final-0.png",
        "train-000007.final-1.png",
        "train-000007.final-2.png",
    ],
}


def files(*overrides: str) -> tuple[tuple[Shot, ...], tuple[ImageFile, ...]]:
    """The shots of problem 7, among them one between its two steps, and their image files."""
    config = load(*overrides)
    split = config.split("train")
    planned = handmade(config, split, 7)
    assert any(shot.intermediate for shot in planned.shots)
    return planned.shots, image_files(planned.problem, planned.shots, split)


@pytest.mark.parametrize("form", EXPECTED)
def test_each_shot_has_a_path_in_its_shard_format(form):
    shots, found = files(f"output.format={form}", "output.intermediate=true")
    assert [file.path for file in found] == EXPECTED[form]
    assert [file.shot for file in found] == list(shots)


@pytest.mark.parametrize("form", EXPECTED)
def test_intermediate_shots_have_files_where_the_config_asks_for_them(form):
    shots, found = files(f"output.format={form}")
    assert [file.path for file in found] == [path for path in EXPECTED[form] if "step" not in path]
    assert [file.shot for file in found] == [shot for shot in shots if not shot.intermediate]


@pytest.mark.parametrize("image", SUFFIX)
def test_a_path_ends_as_the_images_format(image):
    _, found = files(f"image.format={image}")
    assert {file.path.rpartition(".")[2] for file in found} == {SUFFIX[image][1:]}


@pytest.mark.parametrize("form", EXPECTED)
def test_annotations_are_png_files_beside_their_image(form):
    _, found = files(f"output.format={form}", "output.annotations=[index, depth]", "image.format=jpeg")
    paths = [path for file in found for path in (file.path, *file.annotations.values())]
    assert len(set(paths)) == len(paths)
    for file in found:
        assert list(file.annotations) == ["index", "depth"]
        assert all(path.endswith(".png") and kind in path for kind, path in file.annotations.items())


def test_a_file_has_no_annotations_unless_the_config_asks_for_them():
    assert all(file.annotations == {} for file in files()[1])
