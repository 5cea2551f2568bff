"""Former home of `Rejected` and of the kinds of change; kinds of users still import them from here."""

from tvrgen.transformations.attributes import Attribute
from tvrgen.transformations.base import Kind, Rejected
from tvrgen.transformations.position import Position

__all__ = ["Attribute", "Kind", "Position", "Rejected"]
