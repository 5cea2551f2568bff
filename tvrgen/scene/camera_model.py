"""The camera model: views, the poses of objects, and the projection of points.

Everything here uses elementwise IEEE arithmetic only: matrix products go through BLAS, which rounds differently
from one processor to the next, and a problem must be the same on all of them.

Camera coordinates are those of computer vision: x right, y down, z forward, all in metres. Pixel (0, 0) is the
upper left one and its centre is (0.5, 0.5).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tvrgen.scene.model import Camera, Object, Vector
from tvrgen.scene.vocabulary import Vocabulary

Coordinate: TypeAlias = Any
"""A float, or an array of floats of any shape: the formulas are elementwise, and hold for both."""

Point: TypeAlias = Sequence[Coordinate] | NDArray[np.float64]
"""x, y and z, each a `Coordinate`."""


@dataclass(frozen=True, slots=True)
class View:
    """A camera at a resolution. `rotation` has the camera's x, y and z axis as rows, in world coordinates."""

    camera: Camera
    width: int
    height: int
    rotation: tuple[Vector, ...]
    focal: float

    @property
    def intrinsics(self) -> list[list[float]]:
        """The 3x3 matrix K in pixels."""
        return [[self.focal, 0.0, self.width / 2], [0.0, self.focal, self.height / 2], [0.0, 0.0, 1.0]]

    @property
    def world_to_camera(self) -> list[list[float]]:
        """The 4x4 matrix from world to camera coordinates, in metres."""
        rows = [[*axis, -dot(axis, self.camera.location)] for axis in self.rotation]
        return [*rows, [0.0, 0.0, 0.0, 1.0]]

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """World points (N, 3) -> (N, 3): pixel x, pixel y, depth along the optical axis in metres."""
        u, v, depth = self._camera_coordinates(points.T)
        return np.stack([u, v, depth], axis=1)

    def project_each(self, points: Point) -> tuple[Coordinate, Coordinate]:
        """World x, y and z, each an array of any one shape -> pixel x and pixel y in that shape."""
        u, v, _ = self._camera_coordinates(points)
        return u, v

    def _camera_coordinates(self, points: Point) -> tuple[Coordinate, Coordinate, Coordinate]:
        """Pixel x, pixel y and depth."""
        offset = [points[k] - self.camera.location[k] for k in range(3)]
        x, y, z = (dot(axis, offset) for axis in self.rotation)
        return self.focal * x / z + self.width / 2, self.focal * y / z + self.height / 2, z


@dataclass(frozen=True, slots=True)
class Placement:
    """The pose of an object's mesh: scaled by `radius`, turned about z by (cos, sin), moved to (x, y). Metres.

    Each is a float, or an array with one for each point that is to be placed.
    """

    x: Coordinate
    y: Coordinate
    radius: Coordinate
    cos: Coordinate
    sin: Coordinate

    def to_world(self, local: Point) -> list[Coordinate]:
        """x, y and z of points in mesh coordinates -> in the world."""
        x, y, z = self.turn_to_world([c * self.radius for c in local])
        return [x + self.x, y + self.y, z]

    def turn_to_world(self, vector: Point) -> list[Coordinate]:
        """A direction in mesh coordinates -> in the world, of the same length."""
        x, y, z = vector
        return [self.cos * x - self.sin * y, self.sin * x + self.cos * y, z]

    def to_local(self, point: Point) -> tuple[Coordinate, Coordinate, Coordinate]:
        """x, y and z of a point in the world -> in mesh coordinates."""
        return self.turn_to_local((point[0] - self.x, point[1] - self.y, point[2]))

    def turn_to_local(self, vector: Point) -> tuple[Coordinate, Coordinate, Coordinate]:
        """A direction in the world -> in mesh coordinates."""
        x, y, z = vector
        return (
            (self.cos * x + self.sin * y) / self.radius,
            (self.cos * y - self.sin * x) / self.radius,
            z / self.radius,
        )

    def depth(self, view: "View") -> float:
        """The depth of the point at the height of `radius` above the position, along the optical axis, in metres."""
        offset = (self.x, self.y, self.radius)
        return float(dot(view.rotation[2], [offset[k] - view.camera.location[k] for k in range(3)]))

    def power(self, camera: Camera) -> float:
        """The power of the camera's ground point to the footprint circle, in square metres.

        Of two footprints that do not overlap, the line of equal powers runs between them. So the object with the
        smaller power is on the camera's side of an upright plane, and only it can hide the other.
        """
        dx, dy = camera.location[0] - self.x, camera.location[1] - self.y
        return float(dx * dx + dy * dy - self.radius * self.radius)


def place(obj: Object, vocabulary: Vocabulary) -> Placement:
    """The pose of an object in the world."""
    unit = vocabulary.grid.unit
    return Placement(obj.position[0] * unit, obj.position[1] * unit, vocabulary.sizes[obj.size], *turn(obj.rotation))


def view(camera: Camera, width: int, height: int) -> View:
    """The view of a camera at width x height pixels. The sensor's width always spans the image's width."""
    forward = _unit([t - p for t, p in zip(camera.look_at, camera.location, strict=True)])
    right = _unit(cross(forward, (0.0, 0.0, 1.0)))
    down = cross(forward, right)
    focal = camera.focal_length / camera.sensor_width * width
    return View(camera, width, height, (right, down, forward), focal)


def dot(a: Point, b: Point) -> Coordinate:
    """The dot product of two vectors, elementwise over arrays."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Point, b: Point) -> tuple[Coordinate, Coordinate, Coordinate]:
    """The cross product of two vectors, elementwise over arrays."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _unit(a: Sequence[float]) -> Vector:
    length = math.sqrt(dot(a, a))
    return a[0] / length, a[1] / length, a[2] / length


def turn(degrees: float) -> tuple[float, float]:
    """(cos, sin) of an angle, rounded so that the last bit of a C library's cosine cannot matter."""
    angle = math.radians(degrees)
    return round(math.cos(angle), 12), round(math.sin(angle), 12)


def around(centre: Sequence[float], azimuth: float, elevation: float, distance: float) -> Vector:
    """The point at an azimuth (from +x towards +y) and an elevation, in degrees, `distance` metres from `centre`."""
    (cos, sin), (flat, up) = turn(azimuth), turn(elevation)
    offset = (distance * flat * cos, distance * flat * sin, distance * up)
    x, y, z = (round(c + o, 3) for c, o in zip(centre, offset, strict=True))
    return x, y, z


def azimuth(camera: Camera) -> float:
    """The azimuth of a camera around the point that it looks at, in degrees from +x towards +y."""
    dx, dy = (camera.location[k] - camera.look_at[k] for k in (0, 1))
    return round(math.degrees(math.atan2(dy, dx)), 6)
