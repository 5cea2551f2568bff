"""What a split leaves out: `sampling.only` and `sampling.never`, in every form.

Value lists shrink the vocabulary; steps, numbers and views shrink what is dealt; pairs are rules on single objects,
which hold in every state of a problem.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tvrgen.scene import Object

T = TypeVar("T")
Values = dict[str, tuple[str, ...]]
"""Attribute -> values, e.g. {"shape": ("cube",), "color": ("gray", "red")}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One of `only` and `never`, as read. A key that was left out restricts nothing."""

    values: Values = field(default_factory=dict)
    steps: tuple[str, ...] | None = None
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)
    views: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """`implications`: an object that fits the first values fits the second. `exclusions`: no object fits these."""

    only: Listed
    never: Listed
    implications: tuple[tuple[Values, Values], ...] = ()
    exclusions: tuple[Values, ...] = ()

    def values(self, attribute: str, all_values: Sequence[str]) -> tuple[str, ...]:
        """The values of an attribute that are left."""
        return _left(all_values, self.only.values.get(attribute), self.never.values.get(attribute))

    def steps(self, kind: str, all_values: Sequence[str]) -> tuple[str, ...]:
        """The values of a kind that are left: `only.step` restricts the kinds it names, `never.step` takes away."""
        own = None
        if self.only.steps is not None and any(s.startswith(f"{kind}.") for s in self.only.steps):
            own = [s.removeprefix(f"{kind}.") for s in self.only.steps if s.startswith(f"{kind}.")]
        never = [s.removeprefix(f"{kind}.") for s in self.never.steps or () if s.startswith(f"{kind}.")]
        return _left(all_values, own, never)

    def numbers(self, name: str, all_numbers: Sequence[int]) -> tuple[int, ...]:
        """The numbers of objects, visible objects or steps that are left."""
        return _left(all_numbers, self.only.numbers.get(name), self.never.numbers.get(name))

    def views(self, cameras: Sequence[str]) -> tuple[str, ...]:
        """The final cameras that are left."""
        return _left(cameras, self.only.views, self.never.views)

    def allow(self, obj: Object) -> bool:
        """Whether the rules on pairs let an object look so."""
        return not any(_fits(obj, values) for values in self.exclusions) and all(
            _fits(obj, then) for when, then in self.implications if _fits(obj, when)
        )


def _fits(obj: Object, values: Values) -> bool:
    return all(getattr(obj, attribute) in allowed for attribute, allowed in values.items())


def _left(everything: Sequence[T], only: Sequence[T] | None, never: Sequence[T] | None) -> tuple[T, ...]:
    return tuple(x for x in everything if (only is None or x in only) and x not in (never or ()))
