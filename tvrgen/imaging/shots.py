"""Shots: images to be taken or read, before they have a file."""

from dataclasses import dataclass

from tvrgen.imaging.visibility import Sight
from tvrgen.scene.camera_model import View
from tvrgen.scene.model import Camera, Light, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One image: a state, seen through a view, under lights.

    `when` is `initial`, `step1`, `step2`, ... (after that many steps) or `final`. `sights` are what the image shows of
    each object, in the order of their indices; None until they are worked out.
    """

    when: str
    state: State
    view: View
    lights: tuple[Light, ...]
    sights: tuple[Sight, ...] | None = None

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
        """`sights`, where they are worked out. Raises ValueError where they are not."""
        if self.sights is None:
            raise ValueError(f"{self.name}: its sights are not worked out")
        return self.sights

    @property
    def intermediate(self) -> bool:
        """Whether it lies between the steps. No question shows such an image; `output.intermediate` asks for them."""
        return self.when not in ("initial", "final")
