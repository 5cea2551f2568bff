"""Kinds that change one attribute of an object: its color, shape, size or material."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import UNCHANGED, Rejected


@dataclass(frozen=True)
class Attribute:
    """Gives an object another color, shape, size or material."""

    name: str

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        return vocabulary.values(self.name)

    def apply(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        if getattr(obj, self.name) == value:
            raise Rejected(UNCHANGED)
        changes: dict[str, Any] = {self.name: value}
        return dataclasses.replace(obj, **changes)

    def phrase(self, value: str) -> str:
        return f"changes its {self.name} to {value}"
