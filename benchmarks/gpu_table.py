"""Results of `gpu.py` as lines and as a table in Markdown."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from gpu_workers import Setting

COLUMNS = {
    "workers": "workers", "device": "device", "preset": "preset", "denoised_on": "denoised on",
    "persistent": "persistent data", "mps": "MPS", "states": "states", "images_a_second": "images per second",
    "first_s": "first image, s", "image_s": "one image, s", "gpu_percent": "GPU use, %", "card_mb": "GPU memory, MB",
    "card_mb_a_worker": "GPU memory of a worker, MB", "worker_mb": "memory of a worker, MB",
}  # fmt: skip


def line(row: dict[str, Any]) -> str:
    """A row in one line: its differences from tvrgen's defaults, and its figures or the reason why it failed."""
    usual = dataclasses.asdict(Setting(device=row["device"]))
    differs = [f"{name}: {row[name]}" for name, value in usual.items() if row[name] != value]
    made = ", ".join([f"{row['workers']} on {row['device']}", *["MPS"] * row["mps"], *differs])
    if "failed" in row:
        return f"{made}: {row['failed']}"
    return f"{made}: {row['images_a_second']} images/s, first image after {row['first_s']} s"


def table(made: Sequence[dict[str, Any]]) -> str:
    """The rows as a table in Markdown, then the failed ones, one per line."""

    def cell(row: dict[str, Any], name: str) -> str:
        value = row.get(name)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "-" if value is None else str(value)

    whole = [row for row in made if "failed" not in row]
    lines = [COLUMNS.values(), ["---"] * len(COLUMNS), *([cell(row, name) for name in COLUMNS] for row in whole)]
    text = "\n".join(f"| {' | '.join(own)} |" for own in lines)
    return "\n".join([text, *(line(row) for row in made if "failed" in row)])
