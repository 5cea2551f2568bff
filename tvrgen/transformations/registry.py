"""Kinds by their names: the built-in ones, and those of users, which are imported."""

import importlib
import re
from dataclasses import dataclass

from tvrgen._support.errors import UserError
from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import ATTRIBUTES, Vocabulary
from tvrgen.transformations.attributes import Attribute
from tvrgen.transformations.base import Kind
from tvrgen.transformations.position import Position

BUILT_IN: dict[str, Kind] = {**{name: Attribute(name) for name in ATTRIBUTES}, "position": Position()}

_OWN = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class NotImported:
    """Place of a kind in the config of a dataset whose code is not trusted; `name` is "package.module:Class"."""

    name: str

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        raise self._error()

    def apply(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        raise self._error()

    def phrase(self, value: str) -> str:
        raise self._error()

    def _error(self) -> UserError:
        return UserError(f"kind {self.name!r} was not imported")


def resolve(name: str, trust: bool = True) -> Kind:
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
        kind: Kind = getattr(importlib.import_module(module), attribute)()
    except ImportError as error:
        raise UserError(f"cannot load kind {name!r}: {error}; is its folder on PYTHONPATH?") from error
    except Exception as error:  # a user's module may fail in any way
        raise UserError(f"cannot load kind {name!r}: {type(error).__name__}: {error}") from error
    if missing := [part for part in ("name", "values", "apply", "phrase") if not hasattr(kind, part)]:
        raise UserError(f"kind {name!r} lacks {', '.join(missing)}; see docs/extending.md")
    return kind
