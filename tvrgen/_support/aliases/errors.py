"""The exception for users' mistakes as versions before 0.2.0 named it: `from tvrgen.errors import UserError`."""

from tvrgen._support.errors import UserError

__all__ = ["UserError"]
