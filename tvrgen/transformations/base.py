"""Steps and the protocol of a kind of change.

A *kind* is any object with `name`, `values(vocabulary)`, `apply(obj, value, vocabulary)` and `phrase(value)`. The
built-in ones are in `attributes` and `position`; a user's own is named in the config as `package.module:Class`.
"""

from dataclasses import dataclass
from typing import Protocol

from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change: object index, kind and value, e.g. (2, "color", "cyan") or (4, "position", "front_left.1")."""

    object: int
    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.object}.{self.kind}.{self.value}"


class Rejected(Exception):
    """A rule forbids this. `rule` is its short name; the sampler counts them."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Kind(Protocol):
    """One kind of transformation. Instances hold no state: a worker elsewhere makes its own."""

    name: str

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """All values a step of this kind can have."""

    def apply(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        """The object after the step. Raises `Rejected` where the step would change nothing that can be seen."""

    def phrase(self, value: str) -> str:
        """Words that follow "object 2": "turns cyan"."""
