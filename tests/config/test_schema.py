"""The schemas of configs and prompt templates: made from the settings, and complete."""

import json
from dataclasses import dataclass
from typing import Annotated

import pytest
from jsonschema import Draft202012Validator

from tvrgen._support.keys import Key, build, keys
from tvrgen.config import documents
from tvrgen.config.schema import generate
from tvrgen.config.settings import PRESETS, RenderSettings


@pytest.mark.parametrize("name", generate.GENERATED)
def test_the_shipped_schema_is_what_the_settings_say(name):
    """`python -m tvrgen.config.schema` writes it anew."""
    path = generate.FOLDER / f"{name}.schema.json"
    assert path.read_text() == generate.written(generate.GENERATED[name]())


@pytest.mark.parametrize("name", ["config", "prompt", "scene", "question"])
def test_shipped_schemas_are_schemas(name):
    Draft202012Validator.check_schema(documents.schema(name))


def parts(node, path=""):
    """(path, schema) of every property in a schema."""
    if isinstance(node, dict):
        for name, entry in node.get("properties", {}).items():
            yield f"{path}.{name}", entry
        for name, entry in node.items():
            yield from parts(entry, f"{path}.{name}")
    elif isinstance(node, list):
        for entry in node:
            yield from parts(entry, path)


@pytest.mark.parametrize("name", generate.GENERATED)
def test_defaults_are_what_their_keys_allow(name):
    schema = documents.schema(name)
    for path, entry in parts(schema):
        if "default" in entry:
            validator = Draft202012Validator({**entry, "$defs": schema["$defs"]})
            assert not list(validator.iter_errors(entry["default"])), path


def test_every_key_of_a_section_is_described():
    schema = documents.schema("config")
    for section in ("sampling", "cameras", "render", "question", "image", "output"):
        assert schema["$defs"][section]["description"]
        for key, entry in schema["$defs"][section]["properties"].items():
            held = schema["$defs"].get(entry.get("$ref", "").rsplit("/", 1)[-1], {})
            assert entry.get("description") or held.get("description"), (section, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bouncing(RenderSettings):
    """How the images are made, and how often light is reflected."""

    bounces: Annotated[int, Key("Reflections of a light path.", default=4, minimum=1, maximum=64)]


def test_a_new_key_is_one_field():
    section = generate.section(Bouncing)
    assert section["properties"]["bounces"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 64,
        "description": "Reflections of a light path.",
        "default": 4,
    }
    assert section["properties"].keys() == RenderSettings.__annotations__.keys() | {"bounces"}
    document = {k: key.default for k, (_, key) in keys(Bouncing).items()} | PRESETS["draft"]
    assert build(Bouncing, document).bounces == 4
    assert build(Bouncing, document, bounces=7).bounces == 7


def test_written_schemas_are_json_in_short_lines():
    schema = {"a": {"b": [1, 2]}, "c": {str(k): {"type": "integer"} for k in range(9)}}
    text = generate.written(schema)
    assert json.loads(text) == schema
    assert max(map(len, text.splitlines())) < 120
    assert '  "a": {"b": [1, 2]},\n' in text
