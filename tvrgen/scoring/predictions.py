"""Files of predictions: lines of {"id", "response"}, or one JSON list of them, as they are or gzipped."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from tvrgen.dataset.records import Record
from tvrgen.errors import UserError
from tvrgen.settings import Split


@dataclass
class Predictions:
    """Responses by the ids of their questions, as read from a file: `double` ids counted by their first response.

    `used` collects the ids that were asked for, so that what is left over can be named.
    """

    responses: dict[str, Any]
    double: list[str]
    used: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    no_text: list[str] = field(default_factory=list)

    def __call__(self, question: Record, scene: Record, split: Split) -> Any:
        if question["id"] not in self.responses:
            self.missing.append(question["id"])
            return None
        self.used.add(question["id"])
        response = self.responses[question["id"]]
        if not isinstance(response, str):
            self.no_text.append(question["id"])
        return response

    @property
    def unknown(self) -> list[str]:
        return [name for name in self.responses if name not in self.used]


def read_predictions(path: Path) -> Predictions:
    """The responses of a file. Raises UserError where it holds none, or something else; a response may be anything."""
    responses: dict[str, Any] = {}
    double: list[str] = []
    try:
        with _opened(path) as file:
            for where, entry in _entries(file, path):
                if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or "response" not in entry:
                    raise UserError(f"{where}: holds {json.dumps(entry)[:40]}; write lines like {_LINE}")
                if not entry["id"].isprintable():
                    raise UserError(f"{where}: the id {entry['id']!a} is none of a question")
                if entry["id"] in responses:
                    double.append(entry["id"])
                else:
                    responses[entry["id"]] = entry["response"]
    except IsADirectoryError as error:
        raise UserError(f"{path}: is a folder; write a file of lines like {_LINE}") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{path}: is cut off or broken: {error}; write it again") from error
    if not responses:
        raise UserError(f"{path}: holds no predictions; write lines like {_LINE}")
    return Predictions(responses, double)


_LINE = '{"id": "test-000000-left", "response": "..."}'


def _opened(path: Path) -> TextIO:
    """A text file in UTF-8, or in UTF-16 as Windows' shells write it; gzipped or not."""
    with open(path, "rb") as file:
        opened = gzip.open if file.read(2) == b"\x1f\x8b" else open
    with opened(path, "rb") as file:
        encoding = "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return opened(path, "rt", encoding=encoding, errors="replace")


def _entries(file: TextIO, path: Path) -> Iterator[tuple[str, Any]]:
    """(where, value) of each line, or of each entry of the list that the file is."""
    lines = ((number, text) for number, text in enumerate(file, 1) if text.strip())
    for k, (number, text) in enumerate(lines):
        if k == 0 and text.lstrip().startswith("["):
            whole = _parsed(text + "".join(rest for _, rest in lines), f"{path}")
            yield from ((f"{path}: entry {n}", entry) for n, entry in enumerate(whole, 1))
        else:
            yield f"{path}:{number}", _parsed(text, f"{path}:{number}")


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where}: is not JSON: {getattr(error, 'msg', error)}; write lines like {_LINE}") from error
