"""Problems: what is drawn of one, and what follows from that."""

from dataclasses import dataclass

from tvrgen.imaging.visibility import Sight
from tvrgen.scene.model import Camera, Light, State
from tvrgen.transformations.base import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An initial state, the steps that change it, and the cameras and lights as drawn for it.

    The final state is never stored beside these: it is what replaying the steps gives. The first camera is the one of
    the initial image; `views` names those of the final ones. Where the final images have a jitter of their own,
    `final_cameras` and `final_lights` hold it, else these are empty. `attempt` counts the draws that broke a rule.
    """

    split: str
    index: int
    attempt: int
    initial: State
    steps: tuple[Step, ...]
    cameras: tuple[Camera, ...]
    lights: tuple[Light, ...]
    views: tuple[str, ...]
    final_cameras: tuple[Camera, ...] = ()
    final_lights: tuple[Light, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.split}-{self.index:06d}"

    def shots(self) -> list[tuple[str, Camera, tuple[Light, ...]]]:
        """(when, camera, lights) of every picture: the initial one, then the final ones."""
        cameras = {c.name: c for c in self.final_cameras or self.cameras}
        lights = self.final_lights or self.lights
        return [("initial", self.cameras[0], self.lights)] + [("final", cameras[name], lights) for name in self.views]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A problem with what follows from it: its states in order, and what each camera sees of the first and last."""

    problem: Problem
    states: tuple[State, ...]
    hash: str
    order_sensitive: bool
    initial: dict[str, tuple[Sight, ...]]
    final: dict[str, tuple[Sight, ...]]
