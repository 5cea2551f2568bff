"""UserError: the exception whose message is meant for the user."""


class UserError(Exception):
    """A mistake that the user can correct. The message is one line: where, what is wrong, what to write instead."""
