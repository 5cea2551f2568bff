"""Ctrl-C and SIGTERM, at moments that can bear them."""

import contextlib
import signal
import threading
from collections.abc import Iterator

_STOPS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Holds stops back until the block ends, then raises KeyboardInterrupt.

    Raised at once, the exception could land in Blender's own Python code, which loses it and is left broken.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is interrupted
        return
    noted: list[int] = []
    before = {number: signal.signal(number, lambda n, _: noted.append(n)) for number in _STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if noted:
        raise KeyboardInterrupt


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Leaves it as it is what stops do, whatever the block makes of them."""
    if threading.current_thread() is not threading.main_thread():
        yield  # which alone can change it
        return
    before = {number: signal.getsignal(number) for number in _STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stop_on_sigterm() -> None:
    """Makes SIGTERM stop this process as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
