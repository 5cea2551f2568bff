"""Reader of YAML files, which refuses mistakes that YAML accepts silently, such as duplicate keys."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import key_path, shown


class _Loader(yaml.SafeLoader):
    """YAML loader that rejects duplicate keys: YAML itself silently drops one of the two values."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {key.value!r} occurs twice", problem_mark=key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else None)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Record:
    """Returns the mapping in a YAML file. Raises UserError if the file cannot be read, or holds no mapping."""
    try:
        document = yaml.load(path.read_text(), _Loader)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise UserError(f"{place}: is not valid YAML: {getattr(error, 'problem', None) or 'not text'}") from error
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
