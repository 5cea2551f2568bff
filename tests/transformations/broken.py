"""Kinds whose code fails or returns what it must not, each in one member, and the line that says so."""

import numpy as np

from tvrgen import ObjectTransformation, Rejected, Role, Transformation


class Recolor(Transformation):
    """A kind that is right: the first object takes the color of the second; the others are this one with a slip."""

    name = "recolor"
    roles = (Role(), Role())
    ordered = True
    fields = frozenset({"color"})

    def values(self, vocabulary):
        return ("fast", "slow")

    def words(self, vocabulary):
        return "an object takes the color of another"

    def apply(self, state, step, vocabulary):
        a, b = step.objects
        if state[a].color == state[b].color:
            raise Rejected("they differ in color")
        return state.replace(a, color=state[b].color)


class Raises(Recolor):
    says = "kind recolor: apply: {step}: raised KeyError: 'colour' (broken.py:"

    def apply(self, state, step, vocabulary):
        return {}["colour"]


class RaisesInAHelper(Recolor):
    says = "kind recolor: apply: {step}: raised ZeroDivisionError: division by zero (broken.py:"

    def apply(self, state, step, vocabulary):
        return helper(state)


def helper(state):
    return len(state.objects) / 0


class MisspeltField(Recolor):
    says = "kind recolor: apply: {step}: raised TypeError: an object has no 'colour'; did you mean 'color'? (known: "

    def apply(self, state, step, vocabulary):
        return state.replace(step.object, colour="red")


class ReturnsAnObject(Recolor):
    says = "kind recolor: apply: {step}: returned Object("

    def apply(self, state, step, vocabulary):
        return state[step.object]


class OutOfRange(Recolor):
    says = "kind recolor: apply: {step}: returned a state of "

    def apply(self, state, step, vocabulary):
        return state.with_object(40, state[0])


class ChangesAnother(Recolor):
    says = "kind recolor: roles: {step}: a step changes object "

    def apply(self, state, step, vocabulary):
        after = super().apply(state, step, vocabulary)
        others = [k for k in range(len(state.objects)) if k not in step.objects]
        return after.replace(others[0], rotation=400.0) if others else after


class HoldsText(Recolor):
    says = "kind recolor: apply: {step}: returned a state that holds 'red' in the place of object "

    def apply(self, state, step, vocabulary):
        return state.with_object(step.object, "red")


class Halfway(Recolor):
    says = "kind recolor: apply: {step}: gave an object the position ("
    fields = frozenset({"position"})

    def apply(self, state, step, vocabulary):
        x, y = state[step.object].position
        return state.replace(step.object, position=(x / 2, y))


class NoPlace(Recolor):
    says = "kind recolor: apply: {step}: gave an object the position (1, 2, 3); give two whole numbers, as round(x) is"
    fields = frozenset({"position"})

    def apply(self, state, step, vocabulary):
        return state.replace(step.object, position=(1, 2, 3))


class UnknownColor(Recolor):
    says = "kind recolor: apply: {step}: gave an object the color 'rad', which the vocabulary lacks; did you mean"

    def apply(self, state, step, vocabulary):
        return state.replace(step.object, color="rad")


class NotANumber(Recolor):
    says = "kind recolor: apply: {step}: gave an object the rotation nan; give degrees"
    fields = frozenset({"rotation"})

    def apply(self, state, step, vocabulary):
        return state.replace(step.object, rotation=float("nan"))


class BareRejected(Recolor):
    says = "kind recolor: apply: {step}: raised TypeError: Rejected.__init__() missing 1 required positional argument"

    def apply(self, state, step, vocabulary):
        raise Rejected


class NoApply(Transformation):
    name = "recolor"
    says = "NoApply': it lacks apply; see docs/extending.md"


class NoChange(ObjectTransformation):
    name = "recolor"
    says = "NoChange': it lacks change; see docs/extending.md"


class NoName(Recolor):
    says = "kind 1st: name: is '1st'; write letters, digits and underscores"
    name = "1st"


class NameRaises(Recolor):
    says = "NameRaises': ValueError: none (broken.py:"

    @property
    def name(self):
        raise ValueError("none")

    @name.setter
    def name(self, value):
        pass


class ValuesRaise(Recolor):
    says = "kind recolor: values: raised AttributeError: 'Vocabulary' object has no attribute 'colours' (broken.py:"

    def values(self, vocabulary):
        return tuple(vocabulary.colours)


class ValuesAreText(Recolor):
    says = "kind recolor: values: returned 'fast'; return a tuple of texts"

    def values(self, vocabulary):
        return "fast"


class ValuesAreNumbers(Recolor):
    says = "kind recolor: values: returned (1, 2); return a tuple of texts"

    def values(self, vocabulary):
        return (1, 2)


class ValuesAreYielded(Recolor):
    says = "kind recolor: values: returned <generator object"

    def values(self, vocabulary):
        yield "fast"


class ValuesAreMissing(Recolor):
    says = "kind recolor: values: returned nothing; return a tuple of texts"

    def values(self, vocabulary):
        ("fast", "slow")  # noqa: B018


class ValuesReject(Recolor):
    says = "kind recolor: values: raised Rejected: never (broken.py:"

    def values(self, vocabulary):
        raise Rejected("never")


class ValuesAreFew(Recolor):
    says = "kind recolor: values: returned none; return those that a step can have"

    def values(self, vocabulary):
        return ()


class OneRole(Recolor):
    says = "kind recolor: roles: is Role(before='seen', after='seen', alone=False); write a tuple with a Role for each"
    roles = Role()


class RolesAreTexts(Recolor):
    says = "kind recolor: roles: is ('seen', 'seen'); write a tuple with a Role for each object, such as (Role(),)"
    roles = ("seen", "seen")


class RoleIsUnknown(Recolor):
    says = "kind recolor: roles: has 'visible' (known: seen, unseen, absent, any)"
    roles = (Role(), Role(before="visible"))


class FieldIsUnknown(Recolor):
    says = "kind recolor: fields: has 'colour', which is no field of an object; did you mean 'color'?"
    fields = frozenset({"colour"})


class FieldsAreText(Recolor):
    says = "kind recolor: fields: is 'color'; write a frozenset of names of fields, or None"
    fields = "color"


class OrderedIsText(Recolor):
    says = "kind recolor: ordered: is 'yes'; write True or False"
    ordered = "yes"


class WordsAreMissing(Recolor):
    says = "kind recolor: words: returned nothing; return the kind's line of the prompt, or an empty text"

    def words(self, vocabulary):
        "an object takes the color of another"


class WordsRaise(Recolor):
    says = "kind recolor: words: raised AttributeError: "

    def words(self, vocabulary):
        return vocabulary.name


class NoVariants(Recolor):
    says = "kind recolor: variants: returned {}; return name -> roles, with one way at least"

    def variants(self, sampling):
        return {}


class VariantsAreAList(Recolor):
    says = "kind recolor: variants: returned [(Role("

    def variants(self, sampling):
        return [self.roles]


class ShortVariant(Recolor):
    says = "kind recolor: variants: of 'near': are of 1 object; expected 2"

    def variants(self, sampling):
        return {"near": (Role(),)}


class VariantsRaise(Recolor):
    says = "kind recolor: variants: raised AttributeError: "

    def variants(self, sampling):
        return sampling.nothing


class LimitIsMissing(Recolor):
    says = "kind recolor: limit: returned nothing; return a number of at least 0"

    def limit(self, values, sampling):
        pass


class LimitRaises(Recolor):
    says = "kind recolor: limit: raised TypeError: "

    def limit(self, values):
        return 1


class LeastIsText(Recolor):
    says = "kind recolor: least_values: returned 'two'; return a whole number of at least 1"

    def least_values(self):
        return "two"


class AcceptsAText(Recolor):
    says = "kind recolor: accepted: {step}: returned '{value}'; return a tuple that begins with '{value}'"

    def accepted(self, states, at, step, vocabulary):
        return step.value


class AcceptsUnknown(Recolor):
    says = "kind recolor: accepted: {step}: returned 'red', which is none of the values"

    def accepted(self, states, at, step, vocabulary):
        return (step.value, "red")


class AcceptsNothing(Recolor):
    says = "kind recolor: accepted: {step}: returned nothing; return a tuple that begins with '{value}'"

    def accepted(self, states, at, step, vocabulary):
        pass


class AcceptRaises(Recolor):
    says = "kind recolor: accepted: {step}: raised IndexError: "

    def accepted(self, states, at, step, vocabulary):
        return states[99]


class LeadsElsewhere(Recolor):
    says = "kind recolor: leading: returned 'red', which is none of the values"

    def leading(self, before, after, objects, values, vocabulary):
        return ("red",)


class LeadsNowhere(Recolor):
    says = "kind recolor: leading: returned nothing; return a tuple of those of the values that may lead there"

    def leading(self, before, after, objects, values, vocabulary):
        pass


class PhraseIsMissing(Recolor):
    says = "kind recolor: phrase: {step}: returned nothing; return words in one line, such as 'turns cyan'"

    def phrase(self, step, named):
        pass


class PhraseRaises(Recolor):
    says = "kind recolor: phrase: {step}: raised IndexError: tuple index out of range (broken.py:"

    def phrase(self, step, named):
        return f"takes the color of {named(step.objects[2])}"


class ToldIsMissing(Recolor):
    says = "kind recolor: told: {step}: returned nothing; return a list of clauses, each in one line"

    def told(self, steps, entered, named):
        pass


class ToldRaises(Recolor):
    says = "kind recolor: told: {step}: raised TypeError: "

    def told(self, steps):
        return []


class ChangesNothingThere(ObjectTransformation):
    name = "recolor"
    says = "kind recolor: change: recolor: returned nothing; return the object after the step, or raise Rejected"

    def change(self, obj, value, vocabulary):
        pass


class ChangeRaises(ObjectTransformation):
    name = "recolor"
    says = "kind recolor: change: recolor: raised AttributeError: an object has no 'colour' (broken.py:"

    def change(self, obj, value, vocabulary):
        return obj.replace(color=obj.colour)


class Former:
    name = "recolor"
    says = "kind recolor: change: recolor.fast: raised ValueError: no (broken.py:"

    def values(self, vocabulary):
        return ("fast",)

    def apply(self, obj, value, vocabulary):
        raise ValueError("no")

    def phrase(self, value):
        return value


class Middle(Recolor):
    """A kind that is right, in numpy's numbers: the first object moves halfway to the second."""

    fields = frozenset({"position"})

    def apply(self, state, step, vocabulary):
        a, b = step.objects
        middle = np.array([state[a].position, state[b].position]).sum(axis=0) // 2
        return state.replace(a, position=tuple(middle))


BROKEN = [kind for kind in vars().values() if isinstance(kind, type) and "says" in vars(kind)]
