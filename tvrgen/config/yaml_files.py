"""YAML of config files and of `--set`, read within limits, and without what YAML accepts silently.

The dialect is YAML 1.1 as PyYAML reads it, but dates are texts. Faults are numbers that YAML 1.1 and 1.2 read
differently (`010`, `1:30`), keys that occur twice, and tags of other types than those of JSON.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from tvrgen._support import limits
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import key_path, shown

MOST_DEPTH = 50
"""Lists and mappings inside each other."""

_TAG = "tag:yaml.org,2002:"
_TYPES = ("null", "bool", "int", "float", "str", "seq", "map")

_INT = r"[-+]?(?:0|[1-9][0-9_]*|0b_*[01][01_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*)"
_FLOAT = (
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)"
    r"|\.(?:nan|NaN|NAN)"
)
_ELSEWHERE = r"[-+]?0[0-7_]+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # to base 8 or 60 in YAML 1.1 alone


class _Loader(yaml.SafeLoader):
    """YAML loader of our dialect and limits."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = self._entries = 0
        self._most = limits.ENTRIES.value

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        mark = self.peek_event().start_mark
        self._depth += 1
        self._entries += 1
        if self._depth > MOST_DEPTH:
            raise _fault(f"more than {MOST_DEPTH} lists and mappings inside each other; write fewer", mark)
        if self._entries > self._most:
            raise _fault(f"too many entries; {limits.ENTRIES.remedy}", mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Rejects duplicate keys: YAML itself silently drops one of the two values."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _fault(f"the key {shown(key.value)} occurs twice", key.start_mark)
                seen.add(key.value)
        return node

    def scalar(self, node: yaml.ScalarNode) -> Any:
        """Returns a number, or true or false. Raises a YAML error if the text after a tag is none."""
        kind = node.tag.removeprefix(_TAG)
        form = {"int": _INT, "float": f"{_INT}|{_FLOAT}"}.get(kind, ".*")
        try:
            if not re.fullmatch(form, node.value):
                raise ValueError
            value = getattr(yaml.SafeLoader, f"construct_yaml_{kind}")(self, node)
        except (ValueError, LookupError) as error:  # such as an integer of 5,000 digits
            raise _fault(f"{shown(node.value)} is no value of type {kind} that can be read", node.start_mark) from error
        return value

    def odd_number(self, node: yaml.ScalarNode) -> Any:
        raise _fault(
            f"{node.value} is another number in YAML 1.1 than in YAML 1.2; write numbers without leading zeros, colons "
            "and commas, such as 10000, and texts in quotes",
            node.start_mark,
        )

    def unknown(self, node: yaml.Node) -> Any:
        tag = node.tag.replace(_TAG, "!!")
        raise _fault(f"values of type {shown(tag)} are not read; write texts, numbers, lists and keys", node.start_mark)


_Loader.yaml_constructors = {
    **{_TAG + name: yaml.SafeLoader.yaml_constructors[_TAG + name] for name in _TYPES},
    **{_TAG + name: _Loader.scalar for name in ("bool", "int", "float")},
    "odd": _Loader.odd_number,
    None: _Loader.unknown,
}
_replaced = [_TAG + name for name in ("int", "float", "timestamp")]
_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag not in _replaced]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(rf"(?:{_INT})\Z"), list("-+0123456789"))
_Loader.add_implicit_resolver("odd", re.compile(rf"(?:{_ELSEWHERE})\Z"), list("-+0123456789"))
_Loader.add_implicit_resolver(f"{_TAG}float", re.compile(rf"(?:{_FLOAT})\Z"), list("-+0123456789."))


def _fault(problem: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def parse(text: str) -> Any:
    """Returns the value of a YAML text. Raises yaml.YAMLError if it is not valid YAML, or beyond the limits."""
    if len(text) > limits.YAML.value:
        raise _fault(f"too many bytes; {limits.YAML.remedy}", None)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _measure(node, {})
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _measure(node: yaml.Node, known: dict[int, tuple[int, int] | None]) -> tuple[int, int]:
    """The entries and the depth of a node with its aliases written out; `known` are those of nodes measured already."""
    if id(node) in known:
        measured = known[id(node)]
        if measured is None:
            raise _fault("an alias stands for what it is in; write it out", node.start_mark)
        return measured
    known[id(node)] = None  # until all in it is measured
    inside = [n for entry in node.value for n in entry] if isinstance(node, yaml.MappingNode) else node.value
    entries, depth = 1, 1
    for part in inside if isinstance(node, yaml.CollectionNode) else ():
        own = _measure(part, known)
        entries, depth = entries + own[0], max(depth, own[1] + 1)
    if entries > limits.ENTRIES.value:
        raise _fault(f"too many entries, with those that aliases stand for; {limits.ENTRIES.remedy}", node.start_mark)
    if depth > MOST_DEPTH:
        raise _fault(f"more than {MOST_DEPTH} levels, with those that aliases stand for; write fewer", node.start_mark)
    known[id(node)] = entries, depth
    return entries, depth


def explained(error: Exception) -> str:
    """The reason why a text is not valid YAML, in one line."""
    return getattr(error, "problem", None) or "it is not text in UTF-8 without control characters"


def read_yaml(path: Path) -> Record:
    """Returns the mapping in a YAML file. Raises UserError if the file cannot be read, or holds no mapping."""
    try:
        with open(path, "rb") as file:
            document = parse(file.read(limits.YAML.value + 1).decode("utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise UserError(f"{place}: is not valid YAML: {explained(error)}") from error
    if not isinstance(document, dict):
        raise UserError(f"{path}: holds {shown(document)}; write keys and values, such as 'seed: 0'")
    if (odd := odd_key(document)) is not None:
        hint = "write it in quotes"
        if isinstance(odd[1], int | float) and not isinstance(odd[1], bool):
            hint += ", and numbers without a comma, such as 10000"
        raise UserError(f"{path}: YAML reads the key {odd[0]} as {shown(odd[1])}; {hint}")
    return document


def odd_key(node: Any, path: tuple[Any, ...] = ()) -> tuple[str, Any] | None:
    """(path, key) of the first key of a document that is not text."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        if isinstance(node, dict) and not isinstance(key, str):
            return key_path((*path, str(key))), key
        if odd := odd_key(value, (*path, key)):
            return odd
    return None
