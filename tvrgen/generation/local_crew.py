"""The crew of one: this process, without Ray."""

from collections.abc import Iterator
from pathlib import Path

from tvrgen.dataset.storage.base import Storage
from tvrgen.generation import worker
from tvrgen.generation.driver import Done, Event, Failed, Progress, Task
from tvrgen.settings import Config

_TURN = 1.0  # seconds after which the driver hears of progress


class LocalCrew:
    """Makes one shard after the other. What hangs here hangs the run: only a worker of its own can be given up."""

    workers = 1

    def __init__(self, config: Config, storage: Storage, log: Path, opener: str, threads: int = 0) -> None:
        self._config, self._storage, self._log = config, storage, log
        self._renderer = worker.opener(opener)(config, log, threads)
        self._task: Task | None = None

    def free(self) -> int:
        return int(self._task is None)

    def begin(self, task: Task) -> None:
        self._task = task
        self._steps = worker.shard_steps(self._config, task.shard, self._storage, self._renderer, task.why)

    def events(self) -> Iterator[Event]:
        task = self._task
        if task is None:
            return
        images, facts, failure = worker.advance(self._steps, _TURN, self._log)
        yield Progress(task, images)
        if facts or failure:
            self._task = None
            yield Failed(task, *failure) if failure else Done(task, facts)

    def drop(self, task: Task) -> None:
        """It has come to its senses, or we would not be here: its try counts as failed."""
        self._steps.close()
        self._task = None

    def close(self) -> None:
        if self._task is not None:
            self._steps.close()  # what was begun is gone
