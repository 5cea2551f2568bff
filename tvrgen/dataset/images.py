"""The image files of a problem: their shots, their paths, and the annotations beside them."""

from collections.abc import Iterable
from dataclasses import dataclass

from tvrgen.config.settings import ImageSettings, OutputSettings
from tvrgen.dataset.shard_formats import FORMATS
from tvrgen.imaging.shots import Shot
from tvrgen.sampling.problem import Problem

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
