"""Signal handlers for Ctrl-C (SIGINT) and SIGTERM: delayed, restored, or made the same.

Only the main thread may set signal handlers; in other threads these context managers do nothing.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator

_STOPS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Delays SIGINT and SIGTERM until the block ends, then raises KeyboardInterrupt.

    Raised at once, the exception could land in Blender's own Python code, which loses it and is left broken.
    """
    received: list[int] = []
    with restored():
        if _is_main_thread():
            for number in _STOPS:
                signal.signal(number, lambda number, _: received.append(number))
        yield
    if received:
        raise KeyboardInterrupt


@contextlib.contextmanager
def restored() -> Iterator[None]:
    """Restores the SIGINT and SIGTERM handlers after the block."""
    if not _is_main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Raises KeyboardInterrupt on SIGTERM, as Ctrl-C does, until the block ends."""
    with restored():
        if _is_main_thread():
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        yield


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
