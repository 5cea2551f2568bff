"""The denoiser: nearer to the truth, edges kept, any size, on any number of threads."""

import numpy as np
import pytest

from tvrgen._support.errors import UserError
from tvrgen.imaging.renderer import RendererLost

pytestmark = pytest.mark.blender


def denoiser(threads: int = 0, device: str = "cpu"):
    from tvrgen.imaging.blender.denoiser import Denoiser

    return Denoiser(device, threads)


@pytest.fixture
def fresh():
    """Denoisers and GPUs that tests invent are not kept for later ones."""
    from tvrgen.imaging.blender import denoiser as module

    yield module
    module.denoiser.cache_clear()
    module._shared.cache_clear()


def half_and_half(height: int, width: int) -> np.ndarray:
    """Dark on the left, bright red on the right."""
    image = np.full((height, width, 3), (60, 60, 60), np.uint8)
    image[:, width // 2 :] = (200, 40, 40)
    return image


def noisy(image: np.ndarray) -> np.ndarray:
    noise = np.random.Generator(np.random.PCG64(0)).normal(0, 8, image.shape)
    return (image + noise).clip(0, 255).astype(np.uint8)


def error(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(W,): mean distance in 8-bit levels, column by column."""
    return np.abs(a.astype(int) - b).mean(axis=(0, 2))


@pytest.mark.parametrize("size", [(64, 64), (60, 80), (97, 131)])
def test_noise_goes_and_edges_stay(size):
    clean = denoiser()
    truth = half_and_half(*size)
    for order in ("C", "F"):  # the second one with what was prepared for the first
        after = error(clean(np.asarray(noisy(truth), order=order)), truth)
        assert after.mean() < 0.3 * error(noisy(truth), truth).mean()
        assert after[size[1] // 2 - 2 : size[1] // 2 + 2].max() < 20  # the edge is 140 levels high


def test_sizes_may_take_turns_and_threads_do_not_matter():
    one, two = denoiser(1), denoiser(2)
    for size in ((64, 64), (80, 60), (64, 64)):
        image = noisy(half_and_half(*size))
        assert np.abs(one(image).astype(int) - two(image)).max() <= 1


def test_a_fault_of_the_library_is_one_line_and_passes():
    clean, image = denoiser(), noisy(half_and_half(64, 64))
    before = clean(image)
    disturb(clean)
    with pytest.raises(
        UserError, match=r"^render\.denoise: Open Image Denoise fails on cpu: .*; write denoise: false$"
    ):
        clean(image)
    np.testing.assert_array_equal(clean(image), before)


def disturb(clean) -> None:
    """Makes the next image fail: the filter has no output."""
    clean._library.oidnSetFilterImage(clean._filter, b"output", None, 3, 64, 64, 0, 0, 0)
    clean._library.oidnCommitFilter(clean._filter)


@pytest.mark.parametrize("kind", ["cuda", "optix", "hip", "oneapi", "metal"])
def test_the_cpu_denoises_where_a_gpu_cannot(kind, fresh, monkeypatch, caplog):
    for device in set(fresh._TYPES) - {"cpu"}:
        monkeypatch.setitem(fresh._TYPES, device, 99)  # no such type
    made = [fresh.denoiser(kind, 1, 64, 48) for _ in range(3)]
    assert {one.device for one in made} == {"cpu"}
    device = "cuda" if kind == "optix" else kind
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [f"Open Image Denoise fails on {device}"]
    assert caplog.text.rstrip().endswith("; the CPU denoises instead")
    made[0](noisy(half_and_half(48, 64)))


def test_a_gpu_denoises_by_the_same_calls(fresh, monkeypatch):
    """With the CPU in the GPU's place."""
    monkeypatch.setitem(fresh._TYPES, "cuda", fresh._TYPES["cpu"])
    clean, image = fresh.denoiser("optix", 1, 80, 60), noisy(half_and_half(60, 80))
    assert clean.device == "cuda"
    np.testing.assert_array_equal(clean(image), denoiser(1)(image))
    assert fresh.denoiser("cuda", 1, 64, 64) is clean


def test_a_gpu_that_fails_later_loses_the_renderer(fresh, monkeypatch):
    """Half a shard would be denoised on another device otherwise."""
    monkeypatch.setitem(fresh._TYPES, "cuda", fresh._TYPES["cpu"])
    clean = fresh.denoiser("cuda", 1, 64, 64)
    disturb(clean)
    with pytest.raises(RendererLost, match="Open Image Denoise fails on cuda: "):
        clean(noisy(half_and_half(64, 64)))


def test_a_blender_without_the_library_says_so(monkeypatch, tmp_path):
    import bpy

    from tvrgen.imaging.blender.denoiser import _load

    monkeypatch.setattr(bpy.utils, "resource_path", lambda kind: str(tmp_path / "4.5"))
    _load.cache_clear()
    with pytest.raises(UserError, match=r"render\.denoise: no Open Image Denoise in .*; write denoise: false"):
        denoiser()
    (tmp_path / "libOpenImageDenoise.so.2").write_text("no library")
    with pytest.raises(
        UserError, match=r"render\.denoise: Open Image Denoise cannot be loaded: .*; write denoise: fal"
    ):
        denoiser()
