"""The kind by which another object takes an object's place."""

from collections.abc import Callable, Sequence

from tvrgen.scene import attributes
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import looks
from tvrgen.transformations.base import ObjectTransformation, Rejected, Step


class Replace(ObjectTransformation):
    """Several attributes of an object change at once. The value is its new looks: 3.replace.small_red_metal_cube."""

    name = "replace"
    fields = frozenset({*attributes.BUILT_IN, *attributes.SHIPPED})

    def words(self, vocabulary: Vocabulary) -> str:
        return "another object stands in the place of one, named by its looks"

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        return looks.values(vocabulary)

    def leading(
        self, before: State, after: State, objects: Sequence[int], values: Sequence[str], vocabulary: Vocabulary
    ) -> Sequence[str]:
        value = looks.value_of(after[objects[0]])  # it is replaced once, by what is there in the end
        return (value,) if value in values else ()

    def change(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        new = looks.attributes(value, vocabulary)
        if sum(getattr(obj, name) != own for name, own in new.items()) < 2:
            raise Rejected("what takes an object's place differs in two attributes at least")
        return obj.replace(**new)

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        return f"is replaced by a {step.value.replace('_', ' ')}"
