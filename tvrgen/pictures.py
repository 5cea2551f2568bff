"""The pictures of a problem: of which state, from where, under which lights, and in which files."""

from dataclasses import dataclass

from tvrgen.scene import Camera, Light, Problem
from tvrgen.settings import Split

SUFFIX = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
"""`image.format` -> the ending of a picture's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture. `state` counts the steps taken before it; `when` is initial, final, or step1, step2, ... between.

    `path` is relative to the shard, and so are those of its `annotations`, by what they hold.
    """

    state: int
    when: str
    camera: Camera
    lights: tuple[Light, ...]
    path: str
    annotations: dict[str, str]


def pictures(problem: Problem, split: Split) -> tuple[Picture, ...]:
    """All pictures of a problem, in the order in which they are taken: state by state."""
    suffix, last = SUFFIX[split.image.format], len(problem.steps)

    def picture(state: int, when: str, camera: Camera, lights: tuple[Light, ...]) -> Picture:
        name = f"{problem.index:06d}-{when}-{camera.name}"
        beside = {kind: f"annotations/{name}-{kind}.png" for kind in split.output.annotations}
        path = f"images/{name}{suffix}"
        return Picture(state=state, when=when, camera=camera, lights=lights, path=path, annotations=beside)

    shots = [
        picture(0 if when == "initial" else last, when, camera, lights) for when, camera, lights in problem.shots()
    ]
    between = range(1, last) if split.output.intermediate else ()
    shots[1:1] = [picture(k, f"step{k}", problem.cameras[0], problem.lights) for k in between]
    return tuple(shots)
