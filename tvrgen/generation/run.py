"""A run: makes the missing shards of a dataset, then dataset.json and the preview."""

import dataclasses
import functools
import io
import logging
import numbers
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tvrgen._support.errors import ArgumentError, UserError
from tvrgen._support.import_path import importable
from tvrgen._support.messages import counted, nearest
from tvrgen._support.progress import Progress, Silent
from tvrgen.config.loader import load
from tvrgen.config.settings import Config
from tvrgen.dataset import catalog, preparation
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.report.preview import preview
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.soundness import NO_FOLDER, Condition, examine
from tvrgen.dataset.storage.base import Storage
from tvrgen.dataset.storage.open import open_storage
from tvrgen.generation import crews, driver, worker
from tvrgen.generation.driver import Failed, Limits, Task
from tvrgen.generation.journal import Journal
from tvrgen.generation.ray_session import RayOptions
from tvrgen.imaging.blender import requirements
from tvrgen.sampling import design

PREVIEW = "preview.png"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Result of a run: the size of the dataset now, and the shards given up. `str(outcome)` is a sentence about it."""

    out: str
    """The dataset's folder or URL."""
    problems: int
    """Problems of all splits that are done."""
    questions: int
    preview: str
    """Path or URL of an image of the first problems."""
    given_up: tuple[Failed, ...] = ()
    """Shards that failed at every try, each by its last failure: `.task.shard.path`, `.reason`, `.node`, `.tail`."""

    def __str__(self) -> str:
        made = f"{counted(self.problems, 'problem')}, {counted(self.questions, 'question')}"
        return f"{self.out}: {made}; look at {self.preview}"


def generate(
    config: Config | str | Path,
    out: str | Path,
    *,
    splits: Iterable[str] | str | None = None,
    redo: Iterable[str] | str = (),
    workers: int | None = None,
    address: str | None = None,
    threads: int = 0,
    cpus_per_worker: float = 1,
    gpus_per_worker: float | None = None,
    max_retries: int = 2,
    time_limit: float = 600.0,
    max_problems_per_worker: int = 0,
    max_memory: int = 0,
    dashboard: bool = False,
    opener: str = worker.OPENER,
    progress: Progress | None = None,
    on_event: Callable[[str], None] | None = None,
) -> Outcome:
    """Makes the missing shards of a dataset: plans, renders and writes. Stopped or killed, the same call continues.

    On a machine with NVIDIA GPUs, the number of workers follows from the GPUs, unless `workers` is given or
    `render.device` is cpu for all splits. On any other machine, this process renders; call the function from its main
    thread then: a process has one Blender, which belongs to that thread, so a process makes one dataset at a time. More
    workers are processes that Ray starts. Signal handlers are as before when the call returns.

    Args:
        config: A config, a YAML file, or the name of a shipped config.
        out: A folder, or a URL that fsspec reaches.
        splits: Names of the splits to make (default: all).
        redo: Shards to make again although they exist, such as "train/shard-00003".
        workers: Number of workers; 1: this process. None: chosen from the NVIDIA GPUs of this machine, or as many
            as fit on the cluster at `address`.
        address: A running Ray cluster: "auto" or "ray://host:port". None: Ray is started here, if it is needed.
        threads: Threads that each worker renders with (0: all, or the worker's share of them).
        cpus_per_worker: CPUs that Ray reserves for each worker.
        gpus_per_worker: GPUs that Ray reserves for each worker; 0.5: two workers share one. None: chosen from the
            GPUs of each node.
        max_retries: Tries of a shard after the first.
        time_limit: Seconds for a shard, and without a new image, before its worker is stopped; more for
            shards with many images.
        max_problems_per_worker: Problems after which a worker process is replaced (0: never).
        max_memory: MB of memory after which a worker process is replaced (0: never).
        dashboard: Whether Ray, started here, serves its dashboard.
        opener: "package.module:function" of the function that opens each worker's renderer, as
            `worker.open_renderer` does.
        progress: Display of the number of images made.
        on_event: Is called with a JSON line for each event: start, shard, failure, progress, end.

    Raises:
        UserError: A mistake in the config or the arguments, before anything is written if it can be found by then; or
            a run in which nothing succeeds any more.
        KeyboardInterrupt: On Ctrl-C. Finished shards are kept.
    """
    config = config if isinstance(config, Config) else load(config)
    _check_number("workers", workers, 1, optional=True)
    _check_number("threads", threads, 0)
    _check_number("max_retries", max_retries, 0)
    _check_number("max_problems_per_worker", max_problems_per_worker, 0)
    _check_number("max_memory", max_memory, 0)
    _check_number("cpus_per_worker", cpus_per_worker, 0, whole=False)
    _check_number("gpus_per_worker", gpus_per_worker, 0, whole=False, optional=True)
    _check_number("time_limit", time_limit, 0, whole=False)
    wanted = RayOptions(
        workers=workers,
        address=address,
        cpus=cpus_per_worker,
        gpus=gpus_per_worker,
        threads=threads,
        max_problems=max_problems_per_worker,
        max_memory=max_memory,
        dashboard=dashboard,
    )
    run = _Run(
        config=config,
        storage=open_storage(out),
        splits=tuple(config.split(name).name for name in _names(splits, config)),
        redo=(redo,) if isinstance(redo, str) else tuple(redo),
        limits=Limits(tries=max_retries + 1, seconds=time_limit),
        workers=wanted,
        opener=opener,
        progress=progress or Silent(),
        on_event=on_event,
    )
    with importable(config.folder):  # Ray's workers take over this import path
        _check(run)
        return _generate(run)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Arguments of `generate`, checked."""

    config: Config
    storage: Storage
    splits: tuple[str, ...]
    redo: tuple[str, ...]
    limits: Limits
    workers: RayOptions
    opener: str
    progress: Progress
    on_event: Callable[[str], None] | None


def _check_number(argument: str, number: Any, least: int, *, whole: bool = True, optional: bool = False) -> None:
    """Raises ArgumentError unless an argument is a number, not NaN, of at least `least`, or None if it is optional."""
    if number is None and optional:
        return
    is_number = isinstance(number, numbers.Integral if whole else numbers.Real)
    if not is_number or not number >= least:
        words = f"write a {'whole ' * whole}number of at least {least}{', or None' * optional}"
        raise ArgumentError(argument, number, words)


def _names(splits: Iterable[str] | str | None, config: Config) -> Iterable[str]:
    if splits is None:
        return config.splits
    return (splits,) if isinstance(splits, str) else splits


def _check(run: _Run) -> None:
    """Raises UserError for a mistake that can be seen before anything is written."""
    wanted = run.workers
    if not wanted.cpus and not wanted.gpus:
        raise ArgumentError("cpus_per_worker", 0, "Ray would start workers without end; write 1")
    if wanted.gpus and wanted.gpus > 1 and wanted.gpus != int(wanted.gpus):
        raise ArgumentError("gpus_per_worker", wanted.gpus, "above 1, Ray reserves whole GPUs; write a whole number")
    renders_here = run.opener == worker.OPENER and not wanted.address
    if renders_here and (fault := requirements.lacking()):
        raise UserError(fault)
    for name in run.splits:
        design.check(run.config, run.config.split(name))
    if crews.asks_for_ray(wanted) and run.storage.name.startswith("memory://"):
        raise ArgumentError(
            "out", run.storage.name, "exists in one process only; write a folder or a store, or one worker"
        )
    known = [shard.path for name in run.splits for shard in shards_of(run.config, name)]
    for path in run.redo:
        if path not in known:
            raise ArgumentError("redo", path, f"is no shard of this config{nearest(path, known)}")


def _generate(run: _Run) -> Outcome:
    storage = run.storage
    config = preparation.as_begun(storage, run.config)
    run = dataclasses.replace(run, config=config)
    with preparation.writing_to(storage, config):
        catalog.note_again(storage, dict.fromkeys(run.redo, "asked for"))
        given_up, conditions = _make_all(run)
        description = catalog.finish(storage, config, conditions)
        if description["shards"]:
            image = io.BytesIO()
            preview(open_dataset(storage.name)).save(image, "PNG")
            storage.write(PREVIEW, image.getvalue())
    splits = description["splits"].values()
    return Outcome(
        out=str(storage),
        problems=sum(split["problems"] for split in splits),
        questions=sum(split["questions"] for split in splits),
        preview=str(storage / PREVIEW),
        given_up=tuple(given_up),
    )


_ROUNDS = 3  # times that a run makes shards: those that vanish or break while it goes on are made again
_SHOWN = 8  # shards that a warning names


def _make_all(run: _Run) -> tuple[list[Failed], dict[str, Condition]]:
    """Makes the shards that are missing or not sound; returns those given up, and the condition of those to be listed.

    Raises UserError for files in the places of shards.
    """
    storage, config = run.storage, run.config
    known = {shard.path: shard for name in config.splits for shard in shards_of(config, name)}
    images = functools.cache(lambda path: worker.images_in(known[path], config))
    wanted = [path for path, shard in known.items() if shard.split in run.splits]
    journal, given_up, tried = None, list[Failed](), set[str]()
    number = 0
    for _ in range(_ROUNDS):
        there = storage.shards() & known.keys()
        number = number or preparation.own_format(storage, there)
        conditions = examine(storage, there)
        faults = {path: own.fault for path, own in conditions.items() if own.fault and path not in tried}
        _check_places(storage, faults)
        again = catalog.again(storage) | faults
        due = faults.keys() | {path for path in wanted if path in again or path not in conditions} - tried
        todo = [Task(known[path], images(path), again.get(path, ""), number) for path in known if path in due]
        if journal is None:
            total = sum(map(images, wanted))
            run.progress.expect(total, total - sum(task.images for task in todo))
        if not todo:
            break
        _tell(storage, faults, journal is not None, [path for path in due if path not in conditions])
        catalog.note_again(storage, faults)
        journal = journal or Journal(storage, run.progress.update, run.on_event)
        given_up += _make(run, todo, journal)
        tried = {failed.task.shard.path for failed in given_up}
    if todo:
        conditions = examine(storage, storage.shards() & known.keys())
    return given_up, {path: own for path, own in conditions.items() if not (own.fault and path in tried)}


def _check_places(storage: Storage, faults: dict[str, str]) -> None:
    """Raises UserError if files are in the places of shards."""
    if taken := [path for path, fault in faults.items() if fault == NO_FOLDER]:
        raise UserError(f"{storage}: {', '.join(taken)}: {NO_FOLDER}; move it away, and the same command continues")


def _tell(storage: Storage, faults: dict[str, str], later: bool, missing: list[str]) -> None:
    """Warns of shards that are not sound, and of those that vanished since the run made them."""
    found = [f"{path}: {fault}" for path, fault in faults.items()] + [f"{path}: vanished" for path in missing if later]
    if found:
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        _log.warning("%s: made again: %s%s", storage, "; ".join(found[:_SHOWN]), more)


def _make(run: _Run, todo: list[Task], journal: Journal) -> list[Failed]:
    """Makes the shards of `todo`; returns those that were given up."""
    journal.event("start", shards=len(todo), images=sum(task.images for task in todo))
    with crews.crew(run.config, run.storage, run.workers, run.opener, len(todo), journal) as crew:
        given_up = driver.drive(todo, crew, run.limits, journal)
    journal.event("end", given_up=len(given_up))
    return given_up
