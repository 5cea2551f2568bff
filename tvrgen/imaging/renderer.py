"""The protocol of renderers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tvrgen.config.settings import Split
from tvrgen.imaging.shots import Shot


class Renderer(Protocol):
    """Writes shots to image files; `tvrgen.imaging.blender.renderer.Renderer` is one."""

    description: dict[str, str]
    """Versions, by name: {"blender": "4.5.15 LTS"}."""

    def configure(self, split: Split) -> list[str]:
        """Applies a split's settings to the next images; returns the names of the devices in use."""

    def render(self, shot: Shot, path: Path) -> None:
        """Writes one image, as wide and high as the shot's view."""

    def save(self, shots: Sequence[Shot], path: Path) -> None:
        """Writes a .blend file with a scene for each shot, named as the shot is."""
