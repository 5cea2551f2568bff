"""Steps, rules, and the protocol of a kind of change.

A *kind* is any object with `name`, `values(vocabulary)`, `apply(obj, value, vocabulary)` and `phrase(value)`. The
built-in ones are in `attributes` and `position`; a user's own is named in the config as `package.module:Class`.
"""

import dataclasses
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


GENERAL_REMEDIES = "lower sampling.steps, raise sampling.on_stage, or leave out moves (sampling.moves)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition of a fair problem, and changes to the config that help if it is broken too often."""

    text: str
    remedies: str = GENERAL_REMEDIES

    def at(self, location: str) -> "Rule":
        """The rule at one location, such as an image: the sampler counts each location on its own."""
        return dataclasses.replace(self, text=f"{self.text} ({location})")


UNCHANGED = Rule(
    text="a step changes something",
    remedies="loosen sampling.only and sampling.never, lower sampling.objects, or leave out a kind (sampling.kinds)",
)


class Rejected(Exception):
    """A problem breaks a rule. The sampler counts the rules and draws again.

    A kind may raise it with a text of its own; the rule then has the general remedies.
    """

    def __init__(self, rule: Rule | str) -> None:
        self.rule = Rule(text=rule) if isinstance(rule, str) else rule
        super().__init__(self.rule.text)


class Kind(Protocol):
    """One kind of transformation. Instances hold no state, because each worker makes its own."""

    @property
    def name(self) -> str:
        """The kind's name in steps."""

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """All values that a step of this kind can have."""

    def apply(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        """Returns the object after the step. Raises `Rejected` if no image would show the change."""

    def phrase(self, value: str) -> str:
        """Words that follow "object 2": "turns cyan"."""
