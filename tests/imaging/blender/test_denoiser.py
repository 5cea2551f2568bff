"""The denoiser: nearer to the truth, edges kept, any size, on any number of threads."""

import numpy as np
import pytest

from tvrgen._support.errors import UserError

pytestmark = pytest.mark.blender


def denoiser(threads: int = 0):
    from tvrgen.imaging.blender.denoiser import Denoiser

    return Denoiser(threads)


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
    clean._library.oidnSetSharedFilterImage(clean._filter, b"output", None, 3, 64, 64, 0, 0, 0)
    clean._library.oidnCommitFilter(clean._filter)
    with pytest.raises(UserError, match=r"^render\.denoise: Open Image Denoise fails: .*; write denoise: false$"):
        clean(image)
    np.testing.assert_array_equal(clean(image), before)


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
