"""Levels of a problem: the properties that the design fixes before anything is drawn."""

from dataclasses import dataclass

from tvrgen.transformations.base import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class IntendedStep:
    """A step as the design fixes it.

    `move` is the type of its move (inner, out or in), None for a step that moves nothing. `index` is the object's.
    """

    kind: str
    value: str
    move: str | None
    index: int

    @property
    def step(self) -> Step:
        """The step itself, without the type of its move."""
        return Step(object=self.index, kind=self.kind, value=self.value)

    def __str__(self) -> str:
        return f"{self.step} ({self.move})" if self.move else str(self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Properties of a problem that the design fixes.

    `objects` is the number of all objects, `on_stage` of those on stage in the initial state; `views` names the cameras
    of the final images.
    """

    objects: int
    on_stage: int
    steps: tuple[IntendedStep, ...]
    views: tuple[str, ...] = ()

    def __str__(self) -> str:
        steps, views = ", ".join(map(str, self.steps)) or "none", ", ".join(self.views)
        return f"{self.on_stage} of {self.objects} objects on stage; steps {steps}; views {views}"
