"""The image files of a problem: their shots, their paths, and the annotations beside them."""

import struct
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tvrgen._support import limits
from tvrgen._support.errors import UserError
from tvrgen.config.settings import ImageSettings, OutputSettings
from tvrgen.dataset.shard_formats import FORMATS
from tvrgen.imaging.shots import Shot
from tvrgen.sampling.problem import Problem

if TYPE_CHECKING:
    from PIL import Image

SUFFIX = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
"""`image.format` -> the ending of an image's name."""


BLEND = "blend/{index:06d}.blend"
"""Path of a problem's .blend file, relative to the shard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """A shot with its paths, relative to the shard: its own, and those of its `annotations` by their kind."""

    shot: Shot
    path: str
    annotations: dict[str, str]


def image_files(
    problem: Problem, shots: Iterable[Shot], output: OutputSettings, image: ImageSettings
) -> tuple[ImageFile, ...]:
    """The image files of a problem with these shots, in their order; intermediate ones where `output` asks for them."""
    form, suffix = FORMATS[output.format], SUFFIX[image.format]
    files: list[ImageFile] = []
    finals = 0
    for shot in shots:
        if shot.intermediate and not output.intermediate:
            continue
        role = f"final-{finals}" if shot.when == "final" else shot.when.replace("step", "step-")
        finals += shot.when == "final"
        names = (problem.id, shot.name, role)
        annotations = {channel: f"{form.annotation(*names, channel)}.png" for channel in output.annotations}
        files.append(ImageFile(shot=shot, path=f"{form.image(*names)}{suffix}", annotations=annotations))
    return tuple(files)


def decoded(file: BinaryIO | Path, where: str, image_format: str | None = None) -> "Image.Image":
    """Returns an image, read whole, in one of the formats of `image.format` (default: any).

    Pillow knows others, some of which run programs. Raises UserError if it has too many pixels, OSError if it is no
    image.
    """
    from PIL import Image

    formats = [form.upper() for form in ([image_format] if image_format else SUFFIX)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # for images within our limit
            image = Image.open(file, formats=formats)
        limits.PIXELS.check(image.width * image.height, where)  # before it takes memory
        image.load()
    except Image.DecompressionBombError as error:
        raise UserError(f"{where}: has too many pixels; {limits.PIXELS.remedy}") from error
    except (SyntaxError, ValueError, struct.error) as error:  # Pillow's own errors, for damaged files
        raise OSError(f"{where}: is no image: {error}") from error
    return image
