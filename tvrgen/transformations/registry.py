"""Kinds by their names: the built-in ones, and those of users, which are imported."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tvrgen._support import own_modules
from tvrgen._support.errors import UserError
from tvrgen._support.messages import nearest
from tvrgen.scene import attributes
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import kinds
from tvrgen.transformations.attributes import Attribute
from tvrgen.transformations.base import ObjectTransformation, Role, Step, Transformation
from tvrgen.transformations.own import KindError, Own, OwnOfObject


def _shipped() -> Iterator[Transformation]:
    """Yields a kind for each attribute, and those of the files in `kinds`."""
    yield from map(Attribute, (*attributes.BUILT_IN, *attributes.SHIPPED))
    for info in pkgutil.iter_modules(kinds.__path__):
        module = importlib.import_module(f"{kinds.__name__}.{info.name}")
        own = [member for member in vars(module).values() if issubclass(type(member), type)]  # no list[int]
        yield from (c() for c in own if issubclass(c, Transformation) and c.__module__ == module.__name__)


BUILT_IN: dict[str, Transformation] = {kind.name: kind for kind in _shipped()}
"""The kinds that ship with tvrgen, by name."""

DEFAULT = ("color", "shape", "size", "material", "position")
"""The kinds of a config that names none, TRANCE's. Their order decides which problems such a config has."""

_FORMER = ("name", "values", "apply", "phrase")
_OWN = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


class NotImported(Transformation):
    """Place of a kind in the config of a dataset whose code is not trusted; `name` is "package.module:Class"."""

    def __init__(self, name: str) -> None:
        self.name = name

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        raise self._error()

    def apply(self, state: State, step: Step, vocabulary: Vocabulary) -> State:
        raise self._error()

    def _error(self) -> UserError:
        return UserError(f"kind {self.name!r} was not imported")


class Adapted(ObjectTransformation):
    """A user's kind of the form before `ObjectTransformation`.

    It has `name`, `values(vocabulary)`, `apply(obj, value, vocabulary)` and `phrase(value)`.
    """

    roles = (Role(before="any", after="any"),)

    def __init__(self, kind: Any) -> None:
        self._kind, self.name = kind, kind.name

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        values: tuple[str, ...] = self._kind.values(vocabulary)
        return values

    def change(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        changed: Object = self._kind.apply(obj, value, vocabulary)
        return changed

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        phrase: str = self._kind.phrase(step.value)
        return phrase


def resolve(name: str, trust: bool = True) -> Transformation:
    """The kind that a config names: a built-in one, or `package.module:Class`, which is imported if it is trusted.

    Raises UserError if it cannot be loaded.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    if not _OWN.fullmatch(name):
        raise UserError(f"{name!r} names no kind{suggestion(name)}")
    if not trust:
        return NotImported(name)
    module, _, attribute = name.partition(":")
    try:
        return _own(_made(own_modules.member(module, attribute, inspect.isclass)), name)
    except KindError:
        raise
    except UserError as error:
        raise UserError(f"cannot load kind {name!r}: {error}") from error
    except Exception as error:  # a user's class may fail in any way
        raise UserError(f"cannot load kind {name!r}: {own_modules.said(error)}") from error


def suggestion(name: str, more: Iterable[str] = ()) -> str:
    """What to write for a text that names no kind: mykinds:Swap for mykinds.Swap, or one of those known."""
    module, _, attribute = name.rpartition(".")
    if _OWN.fullmatch(f"{module}:{attribute}"):
        return f"; write {module}:{attribute}"
    return nearest(name, [*BUILT_IN, *more, "package.module:Class"])


def _made(found: Any) -> Any:
    """The kind that is a class, or an instance of one. Raises UserError if it cannot be made."""
    if not isinstance(found, type):
        if inspect.isroutine(found) or inspect.ismodule(found):
            raise UserError(f"is the {type(found).__name__} {found.__name__}; name a class")
        return found
    try:
        return found()
    except Exception as error:
        made = f"; a kind is made by {found.__name__}(), without arguments"
        raise UserError(f"{own_modules.said(error)}{'' if own_modules.user_lines(error) else made}") from error


def _own(kind: Any, name: str) -> Transformation:
    """A user's kind as the rest of tvrgen calls it. Raises UserError if it lacks what it must have."""
    if not isinstance(kind, Transformation):
        _check_has(_FORMER, {part for part in _FORMER if hasattr(kind, part)})
        return OwnOfObject(Adapted(kind), name, kind)
    base, member = (
        (ObjectTransformation, "change") if isinstance(kind, ObjectTransformation) else (Transformation, "apply")
    )
    defined = {"name"} if hasattr(kind, "name") else set()
    if getattr(type(kind), member) is not getattr(base, member):
        defined.add(member)
    _check_has(("name", member), defined)
    return OwnOfObject(kind, name) if isinstance(kind, ObjectTransformation) else Own(kind, name)


def _check_has(parts: Iterable[str], defined: Iterable[str]) -> None:
    if lacking := [part for part in parts if part not in defined]:
        raise UserError(f"it lacks {', '.join(lacking)}; see docs/extending.md")
