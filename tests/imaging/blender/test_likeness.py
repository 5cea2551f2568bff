"""The same problem looks the same on every device: measured where a GPU is; the measure itself is tested on the CPU."""

import dataclasses
import statistics

import numpy as np
import pytest
from PIL import Image

from tests.tiny import load
from tvrgen.imaging.shots import Shot
from tvrgen.imaging.visibility import Eye
from tvrgen.sampling import sampler

pytestmark = pytest.mark.blender

LEAST_SSIM = {"cuda": 0.999, "optix": 0.998, "hip": 0.998, "oneapi": 0.998, "metal": 0.998}
"""Device -> the least mean structural similarity to images of the CPU, in the preset `standard`."""

PROBLEMS = 6
SEEN = 8  # levels of 255 by which the mean colour of an object's pixels may differ
PIXELS = 30  # of an object that is compared


@pytest.fixture(scope="module")
def renderer(tmp_path_factory):
    from tvrgen.imaging.blender.renderer import Renderer

    config = config_for("cpu")
    return Renderer(config.scene, config.vocabulary, tmp_path_factory.mktemp("likeness") / "log")


def config_for(device: str, width: int = 320, height: int = 240):
    settings = ("preset=standard", f"width={width}", f"height={height}", f"device={device}", "threads=0")
    return load(*(f"render.{setting}" for setting in settings), "render.samples=128")


def shots(problems: int, width: int = 320, height: int = 240) -> list[Shot]:
    config = config_for("cpu", width, height)
    return [shot for index in range(problems) for shot in sampler.plan_problem(config, "train", index).shots]


def images(renderer, device, found: list[Shot], folder) -> list[np.ndarray]:
    """(H, W, 3) uint8 of each shot, rendered on a device."""
    view = found[0].view
    renderer.configure(config_for(device, view.width, view.height).split("train"))
    made = []
    for k, shot in enumerate(found):
        path = folder / f"{device}-{k}.png"
        renderer.render(shot, path)
        with Image.open(path) as image:
            made.append(np.asarray(image))
    return made


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    metrics = pytest.importorskip("skimage.metrics")
    return float(metrics.structural_similarity(one, other, channel_axis=2))


def unlike(shot: Shot, one: np.ndarray, other: np.ndarray) -> list[int]:
    """Indices of the objects whose pixels differ in their mean colour: one image may lack them."""
    index = Eye(config_for("cpu").vocabulary).index_map(shot.state, shot.view)
    found = []
    for k in range(len(shot.state.objects)):
        mask = index == k + 1
        if mask.sum() >= PIXELS:
            difference = one[mask].mean(axis=0) - other[mask].mean(axis=0)
            found += [k] * bool(np.abs(difference).max() > SEEN)
    return found


@pytest.mark.parametrize("device", LEAST_SSIM)
def test_a_gpu_makes_the_images_of_the_cpu(device, renderer, tmp_path):
    if device not in renderer.devices():
        pytest.skip(f"no {device} device on this machine")
    found = shots(PROBLEMS)
    pairs = list(zip(images(renderer, "cpu", found, tmp_path), images(renderer, device, found, tmp_path), strict=True))
    assert statistics.mean(ssim(*pair) for pair in pairs) >= LEAST_SSIM[device]
    assert [unlike(shot, *pair) for shot, pair in zip(found, pairs, strict=True)] == [[]] * len(found)


def test_the_measure_finds_an_object_that_is_missing(renderer, tmp_path):
    shot = next(shot for shot in shots(3, 160, 120) if any(sight.pixels >= PIXELS for sight in shot.seen))
    (whole,) = images(renderer, "cpu", [shot], tmp_path)
    assert ssim(whole, whole) == 1
    assert unlike(shot, whole, whole) == []
    gone = max(range(len(shot.seen)), key=lambda k: shot.seen[k].pixels)
    aside = dataclasses.replace(shot.state.objects[gone], position=(1000, 1000))
    objects = (*shot.state.objects[:gone], aside, *shot.state.objects[gone + 1 :])
    without = dataclasses.replace(shot, state=dataclasses.replace(shot.state, objects=objects))
    (less,) = images(renderer, "cpu", [without], tmp_path)
    assert gone in unlike(shot, whole, less)
    assert ssim(whole, less) < min(LEAST_SSIM.values())
