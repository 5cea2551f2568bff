"""The kind by which two objects change places."""

from collections.abc import Callable

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

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        return f"changes places with {named(step.objects[1])}"
