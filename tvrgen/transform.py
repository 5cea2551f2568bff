"""Former home of `tvrgen.Rejected` and the kinds of change, which users' own kinds import from here."""

from tvrgen.transformations.attributes import Attribute
from tvrgen.transformations.base import Kind, Rejected
from tvrgen.transformations.position import Position

__all__ = ["Attribute", "Kind", "Position", "Rejected"]
