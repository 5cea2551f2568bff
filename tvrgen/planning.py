"""Scene lines of many problems, in order, planned by one process or several."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context

from tvrgen import record, sampler
from tvrgen.errors import UserError
from tvrgen.settings import Config

_CHUNK = 50  # problems that a process plans at a time

Range = tuple[str, int, int]
"""Problems `start` to `stop - 1` of a split: (split, start, stop)."""


def lines(config: Config, ranges: Iterable[Range], workers: int = 1) -> Iterator[str]:
    """Scene lines as JSON text, in order, the same for any number of workers.

    Raises UserError where a problem occurs in two splits, or where one cannot be drawn.
    """
    seen: dict[str, tuple[str, str]] = {}
    several = len(config.splits) > 1
    for chunk in _planned(config, _chunks(ranges), workers):
        for split, identity, digest, text in chunk:
            if several and seen.setdefault(digest, (split, identity))[0] != split:
                raise UserError(
                    f"{config.source}: {identity} is the same problem as {seen[digest][1]}; change the seed"
                )
            yield text


def _planned(config: Config, chunks: Iterator[Range], workers: int) -> Iterator[list[tuple[str, str, str, str]]]:
    if workers == 1:
        for chunk in chunks:
            yield _plan(config, chunk)
        return
    # spawned, not forked: libraries of this process may run threads of their own
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin, initargs=(config,))
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


def _plan(config: Config, chunk: Range) -> list[tuple[str, str, str, str]]:
    """(split, id, hash, scene line) of each problem of a chunk."""
    name, start, stop = chunk
    split, planned = config.split(name), []
    for index in range(start, stop):
        line = record.scene_line(sampler.plan_problem(config, name, index), split)
        record.check(line, "scene", line["id"])
        planned.append((name, line["id"], line["hash"], record.dump(line)))
    return planned


_config: Config | None = None  # of a spawned process, unpickled once


def _begin(config: Config) -> None:
    global _config
    _config = config


def _plan_here(chunk: Range) -> list[tuple[str, str, str, str]]:
    assert _config is not None
    return _plan(_config, chunk)
