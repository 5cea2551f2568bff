"""Exceptions whose messages are meant for the user."""


class UserError(Exception):
    """A mistake that the user can correct. The message is one line: where, what is wrong, what to write instead."""


class ArgumentError(UserError):
    """A mistake in an argument of a function that a command calls as well.

    The message names the argument as Python does: `redo='train/shard-9': is no shard ...`, or `redo: ...` without
    a `value`. `as_option` names the command's option.
    """

    def __init__(self, argument: str, value: object, fault: str) -> None:
        super().__init__(argument, value, fault)
        self.argument, self.value, self.fault = argument, value, fault

    def __str__(self) -> str:
        written = "" if self.value is None else f"={self.value!r}"
        return f"{self.argument}{written}: {self.fault}"

    def as_option(self) -> str:
        """Returns the message for a command line: `--redo train/shard-9: is no shard ...`."""
        import shlex  # imported here: scorers load this module, and never print options

        option = _OPTIONS.get(self.argument, self.argument.replace("_", "-"))
        written = "" if self.value is None else f" {shlex.quote(str(self.value))}"
        return f"--{option}{written}: {self.fault}"


_OPTIONS = {"filters": "filter", "rl_format": "format"}  # arguments whose options have other names
