"""Responses, right answers and options in the forms in which consumers pass them to a reward."""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen.scoring import Options, Reward, star_r1_reward
from tvrgen.scoring.options import NAMES, options_from

TRUTHS = ("ground_truth", "solution", "changes", "answer")
"""Columns that may hold the right answer, the most complete one first; the first that exists counts."""


def reward(response: Any, truth: Any, given: Mapping[str, Any] | None = None) -> Reward:
    """Returns the reward of a text, a message or a conversation. Raises UserError for a wrong truth or option."""
    return star_r1_reward(text_of(response), truth, options(given))


def options(given: Mapping[str, Any] | None = None) -> Options:
    """Returns STAR-R1's options, changed by TVRGEN_REWARD ("no_change=1, duplicates=ignore"), then by `given`."""
    base = _from_environment(os.environ.get("TVRGEN_REWARD", ""))
    return options_from(given.items(), base) if given else base


def known(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the keywords that are options of the reward; the others are the consumer's own."""
    return {name: value for name, value in keywords.items() if name in NAMES}


def truth_in(row: Mapping[str, Any]) -> Any:
    """Returns the right answer of a row, or of a table given by columns. Raises UserError if it has none of TRUTHS."""
    for name in TRUTHS:
        if row.get(name) is not None:
            return row[name]
    raise UserError(f"the rows hold no right answer; keep one of the columns {', '.join(TRUTHS)} of the export")


def text_of(response: Any) -> str:
    """Returns a response that is text, the content of a message, or that of a conversation's last message; else ""."""
    for _ in range(3):
        match response:
            case str():
                return response
            case {"content": content}:
                response = content
            case [*_, {"content": content}]:
                response = content
            case [*parts] if parts:  # the content of one message, in parts
                return "".join(p["text"] for p in parts if isinstance(p, Mapping) and isinstance(p.get("text"), str))
            case _:
                break
    return ""


@lru_cache(maxsize=64)
def _from_environment(text: str) -> Options:
    try:
        pairs = [part.split("=", 1) for part in text.split(",") if part.strip()]
        return options_from((name.strip(), value.strip()) for name, value in pairs)
    except (ValueError, UserError) as error:
        reason = error if isinstance(error, UserError) else f'{text!r}; write "no_change=1, duplicates=ignore"'
        raise UserError(f"TVRGEN_REWARD: {reason}") from error
