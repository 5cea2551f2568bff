"""The pictures of a problem: of which state, from where, under which lights, and in which files."""

from dataclasses import dataclass

from tvrgen.sampling.problem import Problem
from tvrgen.scene import camera_model
from tvrgen.scene.camera_model import View
from tvrgen.scene.model import Camera, Light
from tvrgen.settings import Split

SUFFIX = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
"""`image.format` -> the ending of a picture's name."""


BLEND = "blend/{index:06d}.blend"
"""Where the .blend file of a problem lies, relative to the shard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture. `state` counts the steps taken before it; `when` is initial, final, or step1, step2, ... between.

    `path` is relative to the shard, and so are those of its `annotations`, by what they hold. `width` and `height` are
    pixels.
    """

    state: int
    when: str
    camera: Camera
    lights: tuple[Light, ...]
    width: int
    height: int
    path: str
    annotations: dict[str, str]

    @property
    def view(self) -> View:
        """What its camera sees, at its resolution."""
        return camera_model.view(self.camera, self.width, self.height)


def pictures(problem: Problem, split: Split) -> tuple[Picture, ...]:
    """All pictures of a problem, in the order in which they are taken: state by state.

    In a tar they are named after their problem and their role, so that every problem has files of the same roles.
    """
    suffix, last = SUFFIX[split.image.format], len(problem.steps)
    packed = split.output.format == "webdataset"

    def picture(state: int, when: str, camera: Camera, lights: tuple[Light, ...], role: str) -> Picture:
        name = f"{problem.id}.{role}" if packed else f"{problem.index:06d}-{when}-{camera.name}"
        beside = f"{name}.{{}}.png" if packed else f"annotations/{name}-{{}}.png"
        return Picture(
            state=state,
            when=when,
            camera=camera,
            lights=lights,
            width=split.render.width,
            height=split.render.height,
            path=f"{name}{suffix}" if packed else f"images/{name}{suffix}",
            annotations={kind: beside.format(kind) for kind in split.output.annotations},
        )

    first, *rest = problem.shots()
    between = range(1, last) if split.output.intermediate else ()
    return (
        picture(0, *first, role="initial"),
        *(picture(k, f"step{k}", problem.cameras[0], problem.lights, role=f"step-{k}") for k in between),
        *(picture(last, *shot, role=f"final-{k}") for k, shot in enumerate(rest)),
    )
