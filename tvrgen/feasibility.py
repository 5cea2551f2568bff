"""Demands that no scene can meet, found before the first problem is drawn."""

import math
from collections.abc import Callable

from tvrgen.errors import UserError
from tvrgen.settings import Split
from tvrgen.transform import Attribute, Position

JAMMING_DENSITY = 0.547
"""Share of a plane that equal discs cover when they are dropped at random until none fits (Feder 1980)."""


def check(split: Split, where: Callable[[str], str]) -> None:
    """Raises UserError for an impossible demand; `where` gives a key its full path."""
    sampling, words = split.sampling, split.vocabulary
    low, high = sampling.objects
    if sampling.visible is not None and sampling.visible[1] > high:
        raise UserError(
            f"{where('sampling.visible')}: {sampling.visible[1]} visible objects, but sampling.objects allows {high};"
            f" write at most {high}, or all"
        )
    looks = math.prod(len(table) for table in (words.shapes, words.sizes, words.colors, words.materials))
    if high > looks:
        raise UserError(f"{where('sampling.objects')}: {high} objects cannot all look different; write at most {looks}")
    most_visible, least_visible = sampling.visible[::-1] if sampling.visible else (high, low)
    for key, number, room in (
        ("sampling.visible" if sampling.visible else "sampling.objects", most_visible, stage_room(split)),
        ("sampling.objects", high - least_visible, field_room(split)),
    ):
        if number > room:
            side = 2 * words.grid.unit * (words.grid.stage if key == "sampling.visible" else words.grid.field)
            raise UserError(
                f"{where(key)}: {number} objects do not fit on {side:.3g} x {side:.3g} m; write at most {room},"
                " or allow smaller sizes only (sampling.only.size)"
            )
    for name, kind in split.kinds.items():
        values = kind.values(words)
        if len(values) < (2 if isinstance(kind, Attribute) else 1):
            raise UserError(
                f"{where('sampling.kinds')}: {name} has {len(values)} values left; leave it out or allow more"
            )
    hidden = high - least_visible
    if any(isinstance(k, Position) for k in split.kinds.values()) and sampling.moves == ("in",) and not hidden:
        raise UserError(
            f"{where('sampling.moves')}: nothing can enter where all objects are visible; write inner or out"
        )
    most_steps = capacity(split, least_visible)
    if sampling.steps[1] > most_steps:
        raise UserError(
            f"{where('sampling.steps')}: {sampling.steps[1]} steps, but {least_visible} visible"
            f" object{'s' if least_visible > 1 else ''} can change {most_steps} times ({', '.join(split.kinds)});"
            f" write at most {most_steps}, or raise sampling.visible"
        )


def capacity(split: Split, visible: int) -> int:
    """Most steps that a scene with so many visible objects allows: each of them once for each kind."""
    return visible * len(split.kinds)


def stage_room(split: Split) -> int:
    """About how many objects fit on the stage when they are placed at random."""
    return _room(split, split.vocabulary.grid.stage)


def field_room(split: Split) -> int:
    """About how many objects fit into the field around the stage."""
    return _room(split, split.vocabulary.grid.field) - stage_room(split)


def _room(split: Split, half_side: int) -> int:
    grid, radii = split.vocabulary.grid, split.vocabulary.sizes.values()
    reach = [radius + grid.gap * grid.unit / 2 for radius in radii]
    disc = math.pi * sum(r * r for r in reach) / len(reach)
    # centres may lie on the edge, so that footprints reach beyond it
    side = 2 * (half_side * grid.unit + sum(reach) / len(reach))
    return max(1, int(JAMMING_DENSITY * side * side / disc))
