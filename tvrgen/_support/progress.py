"""Progress of long work: the protocol of displays, and a silent display."""

from typing import Protocol


class Progress(Protocol):
    """Display of progress: a bar, a log, a widget in a notebook.

    Work that has several stages calls `expect` at the start of each.
    """

    def expect(self, total: int, done: int = 0) -> None:
        """Sets the total number of units, and the number of units done already."""

    def update(self, count: int, note: str = "") -> None:
        """Adds the units done since the last call (negative: work is repeated), and shows a note."""


class Silent:
    """Progress that displays nothing: the default in Python."""

    def expect(self, total: int, done: int = 0) -> None:
        pass

    def update(self, count: int, note: str = "") -> None:
        pass
