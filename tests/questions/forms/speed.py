"""The time to score responses that repeat a piece: `python -m tests.questions.forms.speed` prints the slowest.

All pieces are repeated up to 32 KB, and those that take longest up to a million characters. Takes some minutes.
"""

import itertools
import time
from collections.abc import Iterable, Iterator

from tests.questions.forms.pieces import pieces, responses
from tvrgen.scoring import star_r1_reward

Figure = tuple[float, str, str]
"""Milliseconds of CPU time per KB of UTF-8, the piece, and where it is repeated."""

TRUTH = {"changes": [{"index": 2, "attribute": "color", "value": "cyan"}]}
LOOKS = [["large", "red", "metal", "cube"], ["small", "gray", "rubber", "cube"], ["small", "gray", "metal", "cube"]] * 3
TRUTHS = {"indices": TRUTH, "looks": {**TRUTH, "looks": LOOKS}}


def figures(size: int, chosen: Iterable[str], enough: float = 1.0) -> Iterator[Figure]:
    """Yields the figure of each response; the least of three tries, unless one is `enough`."""
    for piece in chosen:
        for (where, response), (named, truth) in itertools.product(responses(piece, size).items(), TRUTHS.items()):
            kilobytes = max(1, len(response.encode("utf-8", "surrogatepass")) / 1024)
            yield _least(response, truth, kilobytes, enough), piece, f"{where}, {named}"


def worst(count: int = 6) -> list[Figure]:
    """The figures at a million characters of the `count` pieces that take longest at 32 KB; the largest first."""
    slowest = sorted(figures(2**15, pieces()), reverse=True)
    chosen = list(dict.fromkeys(piece for _, piece, _ in slowest))[:count]
    return sorted(figures(_LONGEST, chosen), reverse=True)


_LONGEST = 999_000  # with the tags around it, less than what is cut


def _least(response: str, truth: dict[str, object], kilobytes: float, enough: float) -> float:
    least = float("inf")
    for _ in range(3):
        start = time.process_time()
        star_r1_reward(response, truth)
        least = min(least, 1000 * (time.process_time() - start) / kilobytes)
        if least <= enough:
            break
    return least


if __name__ == "__main__":
    print("milliseconds per KB, at a million characters")
    for figure, piece, where in worst()[:20]:
        print(f"{figure:6.2f}  {piece[:40]!r} {where}")
