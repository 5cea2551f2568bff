"""Vision-Zero: how its CLEVR game finds pairs of images and deals them.

bit-cook/Vision-Zero at 3caa84d (a copy; wangqinsi1/Vision-Zero is stored without its code),
src/open-r1-multimodal/src/open_r1/clevr_spotdiff_generator.py. Its folder of scenes is named, and never read.
"""

import random
from pathlib import Path

PLAYERS = 4
CHANGED = 2
"""Objects that are said to be replaced in the odd player's picture, in the same places."""


def pairs(folder: Path) -> list[tuple[Path, Path]]:
    """The pairs of a folder: each original, by its name, with its modified image. No folder in it is searched."""
    there = {path.name for path in folder.iterdir()}
    names = [name.replace("_original.png", "") for name in there if "_original.png" in name]
    return [
        (folder / f"{name}_original.png", folder / f"{name}_modified.png")
        for name in sorted(names)
        if f"{name}_modified.png" in there
    ]


def dealt(folder: Path, seed: int) -> tuple[int, list[Path]]:
    """The odd player of a game, and the image that each player sees."""
    draw = random.Random(seed)
    original, modified = draw.choice(pairs(folder))
    odd = draw.randrange(PLAYERS)
    return odd, [modified if player == odd else original for player in range(PLAYERS)]
