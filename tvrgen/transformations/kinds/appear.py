"""The kind by which an object appears that the first image does not have."""

from collections.abc import Callable, Sequence

from tvrgen.scene.model import State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import looks
from tvrgen.transformations.base import Rejected, Role, Step, Transformation


class Appear(Transformation):
    """A new object appears on the stage. The value is its looks: new.appear.small_red_metal_cube."""

    name = "appear"
    roles = (Role(before="absent", alone=True),)

    def words(self, vocabulary: Vocabulary) -> str:
        return "a new object is there, named by its looks"

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        return looks.values(vocabulary)

    def leading(
        self, before: State, after: State, objects: Sequence[int], values: Sequence[str], vocabulary: Vocabulary
    ) -> Sequence[str]:
        value = looks.value_of(after[objects[0]])
        return (value,) if value in values else ()

    def apply(self, state: State, step: Step, vocabulary: Vocabulary) -> State:
        if state[step.object].present:
            raise Rejected("only what is absent appears")
        after = state.replace(step.object, present=True, **looks.attributes(step.value, vocabulary))
        if any(o.present and o.looks == after[step.object].looks for o in state.objects):
            raise Rejected("what appears looks like nothing else")
        return after

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        return "appears"
