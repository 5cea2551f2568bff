"""Documents and their JSON schemas: faults in one line, defaults filled in, old names of keys replaced."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import fastjsonschema
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, relevance

from tvrgen._support import limits
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import cut, key_path, nearest, shown

_SCHEMAS = Path(__file__).parent / "schema"


@cache
def schema(name: str) -> Record:
    """A shipped schema: config, prompt, scene or question."""
    found: Record = json.loads((_SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


_extend: Any = validators.extend  # declared without types

_MOST_FAULTS = 1000  # compared to find the first: a document of 64 MB may have millions, each of some kilobytes

_LARGEST = 2.0**53
"""Greatest magnitude of a number: readers of JSON agree on integers up to it, and products of some do not overflow."""


def _is_number(_: Any, value: Any) -> bool:
    """Whether a value is a number within range: no NaN, not infinite, nothing that overflows."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _is_integer(_: Any, value: Any) -> bool:
    """Whether a number is written without a decimal point; JSON Schema would accept 2.0."""
    return isinstance(value, int) and _is_number(_, value)


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    """Compares a whole text with a pattern; by `re.search`, the pattern's $ would let a line break at the end pass."""
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _unique(_: Any, wanted: bool, value: Any, __: Any) -> Iterator[ValidationError]:
    """Compares the entries of a list by their texts; jsonschema takes quadratic time for entries of several types."""
    if wanted and isinstance(value, list) and len({*map(repr, value)}) < len(value):
        yield ValidationError("lists an entry twice")


_Validator: type[Draft202012Validator] = _extend(
    Draft202012Validator,
    validators={"pattern": _pattern, "uniqueItems": _unique},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many({"number": _is_number, "integer": _is_integer}),
)


@cache
def _validator(name: str, definition: str) -> Draft202012Validator:
    root = schema(name)
    return _Validator({"$defs": root["$defs"], "$ref": f"#/$defs/{definition}"} if definition else root)


@cache
def _compiled(name: str) -> Callable[[Any], object]:
    """A shipped schema as a function, which is some twenty times as fast as the validator and describes no fault well.

    By the fourth draft, which has all that the schemas of lines use, 2.0 is no integer.
    """
    draft = {"$schema": "http://json-schema.org/draft-04/schema"}
    compiled: Callable[[Any], object] = fastjsonschema.compile(schema(name) | draft, use_default=False)
    return compiled


def check_line(line: Any, where: str, name: str) -> None:
    """Raises UserError, as `check` does, for the first fault of a line; takes some 0.1 ms for a sound one."""
    try:
        _compiled(name)(line)
    except fastjsonschema.JsonSchemaValueException as error:
        check(line, where, name)
        raise UserError(f"{where}: {error.message}") from error


def _check_size(document: Any, source: str) -> None:
    """Raises UserError for a document that is larger than a YAML text may be: checking it would take minutes."""
    left: list[Any] = [document]
    entries = characters = 0
    while left and entries <= limits.ENTRIES.value:  # a list in Python may hold itself
        value = left.pop()
        entries += 1
        if isinstance(value, dict):
            left += [*value, *value.values()]
        elif isinstance(value, list):
            left += value
        elif isinstance(value, str):
            characters += len(value)
    limits.ENTRIES.check(entries, source)
    limits.YAML.check(characters, source)


def check(document: Any, where: str, name: str, definition: str = "") -> None:
    """Raises UserError for the first fault of `document` against a shipped schema (or one of its definitions)."""
    if name == "config" and not definition:
        _check_size(document, where)
    faults = islice(_validator(name, definition).iter_errors(document), _MOST_FAULTS)
    if first := min(faults, key=lambda e: [str(p) for p in e.absolute_path], default=None):
        raise UserError(f"{where}: {_explain(first)}")


def fill(document: Record, name: str, definition: str = "") -> Record:
    """Fills in the schema's defaults, except in splits, which inherit the keys that they leave out."""
    root = schema(name)
    filled: Record = copy.deepcopy(document)
    _fill(filled, root["$defs"][definition] if definition else root, root["$defs"])
    return filled


def _fill(node: Any, part: Record, definitions: Record) -> None:
    if not isinstance(node, dict):
        return
    part = _followed(part, definitions)
    properties, others = part.get("properties", {}), part.get("additionalProperties")
    for key, entry in properties.items():
        if key not in node and "default" in entry:
            node[key] = copy.deepcopy(entry["default"])
    for key, value in node.items():
        if key != "splits" and isinstance(entry := properties.get(key, others), dict):
            _fill(value, entry, definitions)


def _followed(part: Record, definitions: Record) -> Record:
    """The definition that a part of a schema refers to, or the part itself."""
    found: Record = definitions[part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part
    return found


def _new_names() -> dict[str, str]:
    root = schema("config")
    sections = [part.get("properties", {}) for part in (root, *root["$defs"].values())]
    return {name: entry["renamedTo"] for own in sections for name, entry in own.items() if "renamedTo" in entry}


NEW_NAMES = _new_names()
"""Old name of a config key, which is accepted too -> its name."""

OLD_NAMES = {new: old for old, new in NEW_NAMES.items()}
"""Name of a config key -> its old name."""


def with_new_names(config: Record, source: str) -> Record:
    """A checked config with each key under its name. Raises UserError if both occur."""
    copied: Record = _renamed(config, schema("config"), NEW_NAMES, f"{source}: ")
    return copied


def with_old_names(config: Record) -> Record:
    """Returns a config with the old names of the keys that have one."""
    copied: Record = _renamed(config, schema("config"), OLD_NAMES, "")
    return copied


def _renamed(node: Any, part: Record, names: dict[str, str], where: str) -> Any:
    """A copy with other names of keys, which stay in their order; messages have `where` before a key."""
    if not isinstance(node, dict):
        return copy.deepcopy(node)
    part = _followed(part, schema("config")["$defs"])
    properties, others = part.get("properties", {}), part.get("additionalProperties") or {}
    copied = {}
    for key, value in node.items():
        new = names[key] if properties.keys() >= {key, names.get(key)} else key
        if new != key and new in node:
            raise UserError(f"{where}{new}: is given under its old name, {key}, too; leave that out")
        copied[new] = _renamed(value, properties.get(key, others), names, f"{where}{key}.")
    return copied


_WORDS = {
    "object": "keys and values",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}


def _explain(error: ValidationError) -> str:
    """Describes a schema error in one line: the key's path, what is wrong, what to write."""
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
            former = {key: entry["renamedTo"] for key, entry in properties.items() if "renamedTo" in entry}
            known = [key for key in properties if key not in former]
            return f"{path + '.' if path else ''}{cut(unknown)}: unknown key{nearest(unknown, known, former)}"
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
            place, described = path + ": " if path else "", own.get("description")
            if described:
                return f"{place}{shown(value)} has another form; expected: {described}"
            return f"{place}{shown(value)} is not a name; write letters, digits and underscores"
        case "maxLength":
            place = path + ": " if path else ""
            return f"{place}{shown(value)} has {len(value)} characters; write at most {rule}"
        case "type":
            is_numeric = isinstance(value, int | float) and not isinstance(value, bool)
            if is_numeric and rule in ("number", "integer") and not _is_number(None, value):
                return f"{path}: {shown(value)} is out of range; write a number from -{_LARGEST:g} to {_LARGEST:g}"
            wanted = " or ".join(_WORDS.get(name, name) for name in ([rule] if isinstance(rule, str) else rule))
            if examples := own.get("examples"):
                described = own["description"].rstrip(".")
                wanted = f"{described[0].lower()}{described[1:]}, such as {shown(examples[0])}"
            return f"{path or 'top level'}: holds {shown(value)}; write {wanted}"
    description = own.get("description", "").split("\n")[0]
    return f"{path}: holds {shown(value)}; expected: {description or error.message}"
