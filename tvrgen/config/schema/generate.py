"""The JSON schemas of configs and prompt templates, made from the keys of the settings.

Run `python -m tvrgen.config.schema` after a change of a key. scene.schema.json and question.schema.json,
which describe a dataset's records, are written by hand.
"""

import dataclasses
import inspect
import json
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args, get_origin

from tvrgen._support import names
from tvrgen._support.keys import ABSENT, REQUIRED, Key, bare, keys
from tvrgen.config.settings import ClipSettings, Config, Implication, Prompt, QuestionSettings, Split, Template
from tvrgen.scene.attributes import BUILT_IN
from tvrgen.scene.model import SceneSpec
from tvrgen.scene.vocabulary import Vocabulary

Schema = dict[str, Any]

FOLDER = Path(__file__).parent

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_WIDTH = 120

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", Fraction: "number"}
_BOUNDS = {"minimum": "minimum", "maximum": "maximum", "above": "exclusiveMinimum", "below": "exclusiveMaximum"}

_COUNT = {"type": "integer", "minimum": 1, "maximum": 200}


def config_schema() -> Schema:
    """The schema of a config."""
    inherited = {name: own for name, own in keys(Split).items() if name not in ("count", "hashes")}
    definitions: Schema = {}
    top = _object({**keys(Config), **inherited}, definitions)
    for name in ("only", "never"):  # each attribute is a key; further ones are compared with the vocabulary later
        own, values = definitions[name], {"$ref": "#/$defs/names"}
        own |= {"additionalProperties": values, "properties": {**dict.fromkeys(BUILT_IN, values), **own["properties"]}}
    head = {
        "$schema": _DRAFT,
        "title": "tvrgen config",
        "description": "A dataset: its problems, questions, images and files.",
    }
    surroundings = {"scene": section(SceneSpec, definitions), "vocabulary": section(Vocabulary, definitions)}
    return {**head, **top, "$defs": {**definitions, **surroundings, **_shared()}}


def prompt_schema() -> Schema:
    """The schema of a prompt template."""
    head = {"$schema": _DRAFT, "title": "tvrgen prompt template", "description": _summary(Prompt)}
    own = _object(keys(Prompt), {})
    others = {k: {"type": "string"} for k in ("text", "directions", "leaving", "repeat")}
    variants = {
        k: v for k, v in own["properties"]["variants"].items() if k in ("type", "propertyNames", "additionalProperties")
    }
    replaced = {"type": "object", "additionalProperties": False}
    definitions = {
        "texts": _shared()["texts"],
        "general": replaced | {"properties": {**others, "variants": variants}},
        "of_clip": replaced | {"properties": {"text": others["text"], "variants": variants}},
        "family": section(Template),
    }
    return {**head, **own, "$defs": definitions}


def section(owner: Any, definitions: Schema | None = None) -> Schema:
    """The schema of the keys of a dataclass. Sections in it go into `definitions`, under the names of their keys."""
    return {"description": _summary(owner), **_object(keys(owner), {} if definitions is None else definitions)}


def _shared() -> Schema:
    """Definitions that keys name as their form."""
    listed = {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"}}
    numbers = {"type": "integer", "minimum": 0, "maximum": 200}
    names_of = {"$ref": "#/$defs/names"}
    return {
        "count_or_range": {
            "description": "A number, or [min, max], both included.",
            "anyOf": [_COUNT, {"type": "array", "minItems": 2, "maxItems": 2, "items": _COUNT}],
        },
        "count_or_range_or_all": {
            "description": "A number, or [min, max], both included, or all.",
            "anyOf": [{"const": "all"}, {"$ref": "#/$defs/count_or_range"}],
        },
        "hashes": {
            **_vector(2, {"type": "integer", "minimum": 0, "maximum": 1000}),
            "description": "[remainder, divisor]: problems whose hash has this remainder when divided by the divisor.",
            "examples": [[0, 4]],
        },
        "names": listed,
        "numbers": {"type": "array", "minItems": 1, "uniqueItems": True, "items": numbers},
        "texts": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "values": {
            "type": "object",
            "additionalProperties": names_of,
            "minProperties": 1,
            "description": "Attributes and some of their values.",
            "properties": dict.fromkeys(BUILT_IN, names_of),
        },
        "implication": section(Implication),
        "template": {"type": ["string", "object"]},
        "template_or_null": {"type": ["string", "object", "null"]},
        "asked": section(QuestionSettings),
        "scene_or_file": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/scene"}]},
        "vocabulary_or_file": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/vocabulary"}]},
        "clip_or_null": section(ClipSettings) | {"type": ["object", "null"]},
        "file_or_null": {"type": ["string", "null"]},
        "rgb": {
            **_vector(3, {"type": "integer", "minimum": 0, "maximum": 255}),
            "description": "Three numbers from 0 to 255 (sRGB).",
            "examples": [[255, 140, 0]],
        },
        "linear_rgb": _vector(3, {"type": "number", "minimum": 0}),
        "point": {**_vector(3, {"type": "number"}), "description": "x, y, z in metres."},
        "direction": _vector(2, {"type": "number"}),
        "azimuth": {"type": "number", "minimum": -360, "maximum": 360, "description": "Degrees from +x towards +y."},
        "elevation": {
            "type": "number",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": 90,
            "description": "Degrees above the ground.",
        },
        "distance": {"type": "number", "exclusiveMinimum": 0, "description": "Metres."},
        "inputs": {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
        "place": {"type": ["integer", "null"], "minimum": 0, "maximum": 100},
        "function": {
            "type": "string",
            "pattern": r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*",
            "description": "A function, as package.module:function.",
        },
        "digests": {
            "type": "object",
            "propertyNames": {"pattern": r"[^\W\d]\w*(\.[^\W\d]\w*)*"},
            "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "64 hex digits"},
        },
        "material": {
            "type": "object",
            "required": ["recipe"],
            "properties": {"recipe": {"enum": ["principled", "matte", "glass"]}},
            "additionalProperties": {"type": "number"},
        },
    }


def _vector(length: int, entry: Schema) -> Schema:
    return {"type": "array", "minItems": length, "maxItems": length, "items": entry}


def _object(members: dict[str, tuple[Any, Key]], definitions: Schema) -> Schema:
    """A mapping with known keys."""
    properties: Schema = {}
    for name, (kind, key) in members.items():
        properties[name] = _property(name, kind, key, definitions)
        if key.old_name:
            same = {k: v for k, v in properties[name].items() if k != "default"}
            old = {"description": f"The old name of {name}.", "deprecated": True, "renamedTo": name}
            properties[key.old_name] = {**same, **old}
    required = [name for name, (_, key) in members.items() if key.default is REQUIRED]
    needs = {"required": required} if required else {}
    return {"type": "object", "additionalProperties": False, **needs, "properties": properties}


def _property(name: str, kind: Any, key: Key, definitions: Schema) -> Schema:
    schema = {"$ref": f"#/$defs/{key.form}"} if key.form else _of_type(name, kind, key, definitions)
    if key.description:
        schema["description"] = key.description
    if key.default not in (ABSENT, REQUIRED):
        schema["default"] = key.default
    return schema


def _of_type(name: str, kind: Any, key: Key, definitions: Schema) -> Schema:
    """The schema of a field's type, within the bounds of its key."""
    kind = bare(kind)
    if dataclasses.is_dataclass(kind):
        if name not in definitions:
            definitions[name] = {}  # keeps its position before the definitions in it
            definitions[name] = section(kind, definitions)
        return {"$ref": f"#/$defs/{name}"}
    if get_origin(kind) is dict:
        few = {"minProperties": key.at_least} if key.at_least else {}
        entry, named = _entry(get_args(kind)[1], key, definitions), {"pattern": key.names, "maxLength": names.LONGEST}
        return {"type": "object", **few, "propertyNames": named, "additionalProperties": entry}
    if get_origin(kind) is tuple:
        few = {"minItems": key.at_least} if key.at_least else {}
        apart = {} if key.entries else {"uniqueItems": True}
        return {"type": "array", **few, **apart, "items": _entry(get_args(kind)[0], key, definitions)}
    return _scalar(kind, key)


def _entry(kind: Any, key: Key, definitions: Schema) -> Schema:
    """An entry of a list, or of a mapping with names of the user's own."""
    if key.entries:
        return {"$ref": f"#/$defs/{key.entries}"}
    if kind is Split:
        return _split(definitions)
    return section(kind, definitions) if dataclasses.is_dataclass(kind) else _scalar(kind, key)


def _scalar(kind: Any, key: Key) -> Schema:
    if key.choices:
        return {"enum": list(key.choices)}
    bounds = {word: bound for name, word in _BOUNDS.items() if (bound := getattr(key, name)) is not None}
    return {"type": _TYPES[kind], **bounds}


def _split(definitions: Schema) -> Schema:
    """The schema of a split. Its sections have no defaults: a split inherits the keys that it leaves out."""
    own = {}
    for name, (kind, key) in keys(Split).items():
        if not key.shared:
            default = key.default if key.default is REQUIRED else ABSENT
            own[name] = kind, dataclasses.replace(key, default=default)
    return _object(own, definitions)


def _summary(owner: Any) -> str:
    """The first paragraph of a docstring."""
    return " ".join((inspect.getdoc(owner) or "").split("\n\n")[0].split())


def written(schema: Schema) -> str:
    """Returns the text of a schema's file; each value that fits is on one line."""
    return _text(schema, "") + "\n"


def _text(value: Any, indent: str) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict) or not value or len(indent) + len(line) <= _WIDTH - 20:
        return line
    deeper = indent + "  "
    lines = [f"{deeper}{json.dumps(name)}: {_text(entry, deeper)}" for name, entry in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


GENERATED = {"config": config_schema, "prompt": prompt_schema}
"""Name of a schema -> function that makes it."""
