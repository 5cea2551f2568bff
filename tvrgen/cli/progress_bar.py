"""The progress bar of the command, on standard error."""

import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm

_INTERVAL = 30.0  # seconds between lines in a log


class _Lines:
    """File that turns tqdm's updates into lines: a log cannot overwrite its last line."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        if text.strip():
            self._file.write(f"{text.strip()}\n")

    def flush(self) -> None:
        self._file.flush()


class Bar:
    """Progress bar; a context manager. Draws a bar on a terminal, prints a line each half minute elsewhere.

    It appears with the first update, so that an early error is the only line.
    """

    def __init__(self, title: str, unit: str, total: int | None = None, hidden: bool = False) -> None:
        self._format = f"{{desc}}: {{percentage:3.0f}}%|{{bar}}| {{n_fmt}}/{{total_fmt}} {unit}"
        self._format += " [{elapsed}<{remaining}, {rate_noinv_fmt}{postfix}]"
        self._title, self._unit, self._hidden = title, unit, hidden
        self._total, self._done, self._start = total, 0, time.time()
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> "Bar":
        self._start = time.time()
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if self._bar is None and kind is None and self._total is not None:
            self.update(0)  # everything was done before
        self._close()

    def expect(self, total: int, done: int = 0) -> None:
        """Begins a stage of `total` units, of which `done` are done already."""
        if self._bar is not None:
            self._close()
            self._start = time.time()
        self._total, self._done = total, done

    def say(self, line: str) -> None:
        """Ends the stage, and prints a line on standard output."""
        self._close()
        self._total = None
        print(line, flush=True)

    def update(self, count: int, note: str = "") -> None:
        """Adds units that are done; `note` is shown behind the rate."""
        if self._bar is None:
            self._bar = self._open()
        self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(count)

    def _open(self) -> "tqdm[Any]":
        from tqdm import tqdm

        terminal = sys.stderr.isatty()
        bar: tqdm[Any] = tqdm(
            total=self._total or 0,
            initial=self._done,
            desc=self._title,
            unit=f" {self._unit}",
            bar_format=self._format,
            disable=self._hidden,
            file=sys.stderr if terminal else _Lines(sys.stderr),
            mininterval=0.1 if terminal else _INTERVAL,
        )
        bar.start_t = self._start
        return bar

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class Clock:
    """A line with the elapsed time, for work of unknown length; a context manager that removes the line at its end.

    Draws on a terminal, prints a line each half minute elsewhere.
    """

    def __init__(self, title: str) -> None:
        from tqdm import tqdm

        terminal = sys.stderr.isatty()
        self._clock: tqdm[Any] = tqdm(
            desc=title,
            bar_format="{desc} [{elapsed}]",
            leave=False,
            file=sys.stderr if terminal else _Lines(sys.stderr),
            mininterval=0.5 if terminal else _INTERVAL,
            miniters=0,
        )

    def __enter__(self) -> "Clock":
        return self

    def __exit__(self, *_: object) -> None:
        self._clock.close()

    def update(self) -> None:
        """Updates the line, at most every half second (in a log: half minute)."""
        self._clock.update(0)
