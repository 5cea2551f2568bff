"""Progress of long work, as told to whoever displays it."""

from typing import Protocol


class Progress(Protocol):
    """Display of progress: a bar, a log, a widget in a notebook.

    Work that has several stages calls `expect` at the start of each.
    """

    def expect(self, total: int, done: int = 0) -> None:
        """Takes the number of units in all, and how many of them are done already."""

    def update(self, count: int, note: str = "") -> None:
        """Takes the number of units done since the last call (negative: work is to be done again), and a note."""


class Silent:
    """Progress that displays nothing: the default in Python."""

    def expect(self, total: int, done: int = 0) -> None:
        pass

    def update(self, count: int, note: str = "") -> None:
        pass
