"""Constraints on problems: `sampling.only` and `sampling.never`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from tvrgen._support.keys import REQUIRED, Key
from tvrgen.scene.model import Object

T = TypeVar("T")

Values = dict[str, tuple[str, ...]]
"""Attribute -> values, e.g. {"shape": ("cube",), "color": ("gray", "red")}."""

Names = tuple[str, ...]
Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Implication:
    """An object that has the first values has the second ones."""

    when: Annotated[Values, Key(form="values", default=REQUIRED)]
    then: Annotated[Values, Key(form="values", default=REQUIRED)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Lists of values. An absent key restricts nothing.

    `attributes` has those of attributes, each of which is a key of its own in a config.
    """

    attributes: Values = field(default_factory=dict)
    step: Annotated[
        Names | None,
        Key(
            "Steps as kind.value, such as color.cyan; in only, kinds that are not named keep all values.", form="names"
        ),
    ] = None
    objects: Annotated[Numbers | None, Key("Numbers of objects.", form="numbers")] = None
    on_stage: Annotated[
        Numbers | None, Key("Numbers of objects on stage in the initial state.", form="numbers", old_name="visible")
    ] = None
    steps: Annotated[Numbers | None, Key("Numbers of steps.", form="numbers")] = None
    views: Annotated[Names | None, Key("Final cameras.", form="names")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Only(Listed):
    """Allowed values; others do not occur."""

    pairs: Annotated[
        tuple[Implication, ...], Key("An object that has the first values has the second ones.", entries="implication")
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Never(Listed):
    """Forbidden values."""

    pairs: Annotated[tuple[Values, ...], Key("No object has all of these values.", entries="values")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """The constraints `only` and `never`, and the values that they leave."""

    only: Only
    never: Never

    def values(self, attribute: str, all_values: Sequence[str]) -> Names:
        """The allowed values of an attribute."""
        return _left(all_values, self.only.attributes.get(attribute), self.never.attributes.get(attribute))

    def steps(self, kind: str, all_values: Sequence[str]) -> Names:
        """The allowed values of a kind: `only.step` restricts the kinds it names, `never.step` takes away."""
        only, never = _of_kind(kind, self.only.step or ()), _of_kind(kind, self.never.step or ())
        return _left(all_values, only or None, never)

    def numbers(self, name: str, all_numbers: Sequence[int]) -> Numbers:
        """The allowed numbers; `name` is objects, on_stage or steps."""
        return _left(all_numbers, getattr(self.only, name), getattr(self.never, name))

    def views(self, cameras: Sequence[str]) -> Names:
        """The allowed final cameras."""
        return _left(cameras, self.only.views, self.never.views)

    def allow(self, obj: Object) -> bool:
        """Whether the constraints on pairs of values allow an object with these looks."""
        return not any(_fits(obj, values) for values in self.never.pairs) and all(
            _fits(obj, rule.then) for rule in self.only.pairs if _fits(obj, rule.when)
        )


def _of_kind(kind: str, steps: Names) -> Names:
    """The values of a kind in a list of steps such as "color.cyan"."""
    return tuple(step.removeprefix(f"{kind}.") for step in steps if step.startswith(f"{kind}."))


def _fits(obj: Object, values: Values) -> bool:
    return all(getattr(obj, attribute) in allowed for attribute, allowed in values.items())


def _left(everything: Sequence[T], only: Sequence[T] | None, never: Sequence[T] | None) -> tuple[T, ...]:
    return tuple(x for x in everything if (only is None or x in only) and x not in (never or ()))
