"""What a problem is made of: objects, states, steps, cameras and lights. Data, nothing else."""

from dataclasses import dataclass

Vector = tuple[float, float, float]

STAGE_LINE_HEIGHT = 0.002
"""Metres by which the line around the stage lies above the ground, against flicker between the two."""


LOOKS = ("size", "color", "material", "shape")
"""The attributes of `Object.looks`, in the order in which English says them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """One thing on the ground. Values are names of the vocabulary.

    `position` is (x, y) in grid units, so that equality is exact; `rotation` is about z, in degrees.
    """

    shape: str
    size: str
    color: str
    material: str
    position: tuple[int, int]
    rotation: float

    @property
    def looks(self) -> tuple[str, str, str, str]:
        """The values of the attributes of LOOKS."""
        return self.size, self.color, self.material, self.shape


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All objects at one moment, those off stage included. An object's index is its name in questions."""

    objects: tuple[Object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A pinhole camera. Places in metres, lens and sensor width in millimetres; z points up in the picture."""

    name: str
    location: Vector
    look_at: Vector = (0.0, 0.0, 0.0)
    focal_length: float = 35.0
    sensor_width: float = 32.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """A lamp. `type` area: power in watts, size is its side in metres. `type` sun: power in W/m², size in degrees.

    `color` is linear RGB in [0, 1].
    """

    name: str
    type: str
    location: Vector
    look_at: Vector = (0.0, 0.0, 0.0)
    power: float
    size: float
    color: Vector = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The table top, matte: sRGB bytes, half side in metres."""

    color: tuple[int, int, int]
    half_size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    """The thin frame drawn around the stage: sRGB bytes, width in metres (0: none)."""

    color: tuple[int, int, int]
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The even light from all around: sRGB bytes and strength."""

    color: tuple[int, int, int]
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Jitter:
    """Half widths in metres of the uniform noise added to each axis of a camera's or an area light's location."""

    camera: float
    light: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneSpec:
    """A base scene: what stands around the objects, before jitter."""

    ground: Ground
    stage_line: StageLine
    world: World
    cameras: dict[str, Camera]
    lights: dict[str, Light]
    jitter: Jitter
