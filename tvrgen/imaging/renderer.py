"""What a worker needs of a renderer, whatever it renders with."""

from pathlib import Path
from typing import Protocol

from tvrgen.scene.camera_model import View
from tvrgen.scene.model import Light, State
from tvrgen.settings import Split


class Renderer(Protocol):
    """What a worker needs of a renderer; `tvrgen.imaging.blender.renderer.Renderer` is one."""

    description: dict[str, str]
    """Versions, by name: {"blender": "4.5.15 LTS"}."""

    def configure(self, split: Split) -> list[str]:
        """Takes a split's settings for the next pictures; returns the names of the devices in use."""

    def render(self, state: State, view: View, lights: tuple[Light, ...], path: Path) -> None:
        """Writes one picture."""

    def save(self, shots: list[tuple[str, State, View, tuple[Light, ...]]], path: Path) -> None:
        """Writes a .blend file that renders these pictures, each with its name."""
