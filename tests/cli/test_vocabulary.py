"""`tvrgen vocabulary`: every look on one sheet, by a renderer that paints each object in its own color."""

import itertools

import numpy as np
import pytest
from PIL import Image

from tests.tiny import FlatRenderer, run, write_config
from tvrgen._support.errors import UserError
from tvrgen.cli.main import main
from tvrgen.generation import worker
from tvrgen.imaging.renderer import RendererLost
from tvrgen.scene.vocabulary import Vocabulary

pytestmark = pytest.mark.rays  # meshes are read

OWN = """
vocabulary:
  colors: {orange: [255, 140, 0], black: [1, 1, 1]}
  sizes: {tiny: 0.2}
  materials: {satin: {recipe: principled, metallic: 0.6, roughness: 0.4}}
  attributes: {pattern: {values: {plain: {}, dots: {}}, shown: "tests.cli.test_vocabulary:show"}}
splits:
  train: {count: 10}
  test: {count: 10, cameras: {initial: left}, sampling: {only: {color: [orange, red]}}, render: {samples: 9}}
"""


class Painter(FlatRenderer):
    """Renderer that paints an image in the color of its object."""

    def __init__(self, words: Vocabulary) -> None:
        super().__init__()
        self.words, self.configured = words, []

    def configure(self, split):
        self.configured.append(split.render)
        return super().configure(split)

    def render(self, shot, path) -> None:
        self.asked.append(shot)
        assert (shot.view.width, shot.view.height) == (self.split.render.width, self.split.render.height)
        [obj] = shot.state.objects
        Image.new("RGB", (shot.view.width, shot.view.height), self.words.colors[obj.color]).save(path)


@pytest.fixture
def painters(monkeypatch) -> list[Painter]:
    """The renderers that were opened."""
    opened = []

    def open_renderer(config, log):
        opened.append(Painter(config.vocabulary))
        return opened[-1]

    monkeypatch.setattr(worker, "open_renderer", open_renderer)
    return opened


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working directory, with a config."""
    write_config(tmp_path, OWN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_look_is_rendered_and_on_the_sheet(folder, painters, capsys):
    assert main(["vocabulary", "config.yaml", "--out", "sheet.png", "--width", "160", "--only", "size=tiny,large"]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["config.yaml", "sheet.png"]
    [painter] = painters
    words = painter.words
    looks = [tuple(shot.state.objects[0].attributes.items()) for shot in painter.asked]
    values = {name: words.values(name) for name in words.attributes} | {"size": ("large", "tiny")}
    products = itertools.product(*([(name, value) for value in own] for name, own in values.items()))
    assert sorted(looks) == sorted(products)
    with Image.open("sheet.png") as image:
        pixels = np.asarray(image)
        assert capsys.readouterr().out == f"sheet.png: {image.width} x {image.height} pixels\n"
    for name, rgb in words.colors.items():
        areas = [shot.view.width * shot.view.height for shot in painter.asked if shot.state.objects[0].color == name]
        assert (pixels == rgb).all(axis=2).sum() >= sum(areas), name


def test_objects_keep_their_scale_and_are_whole(folder, painters):
    """A size's images are as wide as its radius demands, whatever the other sizes are."""
    assert main(["vocabulary", "config.yaml", "--out", "sheet.png", "--only", "material=satin"]) == 0
    words = painters[0].words
    widths = {shot.state.objects[0].size: shot.view.width for shot in painters[0].asked}
    per_metre = [widths[size] / words.sizes[size] for size in words.sizes]
    assert max(per_metre) < 1.2 * min(per_metre)
    focal = {round(shot.view.focal, 6) for shot in painters[0].asked}
    assert focal == {round(640 * 35 / 32, 6)}


def test_options_choose_looks_camera_and_quality(folder, painters):
    options = ["--only", "size=small,tiny", "--only", "color=orange", "--camera", "right", "--preset", "draft"]
    assert main(["vocabulary", "config.yaml", "--out", "a.PNG", *options]) == 0
    [painter] = painters
    assert {shot.camera.name for shot in painter.asked} == {"right"}
    assert {(shot.state.objects[0].size, shot.state.objects[0].color) for shot in painter.asked} == {
        ("small", "orange"),
        ("tiny", "orange"),
    }
    assert {render.samples for render in painter.configured} == {4}


def test_a_split_has_its_own_values_camera_and_quality(folder, painters):
    assert main(["vocabulary", "config.yaml", "--out", "a.png", "--split", "test"]) == 0
    [painter] = painters
    assert {shot.camera.name for shot in painter.asked} == {"left"}
    assert {shot.state.objects[0].color for shot in painter.asked} == {"orange", "red"}
    assert {render.samples for render in painter.configured} == {9}


MISTAKES = [
    (["nothing.yaml"], "no such config"),
    (["quickstrat"], "did you mean 'quickstart'?"),
    (["--out", "sheet.jpg"], "PNG file"),
    (["--out", "sheet"], "PNG file"),
    (["--out", "-"], "PNG file"),
    (["--out", ""], "PNG file"),
    (["--out", "s3://bucket/sheet.png"], "a file on this machine"),
    (["--out", "nowhere/sheet.png"], "make it first"),
    (["--out", "folder.png"], "is a folder"),
    (["--only", "colour=red"], "did you mean 'color'?"),
    (["--only", "color=orage"], "did you mean 'orange'?"),
    (["--only", "color=red,"], "--only color="),
    (["--only", "red"], "write an attribute and its values"),
    (["--only", "color="], "write an attribute and its values"),
    (["--camera", "centre"], "did you mean 'center'?"),
    (["--preset", "drat"], "did you mean 'draft'?"),
    (["--width", "0"], "at least 1"),
    (["--width", "20000"], "smaller width"),
    (["--split", "tset"], "did you mean 'test'?"),
    (["--set", "render.width"], "--set"),
    (["--size", "small"], "unknown arguments"),
]


@pytest.mark.parametrize(("given", "says"), MISTAKES, ids=[" ".join(given) for given, _ in MISTAKES])
def test_a_mistake_is_one_line_and_writes_nothing(given, says, folder, painters, capsys):
    (folder / "folder.png").mkdir()
    before = sorted(folder.iterdir())
    config = [] if given[0].endswith((".yaml", "strat")) else ["config.yaml"]
    out = [] if "--out" in given else ["--out", "sheet.png"]
    try:
        code = main(["vocabulary", *config, *given, *out])
    except SystemExit as stop:
        code = stop.code
    printed = capsys.readouterr()
    assert code == 2
    assert printed.err.startswith("tvrgen: error: ")
    assert printed.err.count("\n") == 1
    assert says in printed.err
    assert printed.out == ""
    assert sorted(folder.iterdir()) == before
    assert not [shot for painter in painters for shot in painter.asked]


@pytest.mark.parametrize(
    "error", [RendererLost("the GPU fails: illegal address"), OSError("no space"), KeyboardInterrupt()]
)
def test_a_sheet_that_fails_leaves_the_former_one(error, folder, painters, monkeypatch, capsys):
    def render(*_):
        raise error

    (folder / "sheet.png").write_bytes(b"former")
    monkeypatch.setattr(Painter, "render", render)
    assert main(["vocabulary", "config.yaml", "--out", "sheet.png"]) == (
        130 if isinstance(error, KeyboardInterrupt) else 2
    )
    assert capsys.readouterr().err.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == ["config.yaml", "sheet.png"]
    assert (folder / "sheet.png").read_bytes() == b"former"


def test_a_place_that_takes_no_file_is_found_before_rendering(folder, painters, monkeypatch, capsys):
    def no_file(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("tvrgen._support.files.open", no_file, raising=False)
    assert main(["vocabulary", "config.yaml", "--out", "sheet.png"]) == 2
    assert "Permission denied" in capsys.readouterr().err
    assert not painters


def test_a_former_sheet_is_replaced(folder, painters):
    (folder / "sheet.png").write_bytes(b"former")
    assert main(["vocabulary", "config.yaml", "--out", "sheet.png", "--only", "size=tiny"]) == 0
    with Image.open(folder / "sheet.png") as image:
        assert image.format == "PNG"


def test_no_blender_is_one_line(folder, monkeypatch, capsys):
    def open_renderer(*_):
        raise UserError("Blender cannot be loaded")

    monkeypatch.setattr(worker, "open_renderer", open_renderer)
    assert main(["vocabulary", "config.yaml", "--out", "sheet.png"]) == 2
    assert capsys.readouterr().err == "tvrgen: error: Blender cannot be loaded\n"


@pytest.mark.blender
def test_blender_renders_the_looks(tmp_path):
    only = ["--only", "size=large", "--only", "material=rubber", "--only", "color=red,cyan", "--only", "shape=cube"]
    out = tmp_path / "sheet.png"
    run("vocabulary", "quickstart", "--out", out, "--width", "120", "--preset", "draft", *only, check=True)
    assert list(tmp_path.iterdir()) == [out]
    with Image.open(out) as image:
        red, green, blue = np.asarray(image).astype(int).transpose(2, 0, 1)
    assert (red > 2 * np.maximum(green, blue)).sum() > 100
    assert (np.minimum(green, blue) > 2 * red).sum() > 100
