"""The kind that turns an object about the vertical."""

from collections.abc import Callable

from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import ObjectTransformation, Rejected, Step

_LEAST = 15.0
"""Degrees: what is turned by less looks as before."""


class Rotation(ObjectTransformation):
    """Turns an object. A value is an angle in degrees, counterclockwise as seen from above: 2.rotation.45.

    Whether a shape shows a turn follows from the symmetry of its mesh: a cube that is turned by 90 degrees does not, a
    sphere never does.
    """

    name = "rotation"
    fields = frozenset({"rotation"})

    def words(self, vocabulary: Vocabulary) -> str:
        return "an object turns by so many degrees, counterclockwise as seen from above"

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        return ("30", "45", "60")  # of a shape that shows two of them, no turn by the one looks like the other

    def change(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        if _seen(float(value), obj, vocabulary) < _LEAST:
            raise Rejected("a turn shows")
        return obj.replace(rotation=(obj.rotation + float(value)) % 360)

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        return f"turns by {step.value} degrees"


def _seen(angle: float, obj: Object, vocabulary: Vocabulary) -> float:
    """The least angle in degrees, either way, that makes an object look as after a turn by `angle`.

    `angle` where the least turn of the shape is not known: nothing is planned then (`design.is_known`).
    """
    least = vocabulary.shapes[obj.shape].least_turn
    if least is None:
        return angle
    return min(angle % least, -angle % least) if least else 0.0
