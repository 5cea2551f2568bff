"""The named values that objects and steps can have, and what each of them means in the picture.

Terms: a *shape* is a mesh, a *size* a footprint radius in metres, a *material* a handful of shader inputs, a *color*
three sRGB bytes, a *direction* a pair (towards the viewer, to the viewer's right) in move lengths, a *distance* a
number of move lengths. The *grid* is the ground's lattice of places: the *field* holds all objects, the *stage* in
its middle is what cameras see.
"""

import dataclasses
import math
from dataclasses import dataclass

from tvrgen.errors import UserError

ATTRIBUTES = {"shape": "shapes", "size": "sizes", "color": "colors", "material": "materials"}
"""Attribute of an object -> the table of the vocabulary that lists its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A mesh file. `footprint` is the radius of its circle seen from above, in mesh units (None: measured).

    `data` is the file's content, so that a worker elsewhere needs no file; it is empty in a dataset that is read back.
    """

    mesh: str
    footprint: float | None
    sha256: str
    data: bytes = dataclasses.field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A recipe of `tvrgen.imaging.blender.materials` and its inputs."""

    recipe: str
    inputs: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Lengths on the ground: `unit` in metres, all others in units. Stage and field are squares of half side."""

    unit: float
    stage: int
    field: int
    move: int
    gap: int

    def on_stage(self, position: tuple[int, int]) -> bool:
        return max(abs(position[0]), abs(position[1])) <= self.stage

    def in_field(self, position: tuple[int, int]) -> bool:
        return max(abs(position[0]), abs(position[1])) <= self.field


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    shapes: dict[str, Shape]
    sizes: dict[str, float]
    materials: dict[str, Material]
    colors: dict[str, tuple[int, int, int]]
    directions: dict[str, tuple[float, float]]
    distances: tuple[int, ...]
    grid: Grid

    def values(self, attribute: str) -> tuple[str, ...]:
        """The names an attribute can have, in the file's order."""
        return tuple(getattr(self, ATTRIBUTES[attribute]))

    def facing(self, azimuth: float) -> "Vocabulary":
        """The same vocabulary for a viewer who stands at `azimuth` degrees: directions turned to world (x, y)."""
        cos, sin = math.cos(math.radians(azimuth)), math.sin(math.radians(azimuth))
        turned = {
            name: (round(towards * cos - right * sin, 9), round(towards * sin + right * cos, 9))
            for name, (towards, right) in self.directions.items()
        }
        return dataclasses.replace(self, directions=turned)

    def displacement(self, direction: str, distance: int) -> tuple[int, int]:
        """A move in grid units. Directions of a turned vocabulary are rounded to the grid."""
        return tuple(round(c * distance * self.grid.move) for c in self.directions[direction])


def from_document(document: dict, meshes: dict[str, bytes], where: str) -> Vocabulary:
    """A resolved document (`$defs/vocabulary` of the config's schema) and the contents of its mesh files."""
    grid = Grid(**document["grid"])
    if not grid.stage < grid.field:
        raise UserError(f"{where}: grid.field: {grid.field} is not larger than grid.stage ({grid.stage})")
    return Vocabulary(
        shapes={
            name: Shape(mesh=s["mesh"], footprint=s.get("footprint"), sha256=s["sha256"], data=meshes.get(name, b""))
            for name, s in document["shapes"].items()
        },
        sizes={name: float(radius) for name, radius in document["sizes"].items()},
        materials={
            name: Material(recipe=m["recipe"], inputs={k: v for k, v in m.items() if k != "recipe"})
            for name, m in document["materials"].items()
        },
        colors={name: tuple(rgb) for name, rgb in document["colors"].items()},
        directions={name: tuple(vector) for name, vector in document["directions"].items()},
        distances=tuple(document["distances"]),
        grid=grid,
    )
