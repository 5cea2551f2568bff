"""The vocabulary: the named values of objects and steps, with their meshes, lengths, materials and colors.

Terms: a *shape* is a mesh, a *size* a footprint radius in metres, a *material* a handful of shader inputs, a *color*
three sRGB bytes, a *direction* a pair (towards the viewer, to the viewer's right) in move lengths, a *distance* a
number of move lengths. The *grid* is the lattice of positions on the ground: the *field* contains all objects, the
cameras see the *stage* in its middle.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.keys import REQUIRED, Key, build
from tvrgen.scene.attributes import BUILT_IN, NAME, SHIPPED, Attribute
from tvrgen.scene.model import Bytes, Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A mesh file, and the radius of its footprint.

    `footprint` None: it is measured. `least_turn` None: it is not known, as nothing turns. `data` is the file's
    content, so that remote workers need no file; it is empty in a dataset that is read back, so no level of a problem
    may follow from it.
    """

    mesh: Annotated[str, Key("The mesh file, in the folder of the vocabulary file.", default=REQUIRED)]
    footprint: Annotated[
        float | None,
        Key(
            "Radius in mesh units of the circle around the mesh seen from above, which is scaled to the size's radius. "
            "Measured where absent.",
            minimum=0.001,
        ),
    ] = None
    sha256: Annotated[str, Key("SHA-256 of the mesh file; filled in by tvrgen.")]
    least_turn: Annotated[
        float | None,
        Key(
            "Degrees: the smallest turn about the vertical after which the mesh looks the same, 0 if it shows none; "
            "filled in by tvrgen where objects turn.",
            minimum=0,
            maximum=360,
        ),
    ] = None
    data: bytes = dataclasses.field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A recipe of `tvrgen.imaging.blender.materials` and its inputs."""

    recipe: str
    inputs: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The lattice of positions. `unit` is in metres, all other lengths are in units."""

    unit: Annotated[float, Key("Metres.", minimum=0.001)]
    stage: Annotated[int, Key("Half side of the square that cameras see.", minimum=1, maximum=500)]
    field: Annotated[int, Key("Half side of the square that holds all objects.", minimum=2, maximum=1000)]
    move: Annotated[int, Key("Length of a move of distance 1.", minimum=1, maximum=500)]
    gap: Annotated[int, Key("Smallest free distance between two footprints.", minimum=0, maximum=100)]

    def on_stage(self, position: tuple[int, int]) -> bool:
        """Whether a position is on the stage, its edge included."""
        (x, y), reach = position, self.stage
        return -reach <= x <= reach and -reach <= y <= reach

    def shows(self, obj: Object) -> bool:
        """Whether an object is present and on the stage, where the cameras see it."""
        return obj.present and self.on_stage(obj.position)

    def in_field(self, position: tuple[int, int]) -> bool:
        """Whether a position is in the field, its edge included."""
        (x, y), reach = position, self.field
        return -reach <= x <= reach and -reach <= y <= reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The named values of attributes and moves.

    `attributes` has all attributes of objects: the built-in ones, then those that the document adds.
    """

    extends: ClassVar[
        Annotated[
            str | None,
            Key("The vocabulary this one adds to; null: none.", default="assets/vocabulary.yaml", form="file_or_null"),
        ]
    ]
    shapes: Annotated[
        dict[str, Shape], Key("A shape is a mesh file: PLY, GLB, OBJ or STL, z up, in the cube [-1, 1]^3.", names=NAME)
    ]
    sizes: Annotated[dict[str, float], Key("Footprint radius in metres.", names=NAME, minimum=0.001, maximum=3)]
    materials: Annotated[
        dict[str, Material],
        Key(
            "A recipe and its inputs; principled takes the inputs of Blender's Principled BSDF in snake case, matte "
            "takes roughness, glass ior, density, roughness and gloss_roughness.",
            names=NAME,
            entries="material",
        ),
    ]
    colors: Annotated[dict[str, Bytes], Key("sRGB bytes.", names=NAME, entries="rgb")]
    directions: Annotated[
        dict[str, tuple[float, float]],
        Key("(towards the viewer, to the viewer's right) in move lengths.", names=NAME, entries="direction"),
    ]
    distances: Annotated[tuple[int, ...], Key("Lengths of moves, in move lengths.", at_least=1, minimum=1, maximum=20)]
    grid: Annotated[Grid, Key()]
    attributes: Annotated[
        dict[str, Attribute],
        Key(
            "Further attributes of objects, besides shape, size, color and material: a shipped one by its name, such "
            "as texture: {}, or one of your own.",
            names=NAME,
        ),
    ] = dataclasses.field(default_factory=lambda: dict(BUILT_IN))

    def table(self, attribute: str) -> Mapping[str, Any]:
        """The values that an attribute can have, with what each stands for: a mesh, a radius, bytes, inputs.

        It is empty for an attribute that objects do not have.
        """
        if attribute not in self.attributes:
            return {}
        declared = self.attributes[attribute]
        table: Mapping[str, Any] = getattr(self, declared.table) if declared.table else declared.values
        return table

    def values(self, attribute: str) -> tuple[str, ...]:
        """The names that an attribute can have, in the file's order."""
        return tuple(self.table(attribute))

    @property
    def own_functions(self) -> list[str]:
        """The functions, besides the shipped ones, that show attributes: code of whoever wrote the config."""
        known = {attribute.shown for attribute in SHIPPED.values()}
        return sorted({attribute.shown for attribute in self.attributes.values() if attribute.shown} - known)

    def narrowed(self, values: Mapping[str, Sequence[str]]) -> "Vocabulary":
        """The vocabulary with these values of the attributes alone."""
        tables, attributes = {}, dict(self.attributes)
        for name, kept in values.items():
            table = {value: self.table(name)[value] for value in kept}
            if declared := attributes[name].table:
                tables[declared] = table
            else:
                attributes[name] = dataclasses.replace(attributes[name], values=table)
        changes: dict[str, Any] = {**tables, "attributes": attributes}
        return dataclasses.replace(self, **changes)

    def object(
        self,
        values: Mapping[str, str],
        position: tuple[int, int] = (0, 0),
        rotation: float = 0.0,
        present: bool = True,
    ) -> Object:
        """An object with a value of each attribute."""
        built_in: dict[str, Any] = {name: values[name] for name in BUILT_IN}
        further: tuple[tuple[Attribute, str], ...] = ()
        if len(self.attributes) > len(BUILT_IN):
            further = tuple((own, values[name]) for name, own in self.attributes.items() if name not in BUILT_IN)
        return Object(**built_in, position=position, rotation=rotation, further=further, present=present)

    def facing(self, azimuth: float) -> "Vocabulary":
        """The same vocabulary for a viewer at `azimuth` degrees: directions become world (x, y)."""
        cos, sin = math.cos(math.radians(azimuth)), math.sin(math.radians(azimuth))
        turned = {
            name: (round(towards * cos - right * sin, 9), round(towards * sin + right * cos, 9))
            for name, (towards, right) in self.directions.items()
        }
        return dataclasses.replace(self, directions=turned)

    def displacement(self, direction: str, distance: int) -> tuple[int, int]:
        """A move in grid units. Directions of a turned vocabulary are rounded to the grid."""
        x, y = (round(c * distance * self.grid.move) for c in self.directions[direction])
        return x, y


def from_document(document: Record, meshes: dict[str, bytes], where: str) -> Vocabulary:
    """Builds a vocabulary from a resolved document (`$defs/vocabulary` of the config's schema).

    `meshes` holds the contents of its mesh files by shape; `where` names the document in messages. Raises UserError if
    the field is not larger than the stage, and for a further attribute with a name that an object has already, or
    without values.
    """
    vocabulary = build(
        Vocabulary,
        document,
        shapes={name: build(Shape, s, data=meshes.get(name, b"")) for name, s in document["shapes"].items()},
        sizes={name: float(radius) for name, radius in document["sizes"].items()},
        materials={
            name: Material(recipe=m["recipe"], inputs={k: v for k, v in m.items() if k != "recipe"})
            for name, m in document["materials"].items()
        },
        attributes={**BUILT_IN, **_further(document.get("attributes", {}), f"{where}: attributes")},
    )
    grid = vocabulary.grid
    if not grid.stage < grid.field:
        raise UserError(f"{where}: grid.field: {grid.field} is not larger than grid.stage ({grid.stage})")
    return vocabulary


_TAKEN = ("index", "on_stage", "present")
"""Keys of an object in records that are no fields."""


def _further(document: Record, where: str) -> dict[str, Attribute]:
    for name, entry in document.items():
        if name in _TAKEN or hasattr(Object, name):
            raise UserError(f"{where}.{name}: an object has a {name} already; choose another name")
        if not entry.get("values"):
            raise UserError(f"{where}.{name}.values: is missing; {name} is none of the shipped attributes")
    return {name: build(Attribute, entry, name=name) for name, entry in document.items()}
