"""Which cores this process may use, while Blender is loaded."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def few(threads: int) -> Iterator[None]:
    """Shows this process no more than so many cores (0: all) for the time of the block. Does nothing but on Linux.

    Blender's task scheduler (oneTBB) makes a thread for every core that it sees when it is loaded. Where rendering is
    then held to one thread, one that may not work asks for work without end, and takes a core from the next worker.
    """
    seen = os.sched_getaffinity(0) if threads and hasattr(os, "sched_setaffinity") else set()
    if threads >= len(seen):
        yield
        return
    os.sched_setaffinity(0, sorted(seen)[:threads])
    try:
        yield
    finally:
        for thread in Path("/proc/self/task").iterdir():  # those that were made meanwhile as well
            with contextlib.suppress(OSError):  # it has ended
                os.sched_setaffinity(int(thread.name), seen)
