"""Images against time: `make bench`, or `python benchmarks/render.py`.

For fixed scenes and views it renders a converged reference (cached), TRANCE's settings, and each preset of ours, in
alternating rounds, and prints how much faster each is than TRANCE's settings and how near it comes to the reference.
Then it makes whole problems, and prints what share of their time is neither path tracing nor denoising.
"""

import argparse
import hashlib
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import bpy
import flip_evaluator
import numpy as np
import tifffile
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from throughput import machine

from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.config.settings import PRESETS
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.open import open_storage
from tvrgen.generation import worker
from tvrgen.imaging.blender import lamps, materials, stage, textures
from tvrgen.imaging.blender.renderer import quiet
from tvrgen.imaging.renderer import Renderer
from tvrgen.imaging.shots import Shot
from tvrgen.sampling import sampler
from tvrgen.scene import camera_model, mesh

CACHE = Path(__file__).parent / ".cache"
CAMERAS = ("left", "center", "right")
SETUP = ("seed=4", "cameras.final=[left, center, right]", "sampling.on_stage=[4, 10]", "splits.train.count=100")
PROBLEMS = 4  # made whole, for the share of everything else


@dataclass
class Result:
    """One setting's seconds (all rounds) and images (of the last round), by shot."""

    seconds: list[list[float]] = field(default_factory=list)
    images: list[np.ndarray] = field(default_factory=list)


def trance(renderer: Renderer, samples: int, dither: float = 1.0) -> None:
    """TRANCE's settings: no denoising, no adaptive sampling, at most 4 bounces; all else as Blender has it.

    Blender's default dither adds noise of half a level to 8-bit files, which SSIM counts.
    """
    scene = bpy.context.scene
    renderer._stage.lamps.divide(False)
    for name in ("use_light_tree", "sampling_pattern"):
        scene.cycles.property_unset(name)
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = samples, False
    scene.render.dither_intensity, scene.render.use_persistent_data = dither, False


def without_dither(path: Path) -> np.ndarray:
    """The image just rendered, saved again with no dither."""
    scene = bpy.context.scene
    dither, scene.render.dither_intensity = scene.render.dither_intensity, 0
    bpy.data.images["Render Result"].save_render(str(path.with_suffix(".rgb")), scene=scene)
    scene.render.dither_intensity = dither
    with Image.open(path.with_suffix(".rgb")) as image:
        return np.asarray(image.convert("RGB"))


def shown(document: dict) -> str:
    """What reference images depend on, besides what a shot says: scene, vocabulary, and the code that builds them."""
    sources = [Path(module.__file__).read_bytes() for module in (stage, lamps, materials, textures, mesh)]
    parts = document["scene"], document["vocabulary"], bpy.app.version, [hashlib.sha256(s).hexdigest() for s in sources]
    return repr(parts)


def shots(settings: loader.Config, count: int) -> list[Shot]:
    """Shots of initial and final states in turn, from each camera in turn."""
    found = []
    for k, camera in zip(range(count), itertools.cycle(CAMERAS), strict=False):
        planned = sampler.plan_problem(settings, "train", k)
        view = camera_model.view(next(c for c in planned.problem.cameras if c.name == camera), 320, 240)
        state = planned.states[-(k % 2)]
        found.append(Shot(when="initial", state=state, view=view, lights=planned.problem.lights))
    return found


def take(renderer: Renderer, shot: Shot, path: Path) -> tuple[float, np.ndarray]:
    start = time.perf_counter()
    renderer.render(shot, path)
    seconds = time.perf_counter() - start
    with Image.open(path) as image:
        return seconds, np.asarray(image.convert("RGB"))


def reference(scene_shots: list[Shot], renderer: Renderer, samples: int, look: str) -> list[np.ndarray]:
    """Converged images, by TRANCE's settings but for the samples: (H, W, 3) in [0, 255], at 16 bits, as rounding them
    to 8 would count against both sides. From the cache where they are there; `look`: what they depend on.
    """
    CACHE.mkdir(exist_ok=True)
    found, scene = [], bpy.context.scene
    for k, shot in enumerate(scene_shots):
        path = CACHE / f"{hashlib.sha256(repr((shot, samples, look)).encode()).hexdigest()[:16]}.tif"
        if not path.exists():
            start = time.perf_counter()
            trance(renderer, samples, dither=0)
            scene.cycles.seed = 1  # noise of its own
            converged(renderer, shot, path)
            print(
                f"reference {k + 1} of {len(scene_shots)}: {samples} samples in {time.perf_counter() - start:.0f} s",
                flush=True,
            )
        found.append(tifffile.imread(path) / 257.0)
    return found


def converged(renderer: Renderer, shot: Shot, path: Path) -> None:
    """An image as Blender renders it, 16-bit."""
    scene = bpy.context.scene
    with quiet(renderer._log):
        renderer._stage.set(shot)
        settings = scene.render.image_settings
        settings.file_format, settings.color_depth, settings.tiff_codec = "TIFF", "16", "NONE"
        scene.render.filepath = str(path.with_suffix(".new.tif"))
        bpy.ops.render.render(write_still=True)
    path.with_suffix(".new.tif").replace(path)


def likeness(truth: np.ndarray, image: np.ndarray) -> tuple[float, float, float]:
    """SSIM and PSNR of sRGB in [0, 255], and FLIP (0: the same)."""
    pair = truth, image.astype(np.float64)
    error = flip_evaluator.evaluate(*(p.astype(np.float32) / 255 for p in pair), "LDR")[1]
    return (
        structural_similarity(*pair, channel_axis=2, data_range=255),
        peak_signal_noise_ratio(*pair, data_range=255),
        float(error),
    )


def overhead(renderer: Renderer, rounds: int) -> str:
    """What share of the wall time of whole problems is neither path tracing nor denoising: one shard, made with all
    annotations as `tvrgen generate` makes it, but for opening Blender; made again without denoising, and then with one
    and with sixteen samples, which tells what a sample takes. Medians of rounds that alternate."""
    standard = (*SETUP, f"splits.train.count={PROBLEMS}", "output.annotations=[index, depth, normals]")
    raw = (*standard, "render.denoise=false")
    ways = {
        "whole": standard,
        "raw": raw,
        "one sample": (*raw, "render.samples=1"),
        "sixteen": (*raw, "render.samples=16", "render.noise_threshold=0"),
    }
    walls: dict[str, list[float]] = {name: [] for name in ways}
    for name, overrides in list(ways.items()) * rounds:
        settings = loader.load("quickstart", assignments(overrides))
        (shard,) = shards_of(settings, "train")
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            images = sum(worker.shard_steps(settings, shard, open_storage(folder), renderer))
            walls[name].append(time.perf_counter() - start)
            run = json.loads((Path(folder) / shard.path / "run.json").read_text(encoding="utf-8"))
        if name == "whole":
            annotating = run["seconds"]["annotating"]
    whole, raw, one, sixteen = (statistics.median(walls[name]) for name in ways)
    parts = {"path tracing": raw - one + (sixteen - one) / 15, "denoising": whole - raw}
    parts |= {"all else": whole - sum(parts.values()), "of it annotations": annotating}
    spent = ", ".join(f"{what} {seconds / whole:.1%}" for what, seconds in parts.items())
    return f"{PROBLEMS} problems with all annotations, {images} images in {whole:.1f} s: {spent}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=12, help="scenes, each from one camera (default: 12)")
    parser.add_argument("--reference", type=int, default=4096, help="samples of the reference (default: 4096)")
    parser.add_argument("--trance", type=int, default=512, help="samples of TRANCE's settings (default: 512)")
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds that alternate between settings (default: 3; 0: reference only)"
    )
    options = parser.parse_args()

    base = loader.load("quickstart", assignments(SETUP))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.png"
        renderer = worker.open_renderer(base, Path(folder) / "log")

        def preset(name: str, *overrides: str) -> Callable[[], None]:
            pairs = assignments((*SETUP, f"render.preset={name}", *overrides))
            split = loader.load("quickstart", pairs).split("train")
            return lambda: (renderer.configure(split), renderer._stage.lamps.divide(True))

        raw = preset("standard", "render.denoise=false")

        first, undithered = f"TRANCE's ({options.trance} samples)", "the same without dither"
        settings = {
            first: lambda: (raw(), trance(renderer, options.trance)),
            **{name: preset(name) for name in PRESETS},
            "standard, not denoised": raw,
            "1 sample, not denoised": preset("standard", "render.denoise=false", "render.samples=1"),
        }
        scene_shots = shots(base, options.scenes)
        raw()
        truth = reference(scene_shots, renderer, options.reference, shown(base.document))
        results = {name: Result() for name in (first, undithered, *settings)}
        for _ in range(options.rounds):
            results[undithered].images = []
            for name, prepare in settings.items():
                prepare()
                taken = []
                for shot in scene_shots:
                    taken.append(take(renderer, shot, path))
                    if name == first:
                        results[undithered].images.append(without_dither(path))
                results[name].seconds.append([seconds for seconds, _ in taken])
                results[name].images = [pixels for _, pixels in taken]
            results[undithered].seconds = results[first].seconds
        if not options.rounds:
            return
        share = overhead(renderer, options.rounds)
    print(f"{machine()}, Blender {bpy.app.version_string}")
    print(f"{options.scenes} scenes at 320x240 against {options.reference} samples; mean (worst)")
    per_image = {n: statistics.median(map(sum, r.seconds)) / options.scenes for n, r in results.items()}
    for name, result in results.items():
        ssim, psnr, flip = zip(*itertools.starmap(likeness, zip(truth, result.images, strict=True)), strict=True)
        print(
            f"{name:26} {per_image[name]:7.3f} s  {per_image[first] / per_image[name]:6.1f} times as fast"
            f"  SSIM {statistics.mean(ssim):.5f} ({min(ssim):.4f})  PSNR {statistics.mean(psnr):.1f} ({min(psnr):.1f})"
            f"  FLIP {statistics.mean(flip):.4f} ({max(flip):.4f})"
        )
    print(share)


if __name__ == "__main__":
    main()
