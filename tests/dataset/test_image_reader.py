"""Reading of images: three formats, within a limit of pixels, from files and from tars."""

import io

import pytest
from PIL import Image

import tvrgen
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.dataset.image_reader import decoded
from tvrgen.dataset.images import SUFFIX


def encoded(form, size=(4, 3)):
    file = io.BytesIO()
    Image.new("RGB", size, (1, 2, 3)).save(file, form)
    return file.getvalue()


@pytest.mark.parametrize("form", SUFFIX)
def test_the_formats_of_datasets_are_read(form, tmp_path):
    path = tmp_path / f"x{SUFFIX[form]}"
    path.write_bytes(encoded(form))
    assert tvrgen.open_image(str(path)).size == (4, 3)
    assert decoded(path, "x", form).size == (4, 3)


@pytest.mark.parametrize("form", ["gif", "bmp", "tiff", "ppm", "eps", "pdf"])
def test_other_formats_are_no_images(form, tmp_path):
    (tmp_path / "x.png").write_bytes(encoded(form))
    with pytest.raises(OSError, match=r"cannot identify|is no image"):
        tvrgen.open_image(str(tmp_path / "x.png"))


@pytest.mark.parametrize("damage", [b"", b"\x89PNG\r\n\x1a\n", None], ids=["empty", "head", "cut"])
def test_a_damaged_image_is_named(damage, tmp_path):
    (tmp_path / "x.png").write_bytes(encoded("png")[:-30] if damage is None else damage)
    with pytest.raises(OSError, match=r"x\.png|cannot identify|truncated"):
        tvrgen.open_image(str(tmp_path / "x.png"))


def test_the_limit_of_pixels_can_be_raised(tmp_path, monkeypatch):
    (tmp_path / "x.png").write_bytes(encoded("png", (101, 100)))
    monkeypatch.setenv("TVRGEN_MAX_IMAGE_PIXELS", "10000")
    with pytest.raises(UserError, match="has 10100 pixels; at most 10000 are read, unless TVRGEN_MAX_IMAGE_PIXELS"):
        tvrgen.open_image(str(tmp_path / "x.png"))
    monkeypatch.setenv("TVRGEN_MAX_IMAGE_PIXELS", "10100")
    assert tvrgen.open_image(str(tmp_path / "x.png")).size == (101, 100)


@pytest.mark.parametrize("place", ["folder", "memory"])
def test_images_in_tars_are_found_by_name(place, tmp_path):
    root = tmp_path / "wds" if place == "folder" else "memory://images-in-tars"
    generate_flat(root, load("output.format=webdataset"), FlatRenderer())
    images = [name for line in tvrgen.open_dataset(root).questions() for name in line["images"]]
    assert {tvrgen.open_image(name).size for name in images} == {(80, 60)}
    with pytest.raises(FileNotFoundError):
        tvrgen.open_image(images[0].replace("train-000000", "train-000009"))
