"""Making a dataset, from the config to dataset.json: what is missing, who makes it, what came of it."""

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tvrgen._support import scratch
from tvrgen._support.messages import counted, nearest
from tvrgen.dataset import catalog
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.report.preview import preview
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.base import Storage
from tvrgen.dataset.storage.open import open_storage
from tvrgen.errors import UserError
from tvrgen.generation import driver, worker
from tvrgen.generation.driver import Crew, Failed, Limits, Task
from tvrgen.generation.journal import Journal
from tvrgen.generation.local_crew import LocalCrew
from tvrgen.generation.ray_crew import RayCrew, Workforce
from tvrgen.imaging.blender import requirements
from tvrgen.sampling import design
from tvrgen.settings import Config

PREVIEW = "preview.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which splits to make, which shards again, and with whom: `force` None, this process, on `threads` (0: all).

    `opener` names the function that opens each worker's renderer.
    """

    splits: tuple[str, ...]
    redo: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    force: Workforce | None = None
    threads: int = 0
    opener: str = worker.OPENER


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: a sentence, and the shards that were given up."""

    sentence: str
    given_up: list[Failed]


class Bar(Protocol):
    """Who shows how far it is."""

    def expect(self, total: int, done: int) -> None: ...

    def update(self, count: int, note: str = "") -> None: ...


def generate(
    config: Config, out: str | Path, plan: Plan, bar: Bar, say: Callable[[str], None] | None = None
) -> Outcome:
    """Makes what is missing. `say` is given a JSON line for each event.

    Raises UserError for mistakes, before anything is written where they can be seen by then.
    """
    here = plan.opener == worker.OPENER and not (plan.force and plan.force.address)
    if here and (fault := requirements.lacking()):
        raise UserError(fault)
    for split in plan.splits:
        design.check(config, config.split(split))
    target = open_storage(out)
    _check(plan, target)
    shards = [shard for split in plan.splits for shard in shards_of(config, split)]
    _check_redo(plan, [shard.path for shard in shards])
    with catalog.writing_to(target, config) as there:
        catalog.note_again(target, dict.fromkeys(plan.redo, "asked for"))
        again = catalog.again(target)
        tasks = [Task(shard, worker.images_in(shard, config), again.get(shard.path, "")) for shard in shards]
        todo = [task for task in tasks if task.why or task.shard.path not in there]
        total = sum(task.images for task in tasks)
        bar.expect(total, total - sum(task.images for task in todo))
        given_up: list[Failed] = []
        if todo:
            given_up = _make(config, target, todo, plan, bar, say)
        description = catalog.finish(target, config)
        if description["shards"]:
            picture = io.BytesIO()
            preview(open_dataset(target.name)).save(picture, "PNG")
            target.write(PREVIEW, picture.getvalue())
    problems, questions = (sum(s[k] for s in description["splits"].values()) for k in ("problems", "questions"))
    made = f"{counted(problems, 'problem')}, {counted(questions, 'question')}"
    return Outcome(f"{target}: {made}; look at {target / PREVIEW}", given_up)


def _make(
    config: Config, target: Storage, todo: list[Task], plan: Plan, bar: Bar, say: Callable[[str], None] | None
) -> list[Failed]:
    def advance(images: int, workers: int, retries: int) -> None:
        notes = [counted(workers, "worker")] * bool(plan.force)
        notes += [f"retries: {retries}"] * bool(retries)
        bar.update(images, ", ".join(notes))

    journal = Journal(target, advance, say)
    journal.event("start", shards=len(todo), images=sum(task.images for task in todo))
    with _crew(config, target, len(todo), plan) as crew:
        given_up = driver.drive(todo, crew, plan.limits, journal)
    journal.event("end", given_up=len(given_up))
    return given_up


@contextlib.contextmanager
def _crew(config: Config, target: Storage, tasks: int, plan: Plan) -> Iterator[Crew]:
    scratch.clear()
    with scratch.folder() as folder:
        if plan.force:
            crew = RayCrew(config, target, plan.force, plan.opener, tasks)
        else:
            log = worker.log_in(target.worker_logs() or folder)
            crew = LocalCrew(config, target, log, plan.opener, plan.threads)
        try:
            yield crew
        finally:
            crew.close()
            scratch.clear()  # Ray ends workers by killing them


def _check(plan: Plan, target: Storage) -> None:
    if plan.force and target.name.startswith("memory://"):
        raise UserError("--out memory://: is of one process alone; write a folder or a store, or --workers 1")


def _check_redo(plan: Plan, known: list[str]) -> None:
    for path in plan.redo:
        if path not in known:
            raise UserError(f"--redo {path}: is no shard of this config{nearest(path, known)}")
