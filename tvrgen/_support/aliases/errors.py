"""Former path of UserError, before 0.2.0: `from tvrgen.errors import UserError`."""

from tvrgen._support.errors import UserError

__all__ = ["UserError"]
