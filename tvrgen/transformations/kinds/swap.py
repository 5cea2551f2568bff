"""The kind by which two objects change places."""

from collections.abc import Callable, Sequence

from tvrgen.scene.model import State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import Rejected, Role, Step, Transformation


class Swap(Transformation):
    """Two objects change places: 2+5.swap."""

    name = "swap"
    roles = (Role(), Role())
    fields = frozenset({"position"})

    def words(self, vocabulary: Vocabulary) -> str:
        return "two objects change places"

    def apply(self, state: State, step: Step, vocabulary: Vocabulary) -> State:
        a, b = step.objects
        if state[a].looks == state[b].looks:
            raise Rejected("objects that look alike change places unseen")
        return state.replace(a, position=state[b].position).replace(b, position=state[a].position)

    def leading(
        self, before: State, after: State, objects: Sequence[int], values: Sequence[str], vocabulary: Vocabulary
    ) -> Sequence[str]:
        a, b = objects
        exchanged = after[a].position == before[b].position and after[b].position == before[a].position
        return values if exchanged else ()

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        return f"changes places with {named(step.objects[1])}"
