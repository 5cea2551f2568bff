"""Lines of many problems, in order, planned by one process or several."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context

from tvrgen.dataset import records
from tvrgen.dataset.images import image_files
from tvrgen.errors import UserError
from tvrgen.sampling import sampler
from tvrgen.settings import Config

_CHUNK = 50  # problems that a process plans at a time

Range = tuple[str, int, int]
"""Problems `start` to `stop - 1` of a split: (split, start, stop)."""


def lines(config: Config, ranges: Iterable[Range], workers: int = 1, kind: str = "scene") -> Iterator[str]:
    """Each problem's scene line as JSON text, or its question lines, in order, the same for any number of workers.

    Raises UserError where a problem occurs in two splits, or where one cannot be drawn.
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
    """(split, id, hash, lines) of each problem of a chunk."""
    name, start, stop = chunk
    split, found = config.split(name), []
    for index in range(start, stop):
        planned = sampler.plan_problem(config, name, index)
        images = image_files(planned.problem, planned.shots, split.output, split.image)
        if kind == "scene":
            own = [records.scene_line(planned, images, split)]
        else:
            own = records.question_lines(planned, images, split, config.seed)
        for line in own:
            records.check(line, kind, line["id"])
        found.append((name, planned.problem.id, planned.hash, "\n".join(map(records.dump, own))))
    return found


_given: tuple[Config, str] | None = None  # config and kind, of a spawned process, unpickled once


def _begin(config: Config, kind: str) -> None:
    global _given
    _given = config, kind


def _plan_here(chunk: Range) -> list[tuple[str, str, str, str]]:
    assert _given is not None
    return _plan(_given[0], chunk, _given[1])
