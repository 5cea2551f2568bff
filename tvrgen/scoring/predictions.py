"""Predictions files: lines of {"id", "response"}, or one JSON list of these, plain or gzipped.

A question may have several responses, the samples of it: lines with the same id, or one with `responses`, a list.
"""

import contextlib
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from tvrgen._support import json_lines, limits, plain_files
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Split


@dataclass
class Predictions:
    """The responses of a file by the ids of their questions; callable as `evaluation.Respond`.

    `double` lists the ids that occur again: their first response counts. While responses are asked for, `used` collects
    the ids that were found, `missing` those that were not, `no_text` those whose response is not text, `too_long` those
    whose response is longer than `limits.RESPONSE`, of which the rest does not count.
    """

    responses: dict[str, Any]
    double: list[str]
    used: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    no_text: list[str] = field(default_factory=list)
    too_long: list[str] = field(default_factory=list)

    def __call__(self, question: Record, scene: Record, split: Split) -> Any:
        if question["id"] not in self.responses:
            self.missing.append(question["id"])
            return None
        self.used.add(question["id"])
        response = self.responses[question["id"]]
        if not isinstance(response, str):
            self.no_text.append(question["id"])
        elif len(response) > limits.RESPONSE.value:
            self.too_long.append(question["id"])
        return response

    @property
    def unknown(self) -> list[str]:
        """The ids whose responses were never asked for."""
        return [name for name in self.responses if name not in self.used]


def read_predictions(path: Path) -> Predictions:
    """Reads a predictions file. Raises UserError unless it is one; of a response that is no text, None is kept."""
    responses: dict[str, Any] = {}
    double: list[str] = []
    for where, entry in entries(path, _LINE):
        if "response" not in entry:
            raise unlike(where, entry, _LINE)
        if entry["id"] in responses:
            double.append(entry["id"])
        else:
            responses[entry["id"]] = text_or_none(entry["response"])
    if not responses:
        raise UserError(f"{path}: holds no predictions; write lines like {_LINE}")
    return Predictions(responses, double)


def read_samples(path: Path) -> dict[str, list[Any]]:
    """Reads a predictions file with all samples of each question, in order; of one that is no text, None is kept.

    Raises UserError unless it is one.
    """
    samples: dict[str, list[Any]] = {}
    for where, entry in entries(path, _LINE):
        if ("response" in entry) == ("responses" in entry) or not isinstance(entry.get("responses", []), list):
            raise unlike(where, entry, _LINE)
        samples.setdefault(entry["id"], []).extend(map(text_or_none, entry.get("responses", [entry.get("response")])))
    if not any(samples.values()):
        raise UserError(f"{path}: holds no responses; write lines like {_LINE}")
    return samples


def text_or_none(response: Any) -> str | None:
    """Returns a response if it is text, else None: other values are wrong, and may take far more memory than they take
    in the file."""
    return response if isinstance(response, str) else None


_LINE = '{"id": "test-000000-left", "response": "..."}'


def entries(path: Path, example: str) -> Iterator[tuple[str, Record]]:
    """Yields (file and line, entry) for each entry of a file of lines with ids; `example` is a line for messages.

    Raises UserError unless each entry is an object with an `id`.
    """
    try:
        with _opened(path) as file:
            for where, entry in _entries(file, path, example):
                if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
                    raise unlike(where, entry, example)
                if not entry["id"].isprintable():
                    raise UserError(f"{where}: no question has the id {entry['id']!a}")
                yield where, entry
    except IsADirectoryError as error:
        raise UserError(f"{path}: is a folder; write a file of lines like {example}") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{path}: is cut off or broken: {error}; write it again") from error


def unlike(where: str, entry: Any, example: str) -> UserError:
    """Returns the error for an entry that is not like the example."""
    return UserError(f"{where}: holds {json.dumps(entry)[:40]}; write lines like {example}")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """A file opened as text, plain or gzipped, in UTF-8, or in UTF-16 as shells of Windows write it."""
    with plain_files.opened(path, limits.FILE) as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        content: Any = gzip.GzipFile(fileobj=file) if packed else file
        encoding = "utf-16" if content.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        content.seek(0)
        with io.TextIOWrapper(content, encoding=encoding, errors="replace") as text:
            yield text


def _lines(file: TextIO, path: Path) -> Iterator[tuple[int, str]]:
    """Yields (number, line) for each line that is not blank. Raises UserError if the file is longer than the limit."""
    number = length = 0
    longest = limits.DOCUMENT.value
    while text := file.readline(longest + 1):
        number += 1
        length += len(text)
        if len(text) > longest:
            raise UserError(f"{path}:{number}: has more than {longest} characters; {limits.DOCUMENT.remedy}")
        if length > limits.PREDICTIONS.value:
            raise UserError(f"{path}: is too long; of its characters, {limits.PREDICTIONS.remedy}")
        if text.strip():
            yield number, text


def _entries(file: TextIO, path: Path, example: str) -> Iterator[tuple[str, Any]]:
    """Yields (file and line, value) for each line, or (file and entry, value) if the file is one JSON list."""
    lines = _lines(file, path)
    for k, (number, text) in enumerate(lines):
        if k == 0 and text.lstrip().startswith("["):
            whole = _parsed(text + "".join(rest for _, rest in lines), f"{path}", example)
            yield from ((f"{path}: entry {n}", entry) for n, entry in enumerate(whole, 1))
        else:
            yield f"{path}:{number}", _parsed(text, f"{path}:{number}", example)


def _parsed(text: str, where: str, example: str) -> Any:
    json_lines.check_values(text, where)
    try:
        return json.loads(text, object_pairs_hook=json_lines.unrepeated)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where}: is not JSON: {getattr(error, 'msg', error)}; write lines like {example}") from error
