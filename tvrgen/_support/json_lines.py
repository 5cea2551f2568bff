"""JSON, and files with a JSON record a line; errors name the line."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tvrgen._support.errors import UserError

Record = dict[str, Any]
"""A JSON object."""


def parse(content: bytes | str, where: str) -> Any:
    """Returns the value of a JSON text; `where` names the text in errors. Raises UserError if it is not JSON."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:  # of JSON, or of UTF-8
        raise UserError(f"{where}: is not JSON: {error}") from error


def read(path: Path) -> Iterator[Record]:
    """Yields the records of a JSONL file. Raises UserError if it cannot be read, or for a line that is not JSON."""
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                yield parse(line, f"{path}:{number}")
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error


def from_lines(content: bytes, where: str) -> Iterator[tuple[int, Record]]:
    """Yields (number, record) of each line, from 1. Raises UserError for a line that is not JSON."""
    for number, line in enumerate(io.BytesIO(content), 1):
        yield number, parse(line, f"{where}:{number}")
