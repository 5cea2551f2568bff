"""Ctrl-C while Blender works."""

import signal
import sys


class Interrupt:
    """Within `with Interrupt() as interrupt`, Ctrl-C and SIGTERM are noted; `check` raises KeyboardInterrupt for them.

    Raised at once, the exception could land in Blender's own Python code, which loses it and is left broken.
    """

    def __enter__(self) -> "Interrupt":
        self._noted = False
        self._before = {number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raises KeyboardInterrupt if one was noted. To be called between pictures."""
        if self._noted:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: object) -> None:
        if not self._noted:
            print("\ntvrgen: stopping after the picture that is being rendered", file=sys.stderr, flush=True)
        self._noted = True
