"""Faults that checks find."""

from collections.abc import Iterable
from dataclasses import dataclass

from tvrgen._support.messages import counted, printable
from tvrgen.transformations.own import KindError


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


def of_error(error: KindError) -> Fault:
    """The fault of the user's kind that an error is about."""
    return Fault(error.member, error.text, error.kind, error.step)
