"""The kind by which an object disappears."""

from collections.abc import Callable

from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import ObjectTransformation, Role, Step


class Disappear(ObjectTransformation):
    """An object disappears from the stage: 3.disappear."""

    name = "disappear"
    roles = (Role(after="absent", alone=True),)
    fields = frozenset({"present"})

    def words(self, vocabulary: Vocabulary) -> str:
        return "an object is gone"

    def change(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        return obj.replace(present=False)

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        return "disappears"
