"""Kinds by their names: the built-in ones, and those of users, which are imported."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen.scene import attributes
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import kinds
from tvrgen.transformations.attributes import Attribute
from tvrgen.transformations.base import ObjectTransformation, Role, Step, Transformation


def _shipped() -> Iterator[Transformation]:
    """Yields a kind for each attribute, and those of the files in `kinds`."""
    yield from map(Attribute, (*attributes.BUILT_IN, *attributes.SHIPPED))
    for info in pkgutil.iter_modules(kinds.__path__):
        module = importlib.import_module(f"{kinds.__name__}.{info.name}")
        own = [member for member in vars(module).values() if isinstance(member, type)]
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
        return str(self._kind.phrase(step.value))


def resolve(name: str, trust: bool = True) -> Transformation:
    """The kind that a config names: a built-in one, or `package.module:Class`, which is imported if it is trusted.

    Raises UserError if it cannot be loaded.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    if not _OWN.fullmatch(name):
        raise UserError(f"{name!r} names no kind; write package.module:Class")
    if not trust:
        return NotImported(name)
    module, _, attribute = name.partition(":")
    try:
        kind: Any = getattr(importlib.import_module(module), attribute)()
    except ImportError as error:
        raise UserError(f"cannot load kind {name!r}: {error}; is its folder on PYTHONPATH?") from error
    except Exception as error:  # a user's module may fail in any way
        raise UserError(f"cannot load kind {name!r}: {type(error).__name__}: {error}") from error
    new = isinstance(kind, Transformation)
    if missing := [part for part in (("name",) if new else _FORMER) if not hasattr(kind, part)]:
        raise UserError(f"kind {name!r} lacks {', '.join(missing)}; see docs/extending.md")
    return kind if new else Adapted(kind)
