"""Documents and their JSON schemas: faults in one line, defaults filled in, old names of keys replaced."""

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, relevance

from tvrgen._support.messages import key_path, nearest, shown
from tvrgen.errors import UserError

_SCHEMAS = Path(__file__).parent / "schema"


@cache
def schema(name: str) -> dict:
    """A shipped schema: config, prompt, scene or question."""
    return json.loads((_SCHEMAS / f"{name}.schema.json").read_text())


# JSON Schema counts 2.0 as an integer; here a number that counts is written as one
_Validator = validators.extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


@cache
def _validator(name: str, definition: str) -> Draft202012Validator:
    root = schema(name)
    return _Validator({"$defs": root["$defs"], "$ref": f"#/$defs/{definition}"} if definition else root)


def check(document: Any, where: str, name: str, definition: str = "") -> None:
    """Raises UserError for the first fault of `document` against a shipped schema (or one of its definitions)."""
    errors = sorted(_validator(name, definition).iter_errors(document), key=lambda e: [str(p) for p in e.absolute_path])
    if errors:
        raise UserError(f"{where}: {_explain(errors[0])}")


def fill(document: dict, name: str, definition: str = "") -> dict:
    """The document with the schema's defaults. Keys of splits stay away: what a split leaves out, it inherits."""
    root = schema(name)
    return _fill(document, root["$defs"][definition] if definition else root, root["$defs"])


def _fill(node: Any, part: dict, definitions: dict) -> Any:
    part = _followed(part, definitions)
    if not isinstance(node, dict):
        return copy.deepcopy(node)
    filled = {key: copy.deepcopy(value) for key, value in node.items()}
    for key, entry in part.get("properties", {}).items():
        if key == "splits":
            continue
        if key not in filled and "default" in entry:
            filled[key] = copy.deepcopy(entry["default"])
        if key in filled:
            filled[key] = _fill(filled[key], entry, definitions)
    if isinstance(others := part.get("additionalProperties"), dict):
        for key in filled.keys() - part.get("properties", {}).keys():
            filled[key] = _fill(filled[key], others, definitions)
    return filled


def _followed(part: dict, definitions: dict) -> dict:
    return definitions[part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part


def _new_names() -> dict[str, str]:
    root = schema("config")
    sections = [part.get("properties", {}) for part in (root, *root["$defs"].values())]
    return {name: entry["renamedTo"] for own in sections for name, entry in own.items() if "renamedTo" in entry}


NEW_NAMES = _new_names()
"""Old name of a config key, which is accepted too -> its name."""

OLD_NAMES = {new: old for old, new in NEW_NAMES.items()}
"""Name of a config key -> its old name."""


def with_new_names(config: dict, source: str) -> dict:
    """A checked config with each key under its name. Raises UserError for a key that is there under its old one too."""

    def rename(key: str, node: dict, path: tuple, properties: dict) -> str:
        new = properties.get(key, {}).get("renamedTo", key)
        if new != key and new in node:
            full = key_path((*path, new))
            raise UserError(f"{source}: {full}: is there under its old name, {key}, too; leave that out")
        return new

    return _renamed(config, schema("config"), (), rename)


def with_old_names(config: dict) -> dict:
    """A config with the keys that have an old name under that one."""

    def rename(key: str, node: dict, path: tuple, properties: dict) -> str:
        old = OLD_NAMES.get(key, key)
        return old if "renamedTo" in properties.get(old, {}) else key

    return _renamed(config, schema("config"), (), rename)


def _renamed(node: Any, part: dict, path: tuple, rename: Callable[[str, dict, tuple, dict], str]) -> Any:
    """A copy with keys as `rename(key, mapping, path, properties)` gives them, in their order."""
    if not isinstance(node, dict):
        return copy.deepcopy(node)
    part = _followed(part, schema("config")["$defs"])
    properties, others = part.get("properties", {}), part.get("additionalProperties") or {}
    return {
        rename(key, node, path, properties): _renamed(value, properties.get(key, others), (*path, key), rename)
        for key, value in node.items()
    }


_WORDS = {
    "object": "keys and values",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}


def _explain(error: ValidationError) -> str:
    """One line for a person: the key's path, what is wrong, what to write."""
    while error.validator == "anyOf":
        branches = [e for e in error.context if e.validator != "type" or len(e.relative_path)]
        if not branches:
            break
        error = min(branches, key=relevance)
    path = key_path(error.absolute_path)
    own: Any = error.schema
    value: Any = error.instance
    rule: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            properties = own.get("properties", {})
            unknown = min(str(key) for key in value if key not in properties)
            known = [key for key, entry in properties.items() if "renamedTo" not in entry]
            return f"{path + '.' if path else ''}{unknown}: unknown key{nearest(unknown, known)}"
        case "required":
            missing = next(key for key in rule if key not in value)
            return f"{path + '.' if path else ''}{missing}: is missing"
        case "enum" | "const":
            return (
                f"{path}: unknown value {shown(value)}{nearest(value, rule if error.validator == 'enum' else [rule])}"
            )
        case "minimum" | "exclusiveMinimum":
            bound = "at least" if error.validator == "minimum" else "more than"
            return f"{path}: {shown(value)} is too small; write {bound} {rule}"
        case "maximum" | "exclusiveMaximum":
            bound = "at most" if error.validator == "maximum" else "less than"
            return f"{path}: {shown(value)} is too large; write {bound} {rule}"
        case "minItems" | "minProperties":
            return f"{path}: has {len(value)} entries; write at least {rule}"
        case "maxItems":
            return f"{path}: has {len(value)} entries; write at most {rule}"
        case "uniqueItems":
            return f"{path}: lists an entry twice in {shown(value)}"
        case "pattern":
            return f"{path + ': ' if path else ''}{shown(value)} is no name; write letters, digits and underscores"
        case "type":
            wanted = " or ".join(_WORDS.get(name, name) for name in ([rule] if isinstance(rule, str) else rule))
            return f"{path or 'top level'}: holds {shown(value)}; write {wanted}"
    description = own.get("description", "").split("\n")[0]
    return f"{path}: holds {shown(value)}; expected: {description or error.message}"
