"""Levels of a problem: the properties that the design fixes before anything is drawn."""

from dataclasses import dataclass

from tvrgen.transformations.base import Role, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class IntendedStep:
    """A step as the design fixes it.

    `variant` names the way in which it takes its objects, such as "out" of a move that leaves the stage, and `roles`
    are those of this way, one for each object.
    """

    kind: str
    value: str
    variant: str = ""
    roles: tuple[Role, ...] = (Role(),)
    objects: tuple[int, ...] = (0,)

    @property
    def step(self) -> Step:
        """The step itself, without its roles."""
        return Step(objects=self.objects, kind=self.kind, value=self.value)

    def role_of(self, k: int) -> Role:
        """The role of object k; the default one if the step does not name it."""
        return self.roles[self.objects.index(k)] if k in self.objects else Role()

    @property
    def entering(self) -> set[int]:
        """The objects that are out of sight before the step."""
        return {k for k, role in zip(self.objects, self.roles, strict=True) if role.enters}

    def __str__(self) -> str:
        return f"{self.step} ({self.variant})" if self.variant else str(self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Properties of a problem that the design fixes.

    `objects` is the number of all objects that are present at first, `on_stage` of those on stage then; `views` names
    the cameras of the final images.
    """

    objects: int
    on_stage: int
    steps: tuple[IntendedStep, ...]
    views: tuple[str, ...] = ()

    @property
    def absent(self) -> set[int]:
        """The objects that the first image does not have yet; their indices follow those of the others."""
        return {k for step in self.steps for k, role in zip(step.objects, step.roles, strict=True) if role.is_new}

    def __str__(self) -> str:
        steps, views = ", ".join(map(str, self.steps)) or "none", ", ".join(self.views)
        return f"{self.on_stage} of {self.objects} objects on stage; steps {steps}; views {views}"
