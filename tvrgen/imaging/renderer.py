"""The protocol of renderers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tvrgen.config.settings import Split
from tvrgen.imaging.shots import Shot


class RendererLost(Exception):
    """The renderer cannot go on, since its GPU failed; its process has to be replaced."""


class Renderer(Protocol):
    """Writes shots to image files; `tvrgen.imaging.blender.renderer.Renderer` is one."""

    description: dict[str, str]
    """Versions, by name: {"blender": "4.5.15 LTS"}."""

    denoised_on: str | None
    """Type of the device that denoises the next images: cpu, cuda, hip, oneapi, metal. None: they are not denoised."""

    def configure(self, split: Split) -> list[str]:
        """Applies a split's settings to the next images; returns the names of the devices in use."""

    def render(self, shot: Shot, path: Path) -> None:
        """Writes one image, as wide and high as the shot's view. Raises RendererLost if the renderer cannot go on."""

    def save(self, shots: Sequence[Shot], path: Path) -> None:
        """Writes a .blend file with a scene for each shot, named as the shot is."""
