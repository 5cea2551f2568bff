"""Steps, roles, rules, and the protocol of a kind of change.

One idea holds the package together: a kind returns states, and everything else reads the difference of states. Who
changed, what was undone, which footprints touch and who must be in sight: none of these asks which kind it was.

A kind that changes one object is a subclass of `ObjectTransformation` with `change`; one that changes several, or
none that is there yet, is a subclass of `Transformation` with `apply`. The built-in kinds are one file each in `kinds`;
a user's own is named in the config as `package.module:Class`.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import reading

NEW = "new"
"""What answers write in place of an index where a step names no object: new.appear.small_red_metal_cube."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change: the indices of the objects that it names, in its kind's order, then its kind and its value.

    Examples: ((2,), "color", "cyan"), ((2, 5), "swap", "") and ((), "appear", "small_red_metal_cube"), written
    2.color.cyan, 2+5.swap and new.appear.small_red_metal_cube.
    """

    objects: tuple[int, ...]
    kind: str
    value: str = ""

    @property
    def object(self) -> int:
        """The object, of a step that names one; the first of several."""
        return self.objects[0]

    def __str__(self) -> str:
        return ".".join(filter(None, ("+".join(map(str, self.objects)) or NEW, self.kind, self.value)))


Sighting = Literal["seen", "unseen", "absent", "any"]
"""Whether an object is on stage, where cameras see it, elsewhere in the field, or not there at all."""


class Role(NamedTuple):
    """What a step asks of one of its objects: where it is before and after, and whether no earlier step touched it."""

    before: Sighting = "seen"
    after: Sighting = "seen"
    alone: bool = False

    def allows(self, found: "Role") -> bool:
        """Whether an object that was `found` so before and after a step is in this role."""
        return self.before in (found.before, "any") and self.after in (found.after, "any")

    @property
    def enters(self) -> bool:
        """Whether the object comes from out of sight."""
        return self.before == "unseen"

    @property
    def is_new(self) -> bool:
        """Whether the object is not there before."""
        return self.before == "absent"

    @property
    def leaves(self) -> bool:
        """Whether the object is there before, and takes no other step: as one that goes out of sight."""
        return self.alone and not self.is_new


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


class Transformation:
    """A kind of change. Instances hold no state, because each worker makes its own.

    A subclass sets `name` and defines `values` and `apply`; all else has a default.
    """

    name: str
    """The kind's name in steps and answers."""

    roles: tuple[Role, ...] = (Role(),)
    """What a step asks of each object that it names; as many as there are objects."""

    ordered: bool = False
    """Whether the order of the objects counts: whether 2+5 is another change than 5+2."""

    directional: bool = False
    """Whether its values are directions as the first image's viewer sees them. Prompts explain those of the form
    direction.distance."""

    cumulative: bool = False
    """Whether a step adds to those before it, as a move does: made twice, it is not the same as made once. Such steps
    of one object may come in any order."""

    fields: frozenset[str] | None = None
    """The fields of `Object` that a step of this kind can change, or looks at; None: any."""

    def words(self, vocabulary: Vocabulary) -> str:
        """What a change of this kind is, for prompts; "" if the kind's name and values say it all.

        Prompts add the values, if they are not too many, and how answers write such a change: "swap: two objects change
        places; written index+index.swap".
        """
        return ""

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """All values that a step can have, which are dealt evenly; ("",) for a kind without values."""
        return ("",)

    def apply(self, state: State, step: Step, vocabulary: Vocabulary) -> State:
        """Returns the state after a step. Raises `Rejected` if no image would show the change."""
        raise NotImplementedError

    def variants(self, sampling: Any) -> Mapping[str, tuple[Role, ...]]:
        """The ways in which a step may take its objects, dealt evenly: name -> roles.

        `sampling` is the section of the split's settings. Most kinds have one way, which has no name.
        """
        return {"": self.roles}

    def least_values(self) -> int:
        """The fewest values with which every object can take a step: 2 where an object has one of them already."""
        return 1

    def limit(self, values: int, sampling: Any) -> float:
        """The most often that one object on stage can take this kind, where `values` values are left."""
        return 1

    def accepted(self, states: Sequence[State], at: int, step: Step, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The values that the images cannot distinguish from the step's own, which is first.

        `states` are those before, between and after all steps of the problem; this one leads on from `states[at]`.
        """
        return (step.value,)

    def leading(
        self, before: State, after: State, objects: Sequence[int], values: Sequence[str], vocabulary: Vocabulary
    ) -> Sequence[str]:
        """Those of the `values` with which a step of these objects may lead from one state towards another.

        The default leaves none out. A kind of many values may leave out those that cannot give its objects what they
        have in `after`, so that the search for other right answers is quick.
        """
        return values

    @property
    def named(self) -> int:
        """The number of objects that an answer names: all but those that the first image has not."""
        return sum(not role.is_new for role in self.roles)

    @property
    def valued(self) -> bool:
        """Whether a step has a value: whether the kind defines `values`."""
        return type(self).values is not Transformation.values

    @property
    def plain(self) -> bool:
        """Whether a step is one object and a value, which say it all, so that prompts list the values alone."""
        return self.named == 1 and self.valued and type(self).words is Transformation.words

    def read(self, text: str, at: int, is_index: Callable[[int], bool]) -> reading.Read:
        """The value that begins at a character of an answer in lower case, and where it ends; None if there is none.

        The default takes a word, or several that dots join. A kind whose values are said in several words reads them
        itself; where these may end in a number, `is_index(end)` says whether it is the index of the next change.
        """
        return reading.new_word(text, at)

    def normal(self, words: list[str]) -> list[str]:
        """The words of a value in the one spelling and order that all ways to say it share."""
        return words

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        """The words that follow the first object of a step: "turns cyan". `named` names the others."""
        others = " and ".join(named(k) for k in step.objects[1:])
        how = " ".join(filter(None, (self.name, step.value)))
        return f"changes ({how}) with {others}" if others else f"changes ({how})"

    def told(self, steps: Sequence[Step], entered: bool, named: Callable[[int], str]) -> list[str]:
        """The clauses of a rationale on all steps of this kind that name one object, such as "it turns cyan".

        `entered` is whether the first image does not show that object.
        """
        return [f"it {self.phrase(step, named)}" for step in steps]


class ObjectTransformation(Transformation):
    """A kind that changes one object and looks at no other. A subclass defines `change`."""

    def change(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        """Returns the object after the step. Raises `Rejected` if no image would show the change."""
        raise NotImplementedError

    def apply(self, state: State, step: Step, vocabulary: Vocabulary) -> State:
        return state.with_object(step.object, self.change(state[step.object], step.value, vocabulary))
