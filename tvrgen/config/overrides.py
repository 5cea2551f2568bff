"""Overrides of a document: dotted keys and values, from Python or from the command line's `key=value`."""

from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import yaml

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import nearest, shown
from tvrgen.config.documents import NEW_NAMES, OLD_NAMES
from tvrgen.config.yaml_files import MOST_DEPTH, explained, odd_key, parse

Overrides = Mapping[str, Any] | Iterable[tuple[str, Any]]
"""Dotted keys and their values, such as {"render.samples": 64}."""


def listed(overrides: Overrides) -> list[tuple[str, Any]]:
    """Overrides as pairs. Raises UserError for texts, which only the command line takes."""
    pairs = list(overrides.items() if isinstance(overrides, Mapping) else overrides)
    if texts := [pair for pair in pairs if isinstance(pair, str)]:
        raise UserError(f"overrides: holds {shown(texts[0])}; write keys and values, such as {{'render.samples': 64}}")
    return pairs


def assignments(texts: Iterable[str]) -> list[tuple[str, Any]]:
    """(key, value) of texts like `render.samples=16`, values read as YAML. Raises UserError for any other text."""
    pairs = []
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not all(key.strip().split(".")):
            raise UserError(f"--set {shown(text)}: write key=value, such as --set render.samples=16")
        try:
            pairs.append((key.strip(), parse(value)))
        except yaml.YAMLError as error:
            raise UserError(f"--set {key}: {shown(value)} is not a YAML value: {explained(error)}") from error
    return pairs


def override(document: Record, pairs: Iterable[tuple[str, Any]]) -> Record:
    """The document with values at dotted keys, which in a list of mappings are those of every entry.

    Raises UserError for a key that cannot be there.
    """
    document = _plain(document)  # what YAML's aliases share becomes copies, which can differ
    for key, value in pairs:
        parts = key.split(".")
        if not all(parts):
            raise UserError(f"{key!r}: is not a key; write one such as render.samples")
        splits = document.get("splits")
        if parts[0] == "splits" and len(parts) > 2 and isinstance(splits, dict) and parts[1] not in splits:
            raise UserError(f"{key}: no split {parts[1]!r}{nearest(parts[1], splits)}")
        nodes = [document]
        for part in parts[:-1]:
            nodes = [own for node in nodes for own in _below(node, part, key)]
        for node in nodes:
            _put(node, parts[-1], plain(value, key))
    return document


def _below(node: Record, part: str, key: str) -> list[Record]:
    """The mapping at a key, or each of the list there. Raises UserError if there is something else."""
    held = node.setdefault(part, {})
    below = held if isinstance(held, list) and held else [held]
    if not all(isinstance(own, dict) for own in below):
        raise UserError(f"{key}: {part!r} holds {shown(held)}, not keys")
    return below


def _put(node: Record, key: str, value: Any) -> None:
    """Sets a key, in the place of its other name (old or new) if the document has that."""
    other = OLD_NAMES.get(key) or NEW_NAMES.get(key)
    renamed = {key if name == other else name: held for name, held in node.items()}
    node.clear()
    node.update(renamed | {key: value})


def plain(value: Any, where: str) -> Any:
    """Copies a document into the types that YAML yields. Raises UserError for a key that is not text."""
    try:
        copied = _plain(value)
    except _TooDeepError:
        raise UserError(f"{where}: has more than {MOST_DEPTH} lists and mappings inside each other") from None
    if odd := odd_key(copied):
        raise UserError(f"{where}: {odd[0]}: the key is {shown(odd[1])}, not text; write it in quotes")
    return copied


class _TooDeepError(Exception):
    """A document that is too deep, or that holds itself."""


def _plain(value: Any, depth: int = 0) -> Any:
    if depth > MOST_DEPTH:
        raise _TooDeepError
    if isinstance(value, Mapping):
        return {key: _plain(entry, depth + 1) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry, depth + 1) for entry in value]
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value) if isinstance(value, Path) else value
    return int(value) if isinstance(value, Integral) else float(value)  # also numpy's numbers
