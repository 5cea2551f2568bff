"""Responses, right answers and options in the forms in which consumers pass them to a reward."""

import logging
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen.scoring import graded
from tvrgen.scoring.graded import FormTruth, Score
from tvrgen.scoring.options import NAMES, Options, options_from
from tvrgen.scoring.truth import Truth, shown

TRUTHS = ("ground_truth", "solution", "changes", "answer")
"""Columns that may hold the right answer, the most complete one first; the first that exists counts."""


def reward(response: Any, truth: Any, given: Mapping[str, Any] | None = None) -> Score:
    """Returns the reward of a text, a message or a conversation. Raises UserError for a wrong truth or option."""
    return graded.reward(text_of(response), truth, options(given))


def rewards(
    responses: Sequence[Any], rows: Sequence[Sequence[Any]], given: Mapping[str, Any] | None = None, *, mixed: bool
) -> list[Score | None]:
    """Returns the reward of each response of a batch, by the first of its row's values that is a right answer.

    It is None for a row of which no value is a right answer. `mixed` says that the trainer knows such rows, of other
    tasks, and leaves them out. Otherwise, UserError says at the first batch of the process that its right answers
    cannot be read. Once a run has begun, nothing is raised for a row: a warning names the first that cannot be read.
    """
    found = [next((t for value in row if (t := read_truth(value)) is not None), None) for row in rows]
    _say_unread(rows, found, mixed)
    return [
        None if truth is None else reward(response, truth, given)
        for response, truth in zip(responses, found, strict=True)
    ]


def rows_of(columns: Mapping[str, Any], count: int) -> list[list[Any]]:
    """Returns for each of `count` rows of a table, given by columns, the values of TRUTHS that it has.

    Raises UserError if there is none of these columns.
    """
    truth_in(columns)
    named = [columns[name] for name in TRUTHS if name in columns]
    held: list[Sequence[Any]] = [own for own in named if hasattr(own, "__len__") and not isinstance(own, str)]
    return [[column[k] for column in held if k < len(column) and column[k] is not None] for k in range(count)]


def read_truth(value: Any) -> Truth | FormTruth | None:
    """Returns a right answer; None for a value that is none."""
    try:
        return graded.read_truth(value)
    except UserError:
        return None


_log = logging.getLogger("tvrgen")
_said: set[str] = set()
"""What this process has seen: "read", a right answer that could be read; "unread", one that could not."""


def _say_unread(rows: Sequence[Sequence[Any]], found: Sequence[Truth | FormTruth | None], mixed: bool) -> None:
    """Raises UserError or warns, once, of values that are no right answers."""
    pairs = zip(rows, found, strict=True)
    unread = [row[0] if row else None for row, truth in pairs if truth is None and (row or not mixed)]
    said = f"{shown(unread[0])} is no right answer" if unread else ""
    if unread and len(unread) == len(found) and not mixed and "read" not in _said:
        raise UserError(f"{said}; give the column that the export wrote ({', '.join(TRUTHS)})")
    if unread and "unread" not in _said:
        _said.add("unread")
        _log.warning(f"{said}; such rows get {'no reward of tvrgen' if mixed else 'the reward 0'}")
    if len(unread) < len(found):
        _said.add("read")


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
