"""Problems as the sampler draws them, and planned problems, with states, shots and sights."""

import dataclasses
from dataclasses import dataclass

from tvrgen.imaging.shots import Shot
from tvrgen.scene.camera_model import View, view
from tvrgen.scene.model import Camera, Light, State
from tvrgen.transformations.base import Role, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An initial state, the steps that change it, and the cameras and lights as drawn for it.

    It holds no final state: replaying the steps gives that. The first camera is the one of the initial image; `views`
    names those of the final ones. Where the final images have a jitter of their own, `final_cameras` and
    `final_lights` hold it, else these are empty. `attempt` is the number of draws before it that broke a rule.
    """

    split: str
    index: int
    attempt: int
    initial: State
    steps: tuple[Step, ...]
    cameras: tuple[Camera, ...]
    lights: tuple[Light, ...]
    views: tuple[str, ...]
    final_cameras: tuple[Camera, ...] = ()
    final_lights: tuple[Light, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.split}-{self.index:06d}"

    def shots(self, states: tuple[State, ...], width: int, height: int) -> tuple[Shot, ...]:
        """All shots in the order of the states, at width x height pixels, without sights.

        `states` are those before, between and after the steps. The initial camera takes the first state and those
        between; each camera of `views` takes the last.
        """

        def aimed(camera: Camera) -> View:
            return view(camera, width, height)

        first, lights = aimed(self.cameras[0]), self.lights
        cameras = {camera.name: camera for camera in self.final_cameras or self.cameras}
        return (
            Shot(when="initial", state=states[0], view=first, lights=lights),
            *(
                Shot(when=f"step{k}", state=state, view=first, lights=lights)
                for k, state in enumerate(states[1:-1], start=1)
            ),
            *(
                Shot(when="final", state=states[-1], view=aimed(cameras[name]), lights=self.final_lights or lights)
                for name in self.views
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A problem with its states, shots, roles and right answers.

    `states` are those before, between and after the steps. `shots` are in their order; all but the intermediate ones
    have their sights. `roles` has for each step the roles that its objects had. `accepted` has for each step
    all ways to say it that are right, each a step, itself first; `alternatives` are other answers that are right as a
    whole, with all ways to say each of their steps. A way in which a new object appears may have an index for it
    beyond those of the states.
    """

    problem: Problem
    states: tuple[State, ...]
    shots: tuple[Shot, ...]
    hash: str
    order_sensitive: bool
    roles: tuple[tuple[Role, ...], ...]
    accepted: tuple[tuple[Step, ...], ...]
    alternatives: tuple[tuple[tuple[Step, ...], ...], ...] = ()

    @property
    def said(self) -> tuple[Step, ...]:
        """The steps as answers say them: objects that the first image does not have are not named by an index."""
        return tuple(map(self.as_said, self.problem.steps))

    def as_said(self, step: Step) -> Step:
        """A step as answers say it."""
        first = self.states[0].objects
        named = tuple(k for k in step.objects if k < len(first) and first[k].present)
        return step if named == step.objects else dataclasses.replace(step, objects=named)

    @property
    def initial(self) -> Shot:
        """The shot of the initial state."""
        return self.shots[0]

    @property
    def finals(self) -> tuple[Shot, ...]:
        """The shots of the final state, one for each view."""
        return tuple(shot for shot in self.shots if shot.when == "final")

    def final(self, view: str) -> Shot:
        """The shot of the final state by the camera with this name."""
        return next(shot for shot in self.finals if shot.camera.name == view)
