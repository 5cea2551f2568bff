"""Scene lines or question lines of many problems, planned without images by one process or several."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from tvrgen._support.errors import ArgumentError, UserError
from tvrgen._support.import_path import importable
from tvrgen._support.json_lines import Record
from tvrgen.config.loader import load
from tvrgen.config.settings import Config, Split
from tvrgen.dataset import records
from tvrgen.dataset.images import image_files
from tvrgen.questions import asking
from tvrgen.sampling import design
from tvrgen.sampling.problem import Planned

_CHUNK = 50  # problems that a process plans in one task

Range = tuple[str, int, int]
"""Problems `start` to `stop - 1` of a split: (split, start, stop)."""


def plan(config: Config | str | Path, split: str, index: int) -> Planned:
    """Returns problem `index` of a split with its states, and what each image shows of each object.

    A function of the config, the split's name and the index alone. Needs no Blender.

    Args:
        config: A config, a YAML file, or the name of a shipped config.
        split: Name of the split.
        index: Index of the problem in the split, from 0.

    Raises UserError if the split has no such problem, or if the problem cannot be drawn.
    """
    config = config if isinstance(config, Config) else load(config)
    last = config.split(split).count - 1
    if not 0 <= index <= last:
        raise ArgumentError("index", index, f"the problems of split {split} are 0 to {last}; write one of these")
    return asking.plan_problem(config, split, index)


def ranges(config: Config, split: str | None = None, start: int = 0, count: int | None = None) -> list[Range]:
    """Returns the range of each split, or of one: at most `count` problems from problem `start` on.

    Raises UserError if a split has no problem `start`, or if its config cannot be met.
    """
    found = []
    for own in [config.split(split)] if split else config.splits.values():
        with importable(config.folder):
            design.check(config, own)
        if start >= own.count:
            raise ArgumentError("start", start, f"split {own.name} ends at problem {own.count - 1}; write that or less")
        found.append((own.name, start, min(own.count, start + (count or own.count))))
    return found


def record_lines(config: Config, ranges: Iterable[Range], workers: int = 1, kind: str = "scene") -> Iterator[str]:
    """Yields the records of all problems in order, as JSON texts: scene lines, or question lines for kind "question".

    They are the same for any number of `workers`, the processes that plan.

    Raises UserError if a problem occurs in two splits, or if a problem cannot be drawn.
    """
    seen: dict[str, tuple[str, str]] = {}
    several = len(config.splits) > 1
    for chunk in _planned(config, _chunks(ranges), workers, kind):
        for split, identity, digest, text in chunk:
            if several and seen.setdefault(digest, (split, identity))[0] != split:
                raise UserError(
                    f"{config.source}: {identity} is the same problem as {seen[digest][1]}; change the seed"
                )
            yield text


def _planned(
    config: Config, chunks: Iterator[Range], workers: int, kind: str
) -> Iterator[list[tuple[str, str, str, str]]]:
    if workers == 1:
        for chunk in chunks:
            yield _plan(config, chunk, kind)
        return
    # spawned, not forked: libraries of this process may run threads of their own
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin, initargs=(config, kind))
    with pool:
        waiting = [pool.submit(_plan_here, chunk) for chunk in islice(chunks, 4 * workers)]
        try:
            while waiting:
                yield waiting.pop(0).result()
                waiting += [pool.submit(_plan_here, chunk) for chunk in islice(chunks, 1)]
        finally:
            pool.shutdown(cancel_futures=True)


def _chunks(ranges: Iterable[Range]) -> Iterator[Range]:
    for split, start, stop in ranges:
        for first in range(start, stop, _CHUNK):
            yield split, first, min(stop, first + _CHUNK)


def _plan(config: Config, chunk: Range, kind: str) -> list[tuple[str, str, str, str]]:
    """(split, id, hash, JSON lines) of each problem of a chunk."""
    name, start, stop = chunk
    split, found = config.split(name), []
    with importable(config.folder):  # phrases of the user's own kinds are asked for here, too
        for index in range(start, stop):
            planned = asking.plan_problem(config, name, index)
            own = _lines(config, split, planned, kind)
            found.append((name, planned.problem.id, planned.hash, "\n".join(map(records.dump, own))))
    return found


def _lines(config: Config, split: Split, planned: Planned, kind: str) -> list[Record]:
    """A problem's scene line or its question lines, checked."""
    images = image_files(planned.problem, planned.shots, split)
    if kind == "scene":
        own = [records.scene_line(planned, images, split)]
    else:
        own = records.question_lines(planned, images, split, config.seed)
    for line in own:
        records.check(line, kind, line["id"])
    return own


_given: tuple[Config, str] | None = None  # config and kind of record, unpickled once in each process of the pool


def _begin(config: Config, kind: str) -> None:
    global _given
    _given = config, kind


def _plan_here(chunk: Range) -> list[tuple[str, str, str, str]]:
    assert _given is not None
    return _plan(_given[0], chunk, _given[1])
