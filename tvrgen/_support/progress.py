"""The progress bar."""

import sys
import time
from typing import TextIO

from tqdm import tqdm

_SELDOM = 30.0  # seconds between lines where they are kept


class _Lines:
    """What a bar writes, a line each time: for a log, where nothing can be written over."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        if text.strip():
            self._file.write(f"{text.strip()}\n")

    def flush(self) -> None:
        self._file.flush()


class Bar:
    """A progress bar that shows when the first work is done, so that an early error stands alone."""

    def __init__(self, what: str, unit: str, total: int = 0, hidden: bool = False) -> None:
        self._format = f"{{desc}}: {{percentage:3.0f}}%|{{bar}}| {{n_fmt}}/{{total_fmt}} {unit}"
        self._format += " [{elapsed}<{remaining}, {rate_noinv_fmt}{postfix}]"
        self._what, self._unit, self._hidden = what, unit, hidden
        self._total, self._done = total, 0

    def expect(self, total: int, done: int) -> None:
        """How much there is, and how much of it is done already."""
        self._total, self._done = total, done

    def __enter__(self) -> "Bar":
        self._bar, self._start = None, time.time()
        return self

    def __exit__(self, kind: type | None, *_) -> None:
        if self._bar is None and kind is None:
            self.update(0)
        if self._bar is not None:
            self._bar.close()

    def update(self, count: int, note: str = "") -> None:
        """So much more is done."""
        if self._bar is None:
            self._bar = tqdm(
                total=self._total,
                initial=self._done,
                desc=self._what,
                unit=f" {self._unit}",
                bar_format=self._format,
                disable=self._hidden,
                **({} if sys.stderr.isatty() else {"file": _Lines(sys.stderr), "mininterval": _SELDOM}),
            )
            self._bar.start_t = self._start
        self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(count)
