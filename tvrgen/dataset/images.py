"""The image files of a problem: their shots, their paths, and the annotations beside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tvrgen.config.settings import ImageSettings, Split
from tvrgen.dataset.shard_formats import FORMATS
from tvrgen.imaging import writing
from tvrgen.imaging.shots import Shot
from tvrgen.sampling import mirror
from tvrgen.sampling.problem import Problem

SUFFIX = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
"""`image.format` -> the ending of an image's name."""


BLEND = "blend/{index:06d}.blend"
"""Path of a problem's .blend file, relative to the shard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """A shot with its paths, relative to the shard: its own, and those of its `annotations` by their kind.

    `flips` is the path of the image that it is the mirror image of; empty for one that is rendered.
    """

    shot: Shot
    path: str
    annotations: dict[str, str]
    flips: str = ""


def save_flipped(source: Path, path: Path, settings: ImageSettings) -> None:
    """Writes the mirror image of an image file."""
    with Image.open(source, formats=[settings.format.upper()]) as image:
        flipped = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    flipped.save(path, **writing.options(settings))


def image_files(problem: Problem, shots: Iterable[Shot], split: Split) -> tuple[ImageFile, ...]:
    """The image files of a problem with these shots, in their order; intermediate ones where `output` asks for them.

    Where questions have twins, the mirror images follow.
    """
    files: list[ImageFile] = []
    flipped: list[ImageFile] = []
    finals = 0
    for shot in shots:
        if shot.intermediate and not split.output.intermediate:
            continue
        role = f"final-{finals}" if shot.when == "final" else shot.when.replace("step", "step-")
        finals += shot.when == "final"
        file = _image_file(problem, shot, role, split)
        files.append(file)
        if split.mirrors:
            flipped.append(_image_file(problem, mirror.shot(shot), f"{role}-mirrored", split, file.path))
    return (*files, *flipped)


def _image_file(problem: Problem, shot: Shot, role: str, split: Split, flips: str = "") -> ImageFile:
    form, suffix = FORMATS[split.output.format], SUFFIX[split.image.format]
    names = (problem.id, shot.name, role)
    annotations = {channel: f"{form.annotation(*names, channel)}.png" for channel in split.output.annotations}
    return ImageFile(shot=shot, path=f"{form.image(*names)}{suffix}", annotations=annotations, flips=flips)
