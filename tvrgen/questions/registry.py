"""Families of questions by their names: the built-in ones, and those of users, which are imported."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

from tvrgen._support import own_modules
from tvrgen._support.errors import UserError
from tvrgen._support.messages import nearest, shown
from tvrgen.questions import families
from tvrgen.questions.family import Family
from tvrgen.questions.forms.registry import FORMS
from tvrgen.questions.own import Own

CHANGES = "changes"
"""The family of a config that names none."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OWN = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


def _shipped() -> Iterator[Family]:
    for info in pkgutil.iter_modules(families.__path__):
        module = importlib.import_module(f"{families.__name__}.{info.name}")
        own = [member for member in vars(module).values() if issubclass(type(member), type)]  # no list[int]
        yield from (c() for c in own if issubclass(c, Family) and c.__module__ == module.__name__)


BUILT_IN: dict[str, Family] = {family.name: family for family in _shipped()}
"""The families that ship with tvrgen, by name."""


def resolve(name: str) -> Family:
    """The family that a config names: a built-in one, or `package.module:Class`, which is imported.

    Raises UserError if it cannot be loaded.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    if not _OWN.fullmatch(name):
        raise UserError(f"unknown family {name!r}{nearest(name, [*BUILT_IN, 'package.module:Class'])}")
    module, _, attribute = name.partition(":")
    try:
        found = own_modules.member(module, attribute, inspect.isclass)
        family: Any = found() if inspect.isclass(found) else found
    except UserError as error:
        raise UserError(f"cannot load family {name!r}: {error}") from error
    except Exception as error:  # a user's class may fail in any way
        raise UserError(f"cannot load family {name!r}: {own_modules.said(error)}") from error
    if not isinstance(family, Family):
        raise UserError(f"{name!r} is no family; write a subclass of tvrgen.Family")
    if fault := _fault(family):
        raise UserError(f"cannot load family {name!r}: {fault}")
    return Own(family)


def _fault(family: Family) -> str:
    """What is wrong with the name or the form of a user's family; "" if nothing is."""
    name, form = getattr(family, "name", None), family.form
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"its name is {shown(name)}; write letters, digits and underscores, with a letter first"
    if name in BUILT_IN:
        return f"its name is {name!r}, as that of a family that ships; write another one"
    if form not in FORMS or form == "choice":
        return f"its form is {shown(form)}; write one of {', '.join(own for own in FORMS if own != 'choice')}"
    if not isinstance(family.places, tuple | list) or not all(isinstance(place, str) for place in family.places):
        return f"its places are {shown(family.places)}; write a tuple of texts"
    if any(getattr(type(family), own) is not getattr(Family, own) for own in ("choose", "ask")):
        return "it has a `choose` or an `ask` of its own, which no family may replace; leave it out"
    if not isinstance(family.approximate, bool) or (family.approximate and form != "number"):
        return f"its approximate is {shown(family.approximate)}; write True for some numbers, or leave it out"
    if not isinstance(family.objects, int):
        return f"its objects are {shown(family.objects)}; write a number"
    return ""
