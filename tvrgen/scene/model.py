"""The data of a problem: objects, states, cameras, lights, and the base scene around them.

A field with a `Key` is also a key of a config's `scene`.
"""

import dataclasses
import operator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar

from tvrgen._support.keys import REQUIRED, Key
from tvrgen._support.messages import nearest
from tvrgen.scene.attributes import BUILT_IN, NAME, Attribute, in_looks

Vector = tuple[float, float, float]
Bytes = tuple[int, int, int]
"""sRGB, each 0 to 255."""

STAGE_LINE_HEIGHT = 0.002
"""Height in metres of the line around the stage above the ground: in one plane, the two would flicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """An object on the ground. Its attributes hold names of the vocabulary.

    `position` is (x, y) in grid units, so that equality is exact; `rotation` is about z, in degrees. `further` has the
    attributes that a vocabulary adds, with their values, in its order; each is read by its name too (`obj.texture`).
    An object that is not `present` has yet to appear, or has disappeared: it is not drawn, listed or bumped into.
    """

    shape: str
    size: str
    color: str
    material: str
    position: tuple[int, int]
    rotation: float
    further: tuple[tuple[Attribute, str], ...] = ()
    present: bool = True

    @property
    def looks(self) -> tuple[str, ...]:
        """The values that tell objects apart, in the order of English adjectives: size, color, material, shape."""
        if not self.further:
            return self.size, self.color, self.material, self.shape
        return tuple(getattr(self, name) for name in _looks_of(tuple(attribute for attribute, _ in self.further)))

    @property
    def attributes(self) -> dict[str, str]:
        """All attributes and their values, further ones last."""
        built_in = {name: getattr(self, name) for name in BUILT_IN}
        return {**built_in, **{attribute.name: value for attribute, value in self.further}}

    def __getattr__(self, name: str) -> str:
        """The value of a further attribute. Called only for names that are no fields."""
        if name != "further":  # which is not there yet while an object is unpickled
            for attribute, value in self.further:
                if attribute.name == name:
                    return value
        raise AttributeError(f"an object has no {name!r}")

    def replace(self, **changes: Any) -> "Object":
        """The object with some fields, or values of further attributes, replaced.

        Raises TypeError for a name that is neither.
        """
        if self.further and (own := {attribute.name for attribute, _ in self.further} & changes.keys()):
            values = {name: changes.pop(name) for name in own}
            further = tuple((attribute, values.get(attribute.name, value)) for attribute, value in self.further)
            changes["further"] = further
        try:  # a part of the time of dataclasses.replace: planning replaces a lot
            return Object(**{**dict(zip(_FIELDS, _fields(self), strict=True)), **changes})
        except TypeError:
            known = [*self.attributes, "position", "rotation", "present"]
            strange = next(name for name in changes if name not in (*known, "further"))
            raise TypeError(f"an object has no {strange!r}{nearest(strange, known)}") from None


_FIELDS = tuple(field.name for field in dataclasses.fields(Object))
_fields = operator.attrgetter(*_FIELDS)


@lru_cache(maxsize=64)
def _looks_of(further: tuple[Attribute, ...]) -> tuple[str, ...]:
    return in_looks({**BUILT_IN, **{attribute.name: attribute for attribute in further}})


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All objects at one moment, those off stage included. An object's index is its name in questions."""

    objects: tuple[Object, ...]

    def __getitem__(self, index: int) -> Object:
        return self.objects[index]

    def with_object(self, index: int, obj: Object) -> "State":
        """The state with another object at an index."""
        return State(objects=(*self.objects[:index], obj, *self.objects[index + 1 :]))

    def replace(self, index: int, **changes: Any) -> "State":
        """The state with some fields of the object at an index replaced."""
        return self.with_object(index, self.objects[index].replace(**changes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A pinhole camera. A config places it by location, or by azimuth, elevation and distance from look_at.

    Lengths in the scene are in metres, those of the camera in millimetres; z points up in the image.
    """

    name: str
    location: Annotated[Vector, Key(form="point")]
    azimuth: ClassVar[Annotated[float, Key(form="azimuth")]]
    elevation: ClassVar[Annotated[float, Key(form="elevation")]]
    distance: ClassVar[Annotated[float, Key(form="distance")]]
    look_at: Annotated[Vector, Key(default=[0, 0, 0], form="point")] = (0.0, 0.0, 0.0)
    focal_length: Annotated[float, Key("Millimetres.", default=35, above=0)] = 35.0
    sensor_width: Annotated[float, Key("Millimetres, over the image's width.", default=32, above=0)] = 32.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Orbit:
    """A rig of cameras around the stage, evenly spaced, named orbit_0, orbit_1, ..."""

    count: Annotated[int, Key(default=REQUIRED, minimum=1, maximum=360)]
    elevation: Annotated[float, Key(default=REQUIRED, form="elevation")]
    distance: Annotated[float, Key(default=REQUIRED, form="distance")]
    azimuth: Annotated[float, Key("Azimuth of orbit_0, in degrees.", default=0, form="azimuth")]
    look_at: Annotated[Vector, Key(default=[0, 0, 0], form="point")]
    focal_length: Annotated[float, Key("Millimetres.", default=35, above=0)]
    sensor_width: Annotated[float, Key("Millimetres.", default=32, above=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """A lamp: an area light or a sun."""

    name: str
    type: Annotated[str, Key(default="area", choices=("area", "sun"))]
    location: Annotated[Vector, Key(default=REQUIRED, form="point")]
    look_at: Annotated[Vector, Key(default=[0, 0, 0], form="point")] = (0.0, 0.0, 0.0)
    power: Annotated[float, Key("Watts; of a sun, W/m2.", default=REQUIRED, minimum=0)]
    size: Annotated[float, Key("Side in metres; of a sun, degrees.", default=0.5, minimum=0)]
    color: Annotated[Vector, Key("Linear RGB.", default=[1, 1, 1], form="linear_rgb")] = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The ground: a matte square."""

    color: Annotated[Bytes, Key(default=[128, 128, 128], form="rgb")]
    half_size: Annotated[float, Key("Metres.", default=40, above=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    """The line around the stage."""

    color: Annotated[Bytes, Key(default=[60, 60, 60], form="rgb")]
    width: Annotated[float, Key("Width in metres; 0: no line.", default=0.03, minimum=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The background: uniform light from all directions."""

    color: Annotated[Bytes, Key(default=[255, 255, 255], form="rgb")]
    strength: Annotated[float, Key("Strength of the light; 0: none.", default=0, minimum=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jitter:
    """Random shift of locations: uniform on each axis, drawn for each problem. Values are half widths in metres."""

    camera: Annotated[float, Key("Shift of cameras.", default=0, minimum=0)]
    light: Annotated[float, Key("Shift of area lights; suns stay.", default=0, minimum=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneSpec:
    """The surroundings of the objects: ground, world, cameras and lights.

    It is the scene before jitter. A config's `extends` and `orbit` are resolved into the other keys.
    """

    extends: ClassVar[
        Annotated[
            str | None,
            Key("A scene file that this one adds to, beside it or packaged.", default=None, form="file_or_null"),
        ]
    ]
    ground: Annotated[Ground, Key(default={})]
    stage_line: Annotated[StageLine, Key(default={})]
    world: Annotated[World, Key(default={})]
    cameras: Annotated[dict[str, Camera], Key(default={}, names=NAME)]
    orbit: ClassVar[Annotated[Orbit, Key()]]
    lights: Annotated[dict[str, Light], Key(at_least=1, names=NAME)]
    jitter: Annotated[Jitter, Key(default={})]
