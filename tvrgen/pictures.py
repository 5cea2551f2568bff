"""The pictures of a problem: of which state, from where, under which lights, and in which files."""

from dataclasses import dataclass

from tvrgen import geometry
from tvrgen.geometry import View
from tvrgen.scene import Camera, Light, Problem
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
        return geometry.view(self.camera, self.width, self.height)


def pictures(problem: Problem, split: Split) -> tuple[Picture, ...]:
    """All pictures of a problem, in the order in which they are taken: state by state."""
    suffix, last = SUFFIX[split.image.format], len(problem.steps)

    def picture(state: int, when: str, camera: Camera, lights: tuple[Light, ...]) -> Picture:
        name = f"{problem.index:06d}-{when}-{camera.name}"
        return Picture(
            state=state,
            when=when,
            camera=camera,
            lights=lights,
            width=split.render.width,
            height=split.render.height,
            path=f"images/{name}{suffix}",
            annotations={kind: f"annotations/{name}-{kind}.png" for kind in split.output.annotations},
        )

    shots = [
        picture(0 if when == "initial" else last, when, camera, lights) for when, camera, lights in problem.shots()
    ]
    between = range(1, last) if split.output.intermediate else ()
    shots[1:1] = [picture(k, f"step{k}", problem.cameras[0], problem.lights) for k in between]
    return tuple(shots)
