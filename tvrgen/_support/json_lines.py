"""JSON and lines of JSON, with errors that name the line."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tvrgen.errors import UserError

Record = dict[str, Any]


def parse(content: bytes | str, where: str) -> Any:
    """JSON. Raises UserError where it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:  # of JSON, or of UTF-8
        raise UserError(f"{where}: is not JSON: {error}") from error


def read(path: Path) -> Iterator[Record]:
    """The records of a JSONL file. Raises UserError where it cannot be read, naming the line that is not JSON."""
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                yield parse(line, f"{path}:{number}")
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error


def from_lines(content: bytes, where: str) -> Iterator[tuple[int, Record]]:
    """(number, record) of each line. Raises UserError naming the line that is not JSON."""
    for number, line in enumerate(io.BytesIO(content), 1):
        yield number, parse(line, f"{where}:{number}")
