"""What consumers hand to a reward: responses, rows or columns that hold the right answer, options."""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tvrgen.errors import UserError
from tvrgen.scoring import Options, Reward, star_r1_reward
from tvrgen.scoring.options import NAMES, options_from

TRUTHS = ("ground_truth", "solution", "changes", "answer")
"""Columns that may hold the right answer; the first that is there counts, since it says the most."""


def reward(response: Any, truth: Any, given: Mapping[str, Any] | None = None) -> Reward:
    """The reward of a response: text, a message, or a conversation. Raises UserError for a wrong truth or option."""
    return star_r1_reward(text_of(response), truth, options(given))


def options(given: Mapping[str, Any] | None = None) -> Options:
    """STAR-R1's options, changed by TVRGEN_REWARD ("no_change=1, duplicates=ignore"), then by `given`."""
    base = _from_environment(os.environ.get("TVRGEN_REWARD", ""))
    return options_from(given.items(), base) if given else base


def known(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The options among keywords that hold other things of the consumer's too."""
    return {name: value for name, value in keywords.items() if name in NAMES}


def truth_in(row: Mapping[str, Any]) -> Any:
    """The right answer of a row, or of a whole table's columns. Raises UserError where none of TRUTHS is there."""
    for name in TRUTHS:
        if row.get(name) is not None:
            return row[name]
    raise UserError(f"the rows hold no right answer; keep one of the columns {', '.join(TRUTHS)} of the export")


def text_of(response: Any) -> str:
    """The text of a response: itself, a message's content, or that of a conversation's last message; else ""."""
    for _ in range(3):
        match response:
            case str():
                return response
            case {"content": content}:
                response = content
            case [*_, {"content": content}]:
                response = content
            case [*parts] if parts:  # a message's parts
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
