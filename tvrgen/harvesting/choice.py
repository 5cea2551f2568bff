"""Choice of a response to train on, among those that answer a question right."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tvrgen._support import limits
from tvrgen._support.errors import ArgumentError

RANK = 2
"""OpenVLThinker's rank: the longest response is dropped, the next longest is taken."""

_PLACEHOLDER = re.compile("<(image|video|audio)>")  # for which trainers expect a file, wherever it stands


@dataclass(frozen=True, slots=True)
class Choice:
    """A rule for choosing: the response of a rank by length, of those without some words.

    `rank` 1 is the longest response, 2 the next longest; the shortest is taken if there are fewer. Equal responses
    count once. `without` finds the words that a response must not have.
    """

    rank: int
    without: re.Pattern[str] | None

    def of(self, right: Sequence[str]) -> str | None:
        """Returns the chosen response; None if each has such words, or text that trainers cannot hold."""
        fit = [text for text in dict.fromkeys(right) if self._fits(text)]
        ranked = sorted(fit, key=len, reverse=True)  # stable: of two as long, the first sample is the longer one
        return ranked[min(self.rank, len(ranked)) - 1] if ranked else None

    def _fits(self, text: str) -> bool:
        if (
            len(text) > limits.RESPONSE.value
            or _PLACEHOLDER.search(text)
            or (self.without and self.without.search(text))
        ):
            return False
        try:
            text.encode()
        except UnicodeEncodeError:  # half of a surrogate pair
            return False
        return True


def choice(rank: int, without: Iterable[str]) -> Choice:
    """Returns the choice by a rank, of responses without some words, whole and in any case. Raises UserError."""
    if rank < 1:
        raise ArgumentError("rank", rank, "write 1 for the longest right response, 2 for the next longest, ...")
    words = []
    for text in [without] if isinstance(without, str) else without:
        if not text.split():
            raise ArgumentError("without", text, "holds no word; write one, such as wait")
        words.append(r"\s+".join(map(re.escape, text.split())))
    found = rf"(?<!\w)(?:{'|'.join(words)})(?!\w)"
    return Choice(rank, re.compile(found, re.IGNORECASE) if words else None)
