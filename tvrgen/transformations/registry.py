"""Kinds by their names: the built-in ones, and those of users, which are imported."""

import importlib

from tvrgen._support.errors import UserError
from tvrgen.scene.vocabulary import ATTRIBUTES
from tvrgen.transformations.attributes import Attribute
from tvrgen.transformations.base import Kind
from tvrgen.transformations.position import Position

BUILT_IN: dict[str, Kind] = {**{name: Attribute(name) for name in ATTRIBUTES}, "position": Position()}


def resolve(name: str) -> Kind:
    """The kind that a config names: a built-in one, or `package.module:Class`.

    Raises UserError if it cannot be loaded.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise UserError(f"{name!r} names no kind; write package.module:Class")
    try:
        kind: Kind = getattr(importlib.import_module(module), attribute)()
    except ImportError as error:
        raise UserError(f"cannot load kind {name!r}: {error}; is its folder on PYTHONPATH?") from error
    except Exception as error:  # a user's module may fail in any way
        raise UserError(f"cannot load kind {name!r}: {type(error).__name__}: {error}") from error
    if missing := [part for part in ("name", "values", "apply", "phrase") if not hasattr(kind, part)]:
        raise UserError(f"kind {name!r} lacks {', '.join(missing)}; see docs/extending.md")
    return kind
