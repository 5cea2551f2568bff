"""JSON, and files with a JSON record a line; errors name the line.

Only what every JSON reader understands alike is read: no key twice in an object, no NaN, no infinite number, no integer
of more than 64 bits, no half of a surrogate pair.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from tvrgen._support import limits
from tvrgen._support.errors import UserError

Record = dict[str, Any]
"""A JSON object."""


def parse(content: bytes | str, where: str) -> Any:
    """Returns the value of a JSON text; `where` names the text in errors.

    Raises UserError if it is not JSON, or if it has more values than the limit.
    """
    try:
        text = content if isinstance(content, str) else content.decode()
        check_values(text, where)
        found = _DECODER.decode(text)
        if _ODD.search(text):
            _check(found)
        return found
    except (ValueError, RecursionError) as error:  # of JSON, or of UTF-8
        reason = "is nested too deeply" if isinstance(error, RecursionError) else error
        raise UserError(f"{where}: is not JSON: {reason}") from error


def check_values(text: str, where: str) -> None:
    """Raises UserError for a JSON text of more values than the limit, as far as its brackets and commas show."""
    limits.VALUES.check(text.count(",") + text.count("[") + text.count("{"), where)


def read(path: Path) -> Iterator[Record]:
    """Yields the records of a JSONL file. Raises UserError if it cannot be read, or for a line that is not JSON."""
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(lines(file, str(path)), 1):
                yield parse(line, f"{path}:{number}")
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error


def lines(file: BinaryIO, where: str) -> Iterator[bytes]:
    """Yields the lines of a file from its position on. Raises UserError for a line that is longer than the limit."""
    longest = limits.LINE.value
    number = 0
    while line := file.readline(longest + 1):
        number += 1
        if len(line) > longest:
            raise UserError(f"{where}: line {number} has more than {longest} bytes; {limits.LINE.remedy}")
        yield line


def unrepeated(pairs: list[tuple[str, Any]]) -> Record:
    """Returns the object of JSON with these pairs. Raises ValueError for a key that occurs twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {twice!r:.80} is there twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=unrepeated, parse_constant=_no_constant)

_ODD = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]|[0-9]{19}|[0-9][eE]")
"""What a text holds if it has a number or a character to be refused; texts without it are not walked through."""


def _check(value: Any) -> None:
    """Raises ValueError for numbers that do not fit 64 bits, and for texts that UTF-8 cannot encode."""
    match value:
        case bool() | None:
            pass
        case int() if not -(1 << 63) <= value < 1 << 63:
            raise ValueError("an integer has more than 64 bits")
        case float() if value - value != 0:
            raise ValueError("a number is too large")
        case str():
            value.encode()
        case list():
            for entry in value:
                _check(entry)
        case dict():
            for key, entry in value.items():
                _check(key)
                _check(entry)
