"""The kind by which an object takes the color of another one."""

from collections.abc import Callable, Sequence

from tvrgen.scene.model import State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import Role, Step, Transformation


class RecolorLike(Transformation):
    """The first object takes the color of the second: 2+5.recolor_like."""

    name = "recolor_like"
    roles = (Role(), Role())
    ordered = True
    fields = frozenset({"color"})

    def words(self, vocabulary: Vocabulary) -> str:
        return "the first object takes the color of the second"

    def apply(self, state: State, step: Step, vocabulary: Vocabulary) -> State:
        a, b = step.objects
        return state.replace(a, color=state[b].color)

    def leading(
        self, before: State, after: State, objects: Sequence[int], values: Sequence[str], vocabulary: Vocabulary
    ) -> Sequence[str]:
        a, b = objects
        return values if before[a].color != after[a].color == before[b].color else ()

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        return f"takes the color of {named(step.objects[1])}"
