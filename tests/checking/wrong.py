"""Kinds that break one promise each, and what `tvrgen check` has to say of them."""

import dataclasses
import itertools

from tvrgen import ObjectTransformation, Rejected, Role, Transformation


class Turn(ObjectTransformation):
    """A kind that is right; the others are this one with a slip."""

    name = "turn"
    fields = frozenset({"rotation"})

    def values(self, vocabulary):
        return ("30", "45")

    def change(self, obj, value, vocabulary):
        if obj.shape != "cube":
            raise Rejected("a turn shows on cubes only")
        return dataclasses.replace(obj, rotation=(obj.rotation + float(value)) % 360)

    def phrase(self, step, named):
        return f"turns by {step.value} degrees"


class ChangesMore(Turn):
    says = "turn: fields: a step changes color, which fields does not name (rotation)"

    def change(self, obj, value, vocabulary):
        return dataclasses.replace(
            super().change(obj, value, vocabulary), color="red" if obj.color != "red" else "blue"
        )


class ChangesNothing(Turn):
    says = "turn: apply: returns the state as it is; raise Rejected where no image would show a change (turn.30"

    def change(self, obj, value, vocabulary):
        return obj


class ReturnsNothing(Turn):
    says = "turn: apply: returned nothing; return the state after the step, or raise Rejected (0.turn.30"

    def apply(self, state, step, vocabulary):
        state.replace(step.object, rotation=0)


class Mutates(Turn):
    says = "turn: apply: changes the state that it is given; return another one, by state.replace (0.turn.30"

    def change(self, obj, value, vocabulary):
        object.__setattr__(obj, "rotation", obj.rotation + float(value))
        return dataclasses.replace(obj)


class Counts(Turn):
    says = "turn: apply: returned another state when it was applied to the same one again (0.turn.30"
    count = itertools.count(1)

    def change(self, obj, value, vocabulary):
        return dataclasses.replace(obj, rotation=obj.rotation + next(self.count))


class TakesAnother(Turn):
    says = "turn: roles: a step changes object 1, which it does not name; write a Role for it (0.turn.30"

    def apply(self, state, step, vocabulary):
        return super().apply(state, step, vocabulary).replace(1, rotation=400.0)


class Disappears(Turn):
    says = "turn: roles: an object is absent after a step, and roles says seen (0.turn"
    fields = frozenset({"present"})

    def values(self, vocabulary):
        return ("",)

    def apply(self, state, step, vocabulary):
        return state.replace(step.object, present=False)


class NotAlone(Turn):
    says = "turn: roles: has an object that goes out of sight and is not alone, so that other steps of it do not show; "
    roles = (Role(after="absent"),)
    fields = frozenset({"present"})

    def change(self, obj, value, vocabulary):
        return obj.replace(present=False)


class GoesAway(Turn):
    says = "planning: check: problem 0 of split train"  # every draw breaks the rule on roles
    fields = frozenset({"position"})

    def change(self, obj, value, vocabulary):
        return dataclasses.replace(obj, position=(vocabulary.grid.stage + int(value) // 5, obj.position[1]))


class UnknownColor(Turn):
    says = "turn: change: gave an object the color 'mauve', which the vocabulary lacks (known: gray, "
    fields = frozenset({"color"})

    def change(self, obj, value, vocabulary):
        return dataclasses.replace(obj, color="mauve")


class UnknownField(Turn):
    says = "turn: fields: has 'angle', which is no field of an object (known: "
    fields = frozenset({"angle"})


class NoRole(Turn):
    says = "turn: roles: is (<class 'tvrgen.transformations.base.Role'>,); write a tuple with a Role for each object"
    roles = (Role,)


class UnknownRole(Turn):
    says = "turn: roles: has 'sean'; did you mean 'seen'? (known: seen, unseen, absent, any)"
    roles = (Role(before="sean"),)


class NoValues(Turn):
    says = 'turn: values: returned none; return those that a step can have, or ("",) for a kind without values'

    def values(self, vocabulary):
        return ()


class Twice(Turn):
    says = "turn: values: has '30' twice"

    def values(self, vocabulary):
        return ("30", "45", "30")


class ReadAlike(Turn):
    says = "turn: values: has 'thirty_one' and 'Thirty-One', which read alike in answers"

    def values(self, vocabulary):
        return ("thirty_one", "Thirty-One")


class NotRead(Turn):
    says = "values: an answer is not read back: "

    def values(self, vocabulary):
        return ("45", "\u0130-30")  # in lower case a letter and an accent

    def change(self, obj, value, vocabulary):
        return super().change(obj, value[-2:], vocabulary)


class Fails(Turn):
    says = "turn: change: raised KeyError: 'angle' (wrong.py:"

    def change(self, obj, value, vocabulary):
        return {}["angle"]


class FailsLater(Turn):
    says = "turn: phrase: raised ValueError: no words (wrong.py:"

    def phrase(self, step, named):
        raise ValueError("no words")


class SaysNothing(Turn):
    says = "turn: phrase: returned ''; return words in one line"

    def phrase(self, step, named):
        return ""


class Rejects(Turn):
    says = "turn: apply: rejected a step in each of 250 drawn states, most often with 'never' (turn.30"

    def change(self, obj, value, vocabulary):
        raise Rejected("never")


class AcceptsMore(Turn):
    says = "turn: accepted: has a way to say a step that does not lead to what the last image shows (train-0000"

    def accepted(self, states, at, step, vocabulary):
        return ("30", "45") if step.value == "30" else ("45", "30")


class LeavesOut(Turn):
    says = "turn: leading: leaves out the value of a step, where that alone leads from one state to the other (train-"

    def leading(self, before, after, objects, values, vocabulary):
        return values[1:]


class SaysItAddsUp(Turn):
    says = "turn: cumulative: is True, and yet two steps lead elsewhere in the other order; leave it out (0.turn.30, 0."
    cumulative = True

    def change(self, obj, value, vocabulary):
        return dataclasses.replace(super().change(obj, value, vocabulary), rotation=float(value))


class AddsUp(Turn):
    says = "turn: cumulative: is False, and yet steps add up, in any order; write cumulative = True"

    def limit(self, values, sampling):
        return 2


class NoDirections(Turn):
    says = "turn: directional: is True, and '30' begins with no direction (front, behind, "
    directional = True


class Directions(Turn):
    says = "turn: directional: is False, and all values are directions and distances; write directional = True"

    def values(self, vocabulary):
        return ("left.1", "right.1")


class NoOrder(Transformation):
    """Two objects exchange their shapes, the same as the other way round."""

    name = "turn"
    roles = (Role(), Role())
    ordered = True
    fields = frozenset({"shape"})
    says = "turn: ordered: is True, and yet 0+1.turn and 1+0.turn always lead to the same state; leave it out"

    def apply(self, state, step, vocabulary):
        a, b = step.objects
        return state.replace(a, shape=state[b].shape).replace(b, shape=state[a].shape)

    def phrase(self, step, named):
        return f"exchanges its shape with {named(step.objects[1])}"


class ForgetsOrder(Transformation):
    """The first object takes the shape of the second: not the same as the other way round."""

    name = "turn"
    roles = (Role(), Role())
    fields = frozenset({"shape"})
    says = "turn: ordered: is False, so that 6+0.turn is accepted too, but it gives another state; write ordered = True"

    def apply(self, state, step, vocabulary):
        a, b = step.objects
        return state.replace(a, shape=state[b].shape)

    def phrase(self, step, named):
        return f"takes the shape of {named(step.objects[1])}"


WRONG = [kind for kind in vars().values() if isinstance(kind, type) and "says" in vars(kind)]
