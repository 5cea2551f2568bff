"""Documents that people write: YAML in, checked against a JSON Schema, defaults filled in, faults in one line."""

import copy
import json
from collections.abc import Iterable, Mapping
from functools import cache
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, relevance

from tvrgen._support.messages import nearest
from tvrgen.errors import UserError

_SCHEMAS = Path(__file__).parent / "schema"


@cache
def schema(name: str) -> dict:
    """A shipped schema: config, scene or question."""
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


class _Loader(yaml.SafeLoader):
    """YAML in which no key stands twice: of two values, one would be lost in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {key.value!r} stands there twice", problem_mark=key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else None)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict:
    """The mapping in a YAML file. Raises UserError where there is none."""
    try:
        document = yaml.load(path.read_text(), _Loader)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise UserError(f"{place}: is no YAML we can use: {getattr(error, 'problem', None) or 'not text'}") from error
    if not isinstance(document, dict):
        raise UserError(f"{path}: holds {_say(document)}; write keys and values, such as 'seed: 0'")
    if (odd := _odd_key(document)) is not None:
        hint = "write it in quotes"
        if isinstance(odd[1], int | float) and not isinstance(odd[1], bool):
            hint += ", and numbers without a comma, such as 10000"
        raise UserError(f"{path}: YAML reads the key {odd[0]} as {_say(odd[1])}; {hint}")
    return document


def _odd_key(node: Any, path: tuple = ()) -> tuple[str, Any] | None:
    """(path, key) of the first key that is no text."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        if isinstance(node, dict) and not isinstance(key, str):
            return _path((*path, str(key))), key
        if odd := _odd_key(value, (*path, key)):
            return odd
    return None


def plain(value: Any, where: str) -> Any:
    """A copy in the types that YAML gives. Raises UserError for a key that is not text."""
    copied = _plain(value)
    if odd := _odd_key(copied):
        raise UserError(f"{where}: {odd[0]}: the key is {_say(odd[1])}, not text; write it in quotes")
    return copied


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value) if isinstance(value, Path) else value
    return int(value) if isinstance(value, Integral) else float(value)  # also numpy's numbers


def assignments(texts: Iterable[str]) -> list[tuple[str, Any]]:
    """(key, value) of texts like `render.samples=16`, values read as YAML. Raises UserError for any other text."""
    pairs = []
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not all(key.strip().split(".")):
            raise UserError(f"--set {text}: write key=value, such as --set render.samples=16")
        try:
            pairs.append((key.strip(), yaml.safe_load(value)))
        except yaml.YAMLError as error:
            raise UserError(f"--set {text}: {value!r} is not a YAML value") from error
    return pairs


def override(document: dict, pairs: Iterable[tuple[str, Any]]) -> dict:
    """The document with values at dotted keys. Raises UserError for a key that cannot be there."""
    document = copy.deepcopy(document)
    for key, value in pairs:
        parts = key.split(".")
        if not all(parts):
            raise UserError(f"{key!r}: is not a key; write one such as render.samples")
        node = document
        splits = document.get("splits")
        if parts[0] == "splits" and len(parts) > 2 and isinstance(splits, dict) and parts[1] not in splits:
            raise UserError(f"{key}: no split {parts[1]!r}{nearest(parts[1], splits)}")
        for part in parts[:-1]:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise UserError(f"{key}: {part!r} holds {_say(node)}, not keys")
        node[parts[-1]] = plain(value, key)
    return document


def check(document: Any, where: str, name: str, definition: str = "") -> None:
    """Raises UserError for the first fault of `document` against a shipped schema (or one of its definitions)."""
    errors = sorted(_validator(name, definition).iter_errors(document), key=lambda e: [str(p) for p in e.absolute_path])
    if errors:
        raise UserError(f"{where}: {_explain(errors[0])}")


def fill(document: dict, name: str, definition: str = "") -> dict:
    """The document with the schema's defaults. Keys of splits stay away: what a split leaves out, it inherits."""
    root = schema(name)
    return _fill(document, root["$defs"][definition] if definition else root, root["$defs"])


def _fill(node: Any, schema: dict, definitions: dict) -> Any:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[1]]
    if not isinstance(node, dict):
        return copy.deepcopy(node)
    filled = {key: copy.deepcopy(value) for key, value in node.items()}
    for key, part in schema.get("properties", {}).items():
        if key == "splits":
            continue
        if key not in filled and "default" in part:
            filled[key] = copy.deepcopy(part["default"])
        if key in filled:
            filled[key] = _fill(filled[key], part, definitions)
    if isinstance(others := schema.get("additionalProperties"), dict):
        for key in filled.keys() - schema.get("properties", {}).keys():
            filled[key] = _fill(filled[key], others, definitions)
    return filled


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
    path = _path(error.absolute_path)
    value, rule = error.instance, error.validator_value
    match error.validator:
        case "additionalProperties":
            unknown = sorted(str(key) for key in value if key not in error.schema.get("properties", {}))
            full = f"{path}.{unknown[0]}" if path else unknown[0]
            return f"{full}: unknown key{nearest(unknown[0], error.schema.get('properties', {}))}"
        case "required":
            missing = next(key for key in rule if key not in value)
            return f"{path + '.' if path else ''}{missing}: is missing"
        case "enum" | "const":
            known = rule if error.validator == "enum" else [rule]
            return f"{path}: unknown value {_say(value)}{nearest(value, known)}"
        case "minimum" | "exclusiveMinimum":
            bound = "at least" if error.validator == "minimum" else "more than"
            return f"{path}: {_say(value)} is too small; write {bound} {rule}"
        case "maximum" | "exclusiveMaximum":
            bound = "at most" if error.validator == "maximum" else "less than"
            return f"{path}: {_say(value)} is too large; write {bound} {rule}"
        case "minItems" | "minProperties":
            return f"{path}: has {len(value)} entries; write at least {rule}"
        case "maxItems":
            return f"{path}: has {len(value)} entries; write at most {rule}"
        case "uniqueItems":
            return f"{path}: lists an entry twice in {_say(value)}"
        case "pattern":
            return f"{path + ': ' if path else ''}{_say(value)} is no name; write letters, digits and underscores"
        case "type":
            wanted = " or ".join(_WORDS.get(name, name) for name in ([rule] if isinstance(rule, str) else rule))
            return f"{path or 'top level'}: holds {_say(value)}; write {wanted}"
    description = error.schema.get("description", "").split("\n")[0]
    return f"{path}: holds {_say(value)}; expected: {description or error.message}"


def _path(parts: Iterable) -> str:
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _say(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
