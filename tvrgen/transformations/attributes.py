"""Kinds that change one attribute of an object, whichever that is: one class for all of them."""

from collections.abc import Callable, Sequence
from typing import Any

from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import UNCHANGED, ObjectTransformation, Rejected, Step


class Attribute(ObjectTransformation):
    """Gives an object another value of one attribute."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fields = frozenset({name})

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        return vocabulary.values(self.name)

    def change(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        if getattr(obj, self.name) == value:
            raise Rejected(UNCHANGED)
        return obj.replace(**{self.name: value})

    def leading(
        self, before: State, after: State, objects: Sequence[int], values: Sequence[str], vocabulary: Vocabulary
    ) -> Sequence[str]:
        return [value for value in values if value == getattr(after[objects[0]], self.name)]

    def least_values(self) -> int:
        return 2

    def limit(self, values: int, sampling: Any) -> float:
        return values - 1 if sampling.repeat else 1

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        return f"changes its {self.name} to {step.value}"
