"""The image files of a problem: their shots, their paths, and the annotations beside them."""

from collections.abc import Iterable
from dataclasses import dataclass

from tvrgen.imaging.shots import Shot
from tvrgen.sampling.problem import Problem
from tvrgen.settings import ImageSettings, OutputSettings

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
    """The image files of a problem with these shots, in their order; intermediate ones where `output` asks for them.

    In a tar, files are named after their problem and their role, so that every problem has files of the same roles.
    """
    suffix, packed = SUFFIX[image.format], output.format == "webdataset"
    files: list[ImageFile] = []
    finals = 0
    for shot in shots:
        if shot.intermediate and not output.intermediate:
            continue
        if packed:
            role = f"final-{finals}" if shot.when == "final" else shot.when.replace("step", "step-")
            name = beside = f"{problem.id}.{role}"
        else:
            name = f"images/{problem.index:06d}-{shot.name}"
            beside = f"annotations/{problem.index:06d}-{shot.name}"
        finals += shot.when == "final"
        joint = "." if packed else "-"
        annotations = {kind: f"{beside}{joint}{kind}.png" for kind in output.annotations}
        files.append(ImageFile(shot=shot, path=f"{name}{suffix}", annotations=annotations))
    return tuple(files)
