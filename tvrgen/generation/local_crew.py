"""Crew of one worker: this process, without Ray."""

from collections.abc import Generator, Iterator
from pathlib import Path

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Config
from tvrgen.dataset.storage.base import Storage
from tvrgen.generation import worker
from tvrgen.generation.driver import Done, Event, Failed, Rendered, Task

_TURN = 1.0  # seconds of work between reports to the driver


class LocalCrew:
    """Makes one shard after the other. A renderer that hangs, hangs the run: only another process could be stopped.

    Args:
        log: File for Blender's output.
        opener: Name of the function that opens the renderer, see `worker.opener`.
        threads: Render threads if the config sets none (0: all).
    """

    @property
    def workers(self) -> int:
        return 1

    def __init__(self, config: Config, storage: Storage, log: Path, opener: str, threads: int = 0) -> None:
        self._config, self._storage, self._log = config, storage, log
        self._renderer = worker.opener(opener)(config, log, threads)
        self._task: Task | None = None
        self._steps: Generator[int, None, Record] | None = None

    def free(self) -> int:
        return int(self._task is None)

    def begin(self, task: Task) -> str:
        self._task = task
        self._steps = worker.shard_steps(self._config, task.shard, self._storage, self._renderer, task.why, task.format)
        return ""

    def events(self) -> Iterator[Event]:
        task = self._task
        if task is None or self._steps is None:
            return
        turn = worker.advance(self._steps, _TURN, self._log)
        yield Rendered(task, turn.images)
        if turn.failure:
            if turn.failure.lost:
                raise UserError(f"{turn.failure.reason}; finished shards are kept, and the same command continues")
            self._task = None
            yield Failed(task, turn.failure.reason, turn.failure.node, turn.failure.tail)
        elif turn.facts is not None:
            self._task = None
            yield Done(task, turn.facts)

    def drop(self, task: Task) -> None:
        """Discards the shard: it came back late, or this code would not run; its try counts as failed."""
        self.close()

    def close(self) -> None:
        if self._task is not None and self._steps is not None:
            self._steps.close()
        self._task = None
