"""Slots of a block: the steps of its problems while they are dealt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from tvrgen.config.settings import Split
from tvrgen.sampling.levels import IntendedStep
from tvrgen.transformations.base import Role, Transformation

T = TypeVar("T")

Objects = tuple[int, ...]
"""The indices of the objects of a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A problem before its steps are dealt; `slots` are the positions of its steps among all steps of the block."""

    objects: int
    on_stage: int
    slots: range


class Form(NamedTuple):
    """The number of objects that steps of a kind take of those in the first image, and whether their order counts."""

    number: int
    ordered: bool

    @classmethod
    def of(cls, kind: Transformation) -> "Form":
        """The form of a kind's steps."""
        return cls(kind.named, kind.ordered and kind.named > 1)


class Slots:
    """What each slot of a block has been dealt so far: a kind, a value, a variant and objects, or none of these yet.

    `forms` has the form of each kind's steps.
    """

    def __init__(self, split: Split, number: int) -> None:
        self.kinds, self.values, self.variants = [""] * number, [""] * number, [""] * number
        self.objects: list[Objects] = [()] * number
        self.forms = {name: Form.of(kind) for name, kind in split.kinds.items()}
        self.ways = {name: dict(kind.variants(split.sampling)) for name, kind in split.kinds.items()}
        """Kind -> variant -> roles."""

    def step(self, slot: int, objects: Objects | None = None) -> IntendedStep:
        """Returns the step of a slot, with the roles of the objects that are dealt; `objects` replace these."""
        roles = self.roles(slot)
        if objects is None:
            objects, roles = self.objects[slot], tuple(r for r in roles if not r.is_new)
        return IntendedStep(
            kind=self.kinds[slot], value=self.values[slot], variant=self.variants[slot], roles=roles, objects=objects
        )

    def roles(self, slot: int) -> tuple[Role, ...]:
        """The roles of the objects of a slot's step."""
        roles: tuple[Role, ...] = self.ways[self.kinds[slot]][self.variants[slot]]
        return roles

    def enters(self, slot: int) -> bool:
        """Whether the step of a slot brings an object into sight."""
        return any(role.enters for role in self.roles(slot))

    def leaves(self, slot: int) -> bool:
        """Whether the step of a slot takes an object out of sight."""
        return any(role.leaves for role in self.roles(slot))

    def shared(self, sample: Sample) -> tuple[int, list[int]]:
        """The number of objects on stage that do not leave, and the slots of steps that they can share."""
        leaving = sum(map(self.leaves, sample.slots))
        shared = [slot for slot in sample.slots if not self.enters(slot) and not self.leaves(slot)]
        return sample.on_stage - leaving, shared

    def of_kinds(self, names: Iterable[str]) -> list[int]:
        """The slots of steps of these kinds."""
        chosen = {*names}
        return [slot for slot, kind in enumerate(self.kinds) if kind in chosen]


def place(target: list[T], slots: Iterable[int], items: Sequence[T]) -> None:
    """Puts an item into each of some slots of a list."""
    for slot, item in zip(slots, items, strict=True):
        target[slot] = item
