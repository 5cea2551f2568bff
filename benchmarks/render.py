"""Pictures against time: `make bench`, or `python benchmarks/render.py`.

For fixed scenes and views it renders a converged reference (cached), TRANCE's settings, and each preset of ours, in
alternating rounds, and prints how much faster each is than TRANCE's settings and how near it comes to the reference.
"""

import argparse
import hashlib
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import bpy
import flip_evaluator
import numpy as np
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from throughput import machine

from tvrgen import config, geometry, sampler, worker
from tvrgen.settings import PRESETS

CACHE = Path(__file__).parent / ".cache"
CAMERAS = ("left", "center", "right")
SETUP = ("seed=4", "cameras.final=[left, center, right]", "sampling.visible=[4, 10]", "splits.train.count=100")


@dataclass
class Result:
    """One setting's seconds (all rounds) and pictures (of the last round), by shot."""

    seconds: list[list[float]] = field(default_factory=list)
    pictures: list[np.ndarray] = field(default_factory=list)


def trance(samples: int, dither: float = 1.0) -> None:
    """TRANCE's settings: no denoising, no adaptive sampling, at most 4 bounces; all else as Blender has it.

    Blender's default dither adds noise of half a level to 8-bit files, which SSIM counts.
    """
    scene = bpy.context.scene
    cycles = scene.cycles
    for name in (
        "use_light_tree",
        "caustics_reflective",
        "caustics_refractive",
        "blur_glossy",
        "sample_clamp_indirect",
    ):
        cycles.property_unset(name)
    cycles.samples, cycles.use_denoising, cycles.use_adaptive_sampling = samples, False, False
    scene.render.dither_intensity, scene.render.use_persistent_data = dither, False


def shots(settings: config.Config, count: int) -> list[tuple]:
    """(state, view, lights) of initial and final states in turn, from each camera in turn."""
    found = []
    for k, camera in zip(range(count), itertools.cycle(CAMERAS), strict=False):
        planned = sampler.plan_problem(settings, "train", k)
        view = geometry.view(next(c for c in planned.problem.cameras if c.name == camera), 320, 240)
        found.append((planned.states[-(k % 2)], view, planned.problem.lights))
    return found


def take(renderer: worker.Renderer, shot: tuple, path: Path) -> tuple[float, np.ndarray]:
    start = time.perf_counter()
    renderer.render(*shot, path)
    seconds = time.perf_counter() - start
    with Image.open(path) as image:
        return seconds, np.asarray(image.convert("RGB"))


def reference(
    renderer: worker.Renderer, scene_shots: list[tuple], prepare: Callable, samples: int, look: str
) -> list[np.ndarray]:
    """Converged pictures with TRANCE's bounces, from the cache where they are there. `look`: what else they show."""
    CACHE.mkdir(exist_ok=True)
    pictures = []
    for k, shot in enumerate(scene_shots):
        key = hashlib.sha256(repr((shot, samples, look)).encode()).hexdigest()[:16]
        path = CACHE / f"{key}.png"
        if not path.exists():
            prepare()
            trance(samples, dither=0)
            bpy.context.scene.cycles.seed = 1  # noise of its own
            seconds, _ = take(renderer, shot, path.with_suffix(".new.png"))
            path.with_suffix(".new.png").replace(path)
            print(f"reference {k + 1} of {len(scene_shots)}: {samples} samples in {seconds:.0f} s", flush=True)
        pictures.append(np.asarray(Image.open(path).convert("RGB")))
    return pictures


def likeness(truth: np.ndarray, picture: np.ndarray) -> tuple[float, float, float]:
    """SSIM and PSNR of 8-bit sRGB, and FLIP (0: the same)."""
    error = flip_evaluator.evaluate(truth / np.float32(255), picture / np.float32(255), "LDR")[1]
    return (
        structural_similarity(truth, picture, channel_axis=2),
        peak_signal_noise_ratio(truth, picture),
        float(error),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=12, help="scenes, each from one camera (default: 12)")
    parser.add_argument("--reference", type=int, default=4096, help="samples of the reference (default: 4096)")
    parser.add_argument("--trance", type=int, default=512, help="samples of TRANCE's settings (default: 512)")
    parser.add_argument("--rounds", type=int, default=2, help="rounds that alternate between settings (default: 2)")
    options = parser.parse_args()

    base = config.load("quickstart", SETUP)
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.png"
        renderer = worker.open_renderer(base, Path(folder) / "log")
        look = repr((base.document["scene"], base.document["vocabulary"], bpy.app.version))

        def preset(name: str, *overrides: str) -> Callable[[], None]:
            split = config.load("quickstart", (*SETUP, f"render.preset={name}", *overrides)).split("train")
            return lambda: renderer.configure(split)

        def theirs(dither: float) -> Callable[[], None]:
            begin = preset("high")
            return lambda: (begin(), trance(options.trance, dither))

        settings = {
            f"TRANCE's ({options.trance} samples)": theirs(1),
            "the same without dither": theirs(0),
            **{name: preset(name) for name in PRESETS},
            "1 sample, not denoised": preset("draft", "render.samples=1", "render.denoise=false"),
        }
        scene_shots = shots(base, options.scenes)
        truth = reference(renderer, scene_shots, preset("high"), options.reference, look)
        results = {name: Result() for name in settings}
        for _ in range(options.rounds):
            for name, prepare in settings.items():
                prepare()
                taken = [take(renderer, shot, picture) for shot in scene_shots]
                results[name].seconds.append([seconds for seconds, _ in taken])
                results[name].pictures = [pixels for _, pixels in taken]
    print(f"{machine()}, Blender {bpy.app.version_string}")
    print(f"{options.scenes} scenes at 320x240 against {options.reference} samples; mean (worst)")
    slow = statistics.median(map(sum, next(iter(results.values())).seconds))
    for name, result in results.items():
        seconds = statistics.median(map(sum, result.seconds))
        ssim, psnr, flip = zip(*itertools.starmap(likeness, zip(truth, result.pictures, strict=True)), strict=True)
        print(
            f"{name:26} {seconds / options.scenes:7.2f} s  {slow / seconds:6.1f} times as fast"
            f"  SSIM {statistics.mean(ssim):.4f} ({min(ssim):.4f})  PSNR {statistics.mean(psnr):.1f} ({min(psnr):.1f})"
            f"  FLIP {statistics.mean(flip):.4f} ({max(flip):.4f})"
        )


if __name__ == "__main__":
    main()
