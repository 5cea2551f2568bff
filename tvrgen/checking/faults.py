"""Faults that checks find, and whose fault an exception is."""

import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tvrgen._support.messages import counted, printable
from tvrgen.transformations.base import ObjectTransformation, Step, Transformation


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong: the member of the protocol that it is about, what, of which kind, and in which problem.

    `where` is a problem's id and its answer, or a step; faults that differ in it alone are printed once.
    """

    about: str
    text: str
    kind: str = ""
    where: str = ""


def lines(faults: Iterable[Fault]) -> list[str]:
    """A line for each different fault, with the first of the places where it was found."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for fault in faults:
        places.setdefault((fault.kind, fault.about, fault.text), []).append(fault.where)
    found = []
    for (kind, about, text), where in places.items():
        more = f"; and in {counted(len(where) - 1, 'other')}" if len(where) > 1 else ""
        found.append(
            printable(": ".join(filter(None, (kind, about, text))) + (f" ({where[0]}{more})" * bool(where[0])))
        )
    return found


_MEMBERS = {name for base in (Transformation, ObjectTransformation) for name in vars(base) if not name.startswith("_")}


def of_kind(error: BaseException, kinds: Iterable[Transformation], where: str = "") -> Fault | None:
    """The fault of the kind in whose code an exception was raised: its member and the step; None if in none of them."""
    owners = {type(own): kind for kind in kinds for own in (kind, getattr(kind, "_kind", kind))}
    step: Step | None = None
    found: tuple[Transformation, str, Step | None] | None = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        local, code = frame.f_locals, frame.f_code
        step = next((value for value in local.values() if isinstance(value, Step)), step)
        owner = owners.get(type(local.get(code.co_varnames[0]))) if code.co_argcount else None
        if owner is not None and code.co_name in _MEMBERS:
            found = owner, code.co_name, step
    if found is None:
        return None
    kind, member, step = found
    place = f"{where}: {step}" if where and step else where or str(step or "")
    return Fault(member, f"raised {type(error).__name__}: {error}", _name(kind), place)


def _name(kind: Any) -> str:
    return str(getattr(kind, "name", type(kind).__name__))
