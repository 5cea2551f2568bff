"""Similarity of the images of CPU, CUDA and OptiX: a part of `gpu.py`."""

import importlib.util
import itertools
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from gpu_workers import Fault, Setting, Workers
from PIL import Image


def likeness(
    workers: Workers, scenes: int, devices: list[str], folder: Path, seconds: float
) -> Iterator[dict[str, Any]]:
    """Yields the similarity of the images of each two devices, and the reason for each device that fails.

    Each worker renders one scene on all devices, into the folder. Without scikit-image, SSIM is omitted.
    """
    made = []
    for device in devices:
        try:
            workers.ask(scenes, "configure", Setting(device=device), seconds=seconds)
            workers.ask(scenes, "image", str(folder / f"{{}}-{device}.png"), seconds=seconds)
            workers.ask(scenes, "release", seconds=seconds)
            made.append(device)
        except Fault as fault:
            yield {"device": device, "failed": str(fault)}
            if fault.fatal:
                break
    for one, other in itertools.combinations(made, 2):
        pairs = [
            (_pixels(path), _pixels(path.with_name(path.name.replace(f"-{one}.", f"-{other}."))))
            for path in sorted(folder.glob(f"*-{one}.png"))
        ]
        yield {"devices": [one, other], "scenes": len(pairs), **_ssim(pairs)} | {
            "largest_difference": max(int(np.abs(a.astype(int) - b).max()) for a, b in pairs)
        }


def _ssim(pairs: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    if importlib.util.find_spec("skimage") is None:
        return {}
    from skimage.metrics import structural_similarity

    found = [float(structural_similarity(a, b, channel_axis=2)) for a, b in pairs]
    return {"ssim": round(statistics.mean(found), 5), "worst_ssim": round(min(found), 5)}


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
