"""Shots: images of a problem, before they have a file."""

from dataclasses import dataclass
from typing import NamedTuple

from tvrgen.imaging.visibility import Sight
from tvrgen.scene.camera_model import View
from tvrgen.scene.model import Camera, Light, State


class Pose(NamedTuple):
    """Where an object is and how large: x, y and z of its lowest point in metres, its rotation about z in degrees, and
    its size, the radius of its footprint, in metres."""

    x: float
    y: float
    z: float
    rotation: float
    size: float

    @property
    def place(self) -> tuple[float, float]:
        """Its place on the ground, or above it."""
        return self.x, self.y


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One image: a state, seen through a view, under lights.

    `when` is `initial`, `step1`, `step2`, ... (after that many steps), `final`, or `clip` for a frame between two
    states: then all objects have the `poses`, and `state` gives the rest of their looks. `sights` are the visible parts
    of all objects, in the order of their indices; None until they are computed.
    """

    when: str
    state: State
    view: View
    lights: tuple[Light, ...]
    sights: tuple[Sight, ...] | None = None
    poses: tuple[Pose, ...] | None = None

    @property
    def camera(self) -> Camera:
        """The camera that takes it, after jitter."""
        return self.view.camera

    @property
    def name(self) -> str:
        """A name that no other shot of the problem has: `final-left`."""
        return f"{self.when}-{self.camera.name}"

    @property
    def seen(self) -> tuple[Sight, ...]:
        """Returns `sights`. Raises ValueError if they are not computed, as those of intermediate shots."""
        if self.sights is None:
            raise ValueError(f"{self.name}: its sights are not computed")
        return self.sights

    @property
    def intermediate(self) -> bool:
        """Whether its state is between the steps. Only `output.intermediate` asks for such images, and no question."""
        return self.when not in ("initial", "final")
