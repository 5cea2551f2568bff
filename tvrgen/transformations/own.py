"""Kinds of users' own, as the rest of tvrgen calls them: what they raise, or return amiss, is an error of one line.

`registry` puts every imported kind behind an `Own`, which asks the kind, checks what it returns, and says what is
wrong: "kind swap: apply: 2+5.swap: raised KeyError: 'x' (mykinds.py:12)". Nothing else guards against such code.
"""

import functools
import inspect
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any, NoReturn

from tvrgen._support import own_modules
from tvrgen._support.errors import UserError
from tvrgen._support.messages import counted, nearest, shown
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import ObjectTransformation, Rejected, Role, Step, Transformation


class KindError(UserError):
    """What is wrong with a user's kind: "kind NAME: MEMBER: STEP: TEXT".

    `step` is empty where the member was asked for no step.
    """

    def __init__(self, kind: str, member: str, text: str, step: str = "") -> None:
        super().__init__(kind, member, text, step)
        self.kind, self.member, self.text, self.step = kind, member, text, step

    def __str__(self) -> str:
        return ": ".join(filter(None, (f"kind {self.kind}", self.member, self.step, self.text)))


_ATTRIBUTES = ("name", "roles", "fields", "ordered", "directional", "cumulative")
_REJECTING = ("apply", "change")  # members that may raise Rejected
_TVRGEN = __name__.partition(".")[0] + "."


class Own(Transformation):
    """A user's kind. A member that its class does not define is that of the base class.

    Members raise KindError where the user's code raises anything but `Rejected`, or returns what the protocol does not
    allow. So does making one, where an attribute cannot be read.

    Args:
        kind: The user's kind, or what adapts it.
        given: What a config names it by; errors say it until the kind's own name is known.
        source: What was adapted. Errors name the files of its class.
    """

    _base: type[Transformation] = Transformation

    def __init__(self, kind: Transformation, given: str, source: Any = None) -> None:
        self._kind, self._source, self.name = kind, type(source or kind), given
        self._defined = frozenset(
            member
            for member in vars(Transformation)
            if getattr(type(kind), member, None) is not getattr(self._base, member, None)
        )
        for attribute in _ATTRIBUTES:
            setattr(self, attribute, self._asked(attribute, "", functools.partial(getattr, kind, attribute)))
        if isinstance(self.fields, set):
            self.fields = frozenset(self.fields)

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules, tvrgen's and Python's own apart, of the user's class and of those that it inherits from."""
        names = dict.fromkeys(own.__module__ for own in self._classes())
        return tuple(name for name in names if name.partition(".")[0] not in sys.stdlib_module_names)

    @property
    def valued(self) -> bool:
        return self._kind.valued

    @property
    def plain(self) -> bool:
        return self._kind.plain

    def words(self, vocabulary: Vocabulary) -> str:
        words = self._call("words", "", vocabulary)
        if not isinstance(words, str):
            self._fail("words", f"returned {shown(words)}; return the kind's line of the prompt, or an empty text")
        return words

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        values = self._call("values", "", vocabulary)
        if not isinstance(values, tuple | list) or not all(isinstance(value, str) for value in values):
            self._fail("values", f"returned {shown(values)}; return a tuple of texts")
        if not values:
            self._fail("values", 'returned none; return those that a step can have, or ("",) for a kind without values')
        return tuple(values)

    def apply(self, state: State, step: Step, vocabulary: Vocabulary) -> State:
        return self._checked_state(self._call("apply", step, state, step, vocabulary), state, step, vocabulary)

    def variants(self, sampling: Any) -> Mapping[str, tuple[Role, ...]]:
        ways = self._call("variants", "", sampling)
        if not isinstance(ways, Mapping) or not ways:
            self._fail("variants", f"returned {shown(ways)}; return name -> roles, with one way at least")
        return ways

    def least_values(self) -> int:
        number = self._call("least_values", "")
        if not isinstance(number, Integral) or number < 1:
            self._fail("least_values", f"returned {shown(number)}; return a whole number of at least 1")
        return int(number)

    def limit(self, values: int, sampling: Any) -> float:
        number: Any = self._call("limit", "", values, sampling)
        if not isinstance(number, Real) or not float(number) >= 0:
            self._fail("limit", f"returned {shown(number)}; return a number of at least 0")
        return float(number)

    def accepted(self, states: Sequence[State], at: int, step: Step, vocabulary: Vocabulary) -> tuple[str, ...]:
        values = self._call("accepted", step, states, at, step, vocabulary)
        if not isinstance(values, tuple | list) or list(values[:1]) != [step.value]:
            self._fail("accepted", f"returned {shown(values)}; return a tuple that begins with {step.value!r}", step)
        self._check_known("accepted", values, self.values(vocabulary) if len(values) > 1 else values, step)
        return tuple(values)

    def leading(
        self, before: State, after: State, objects: Sequence[int], values: Sequence[str], vocabulary: Vocabulary
    ) -> Sequence[str]:
        if "leading" not in self._defined:
            return values
        found = self._call("leading", "", before, after, objects, values, vocabulary)
        if not isinstance(found, tuple | list):
            self._fail("leading", f"returned {shown(found)}; return a tuple of those of the values that may lead there")
        self._check_known("leading", found, values)
        return found

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        words: str = self._call("phrase", step, step, named)
        if not _is_line(words):
            text = f"returned {shown(words)}; return words in one line, such as 'turns cyan'"
            self._fail("phrase", text, step)
        return words

    def told(self, steps: Sequence[Step], entered: bool, named: Callable[[int], str]) -> list[str]:
        clauses = self._call("told", steps[0] if steps else "", steps, entered, named)
        if not isinstance(clauses, list | tuple) or not clauses or not all(map(_is_line, clauses)):
            text = f"returned {shown(clauses)}; return a list of clauses, each in one line, such as 'it turns cyan'"
            self._fail("told", text, steps[0])
        return list(clauses)

    def _classes(self) -> list[type]:
        """The user's class, and those that it inherits from which are not tvrgen's."""
        return [own for own in self._source.__mro__ if not own.__module__.startswith(_TVRGEN)]

    def _call(self, member: str, step: Step | str, *arguments: Any) -> Any:
        """What a member of the user's class returns or, if that does not define it, of the base class."""
        if member not in self._defined:
            return getattr(super(), member)(*arguments)
        return self._asked(member, step, functools.partial(getattr(self._kind, member), *arguments))

    def _asked(self, member: str, step: Step | str, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except (KindError, MemoryError):
            raise
        except Exception as error:  # a user's code may fail in any way
            if isinstance(error, Rejected) and member in _REJECTING:
                raise
            folders = {Path(file).parent for file in map(_file, self._classes()) if file}
            text = f"raised {own_modules.said_in(error, folders)}"
            raise KindError(self.name, member, text, str(step)) from error

    def _fail(self, member: str, text: str, step: Step | str = "") -> NoReturn:
        raise KindError(self.name, member, text, str(step))

    def _check_known(self, member: str, found: Sequence[Any], values: Sequence[str], step: Step | str = "") -> None:
        known = frozenset(values)
        if strange := [value for value in found if not isinstance(value, str) or value not in known]:
            self._fail(member, f"returned {shown(strange[0])}, which is none of the values", step)

    def _checked_state(self, found: Any, before: State, step: Step, vocabulary: Vocabulary) -> State:
        """The state after a step, with objects of the types that they must have; only those that it names differ."""
        after: State = found
        if not isinstance(after, State) or not isinstance(after.objects, tuple):
            self._fail("apply", f"returned {shown(after)}; return the state after the step, or raise Rejected", step)
        if len(after.objects) != len(before.objects):
            number = counted(len(after.objects), "object")
            text = f"returned a state of {number}, not {len(before.objects)}; one that is gone has present=False"
            self._fail("apply", text, step)
        for k, (was, is_) in enumerate(zip(before.objects, after.objects, strict=True)):
            if was is is_:
                continue
            if not isinstance(is_, Object):
                self._fail("apply", f"returned a state that holds {shown(is_)} in the place of object {k}", step)
            sound = self._checked(is_, "apply", step, vocabulary)
            if k not in step.objects and sound != was:
                self._fail("roles", f"a step changes object {k}, which it does not name; write a Role for it", step)
            after = after if sound is is_ else after.with_object(k, sound)
        return after

    def _checked(self, obj: Object, member: str, step: Step | str, vocabulary: Vocabulary) -> Object:
        """An object that a step gave, with a position of whole numbers, where numpy's are Python's."""
        for attribute in vocabulary.attributes:
            value = getattr(obj, attribute)
            if not isinstance(value, str) or value not in vocabulary.table(attribute):
                text = f"gave an object the {attribute} {shown(value)}, which the vocabulary lacks"
                self._fail(member, text + nearest(str(value), vocabulary.values(attribute)), step)
        if not _is_place(obj.position):
            try:
                x, y = obj.position
                whole = isinstance(x, Integral) and isinstance(y, Integral)
            except (TypeError, ValueError):
                whole = False
            if not whole:
                text = f"gave an object the position {shown(obj.position)}; give two whole numbers, as round(x) is"
                self._fail(member, text, step)
            obj = obj.replace(position=(int(x), int(y)))
        if type(obj.rotation) is not float or not math.isfinite(obj.rotation):
            if not isinstance(obj.rotation, Real) or not math.isfinite(obj.rotation):
                self._fail(member, f"gave an object the rotation {shown(obj.rotation)}; give degrees", step)
            obj = obj.replace(rotation=float(obj.rotation))
        if obj.present is not True and obj.present is not False:
            if obj.present not in (True, False):
                self._fail(member, f"gave an object present={shown(obj.present)}; give True or False", step)
            obj = obj.replace(present=bool(obj.present))
        return obj


class OwnOfObject(Own, ObjectTransformation):
    """A user's kind that changes one object and looks at no other."""

    _base = ObjectTransformation

    def __init__(self, kind: ObjectTransformation, given: str, source: Any = None) -> None:
        super().__init__(kind, given, source)
        self._change = kind.change

    def change(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        return self._changed(f"{self.name}.{value}" if value else self.name, obj, value, vocabulary)

    def apply(self, state: State, step: Step, vocabulary: Vocabulary) -> State:
        if "apply" in self._defined:
            return super().apply(state, step, vocabulary)
        return state.with_object(step.object, self._changed(step, state[step.object], step.value, vocabulary))

    def _changed(self, step: Step | str, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        changed = self._asked("change", step, functools.partial(self._change, obj, value, vocabulary))
        if not isinstance(changed, Object):
            self._fail(
                "change", f"returned {shown(changed)}; return the object after the step, or raise Rejected", step
            )
        return changed if changed is obj else self._checked(changed, "change", step, vocabulary)


def _is_line(words: Any) -> bool:
    return isinstance(words, str) and bool(words.strip()) and "\n" not in words


def _is_place(position: Any) -> bool:
    return type(position) is tuple and len(position) == 2 and type(position[0]) is type(position[1]) is int


def _file(own: type) -> str:
    """The file of a class; empty for one without a file."""
    try:
        return inspect.getsourcefile(own) or ""
    except (TypeError, OSError):
        return ""
