"""Kinds of users that take two objects, or one that is not there before or after."""

import dataclasses

from tvrgen.transformations.base import ObjectTransformation, Rejected, Role, Transformation


class Swap(Transformation):
    name = "swap"
    roles = (Role(), Role())
    fields = frozenset({"position"})

    def apply(self, state, step, vocabulary):
        a, b = step.objects
        if state[a].looks == state[b].looks:
            raise Rejected("objects that look alike change places unseen")
        return state.replace(a, position=state[b].position).replace(b, position=state[a].position)


class Beside(Transformation):
    """The first object moves to a side of the second."""

    name = "beside"
    roles = (Role(), Role())
    ordered = True

    def values(self, vocabulary):
        return ("left", "right")

    def apply(self, state, step, vocabulary):
        a, b = step.objects
        (x, y), (dx, dy) = state[b].position, vocabulary.directions[step.value]
        return state.replace(a, position=(x + round(12 * dx), y + round(12 * dy)))


class Appear(Transformation):
    name = "appear"
    roles = (Role(before="absent", alone=True),)

    def values(self, vocabulary):
        return ("red", "blue")

    def apply(self, state, step, vocabulary):
        return state.replace(step.object, present=True, color=step.value)


class Disappear(ObjectTransformation):
    name = "disappear"
    roles = (Role(after="absent", alone=True),)
    fields = frozenset({"present"})

    def change(self, obj, value, vocabulary):
        return dataclasses.replace(obj, present=False)


class Mirror(Transformation):
    """The first object moves to the other side of the second, as far from it as before, if that is on the stage."""

    name = "mirror"
    roles = (Role(), Role())
    ordered = True
    fields = frozenset({"position"})

    def apply(self, state, step, vocabulary):
        a, b = step.objects
        (ax, ay), (bx, by) = state[a].position, state[b].position
        return state.replace(a, position=(2 * bx - ax, 2 * by - ay))


class CarefulMirror(Mirror):
    name = "careful"

    def apply(self, state, step, vocabulary):
        after = super().apply(state, step, vocabulary)
        if not vocabulary.grid.on_stage(after[step.object].position):
            raise Rejected("the mirrored place is on the stage")
        return after


NAMES = [f"tests.transformations.kinds:{kind.__name__}" for kind in (Swap, Beside, Appear, Disappear)]
