"""CPU affinity of the process while Blender is imported."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def at_most(threads: int) -> Iterator[None]:
    """Limits the process to `threads` cores (0: no limit) inside the block. Does nothing on systems other than Linux.

    Blender's task scheduler (oneTBB) starts a thread for every core that it sees when it is imported. If rendering is
    then limited to one thread, an idle thread polls for work without end, and takes a core from the next worker.
    """
    allowed = os.sched_getaffinity(0) if threads and hasattr(os, "sched_setaffinity") else set()
    if threads >= len(allowed):
        yield
        return
    os.sched_setaffinity(0, sorted(allowed)[:threads])
    try:
        yield
    finally:
        for thread in Path("/proc/self/task").iterdir():  # threads started inside the block inherited the limit
            with contextlib.suppress(OSError):  # the thread has ended
                os.sched_setaffinity(int(thread.name), allowed)
