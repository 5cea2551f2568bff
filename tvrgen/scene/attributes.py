"""Attributes of objects: each is declared once, and everything else reads the declarations.

A declaration says which values there are, where their words stand among an object's looks, and how Blender shows them.
`BUILT_IN` are the attributes that every object has; their values are tables of the vocabulary. `SHIPPED` are further
ones, which objects have where the vocabulary says so. A user's own are declared in the vocabulary, in the same form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any

from tvrgen._support.keys import Key

NAME = "^[A-Za-z][A-Za-z0-9_]*$"
"""Regular expression for names of attributes, values, cameras and lights."""

Inputs = dict[str, Any]
"""What the function that shows a value gets besides: numbers and texts by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A further attribute of objects: its values, the place of its word among an object's looks, how Blender shows it.

    `table` names the vocabulary's table with the values of a built-in attribute; `values` is empty then.
    """

    name: str
    table: str = field(default="", compare=False)
    values: Annotated[
        dict[str, Inputs],
        Key(
            "Value -> inputs of the function that shows it, numbers and texts. A shipped attribute has values already.",
            at_least=1,
            names=NAME,
            entries="inputs",
        ),
    ] = field(default_factory=dict, compare=False)
    place: Annotated[
        int | None,
        Key(
            "Where the value's word stands among an object's looks, from small to large: size 10, color 20, material "
            "30, shape 40. null: looks do not have it, and no prompt lists it.",
            form="place",
        ),
    ] = 25
    shown: Annotated[
        str,
        Key(
            "The function that shows a value in Blender, as package.module:function; the module may be beside the "
            "config. It gets a material's node tree, the socket of the color so far and the value's inputs, and "
            "returns the socket of the color to use.",
            form="function",
        ),
    ] = field(default="", compare=False)


BUILT_IN: Mapping[str, Attribute] = MappingProxyType(
    {
        "shape": Attribute(name="shape", table="shapes", place=40),
        "size": Attribute(name="size", table="sizes", place=10),
        "color": Attribute(name="color", table="colors", place=20),
        "material": Attribute(name="material", table="materials", place=30),
    }
)
"""The attributes of every object, by name, in the order in which their values are drawn and recorded."""

_TEXTURE = Attribute(
    name="texture",
    values={
        "plain": {},
        "striped": {"pattern": "stripes", "scale": 1.8},
        "checkered": {"pattern": "checker", "scale": 1.405},
        "spotted": {"pattern": "spots", "scale": 1.414},
    },
    place=25,
    shown="tvrgen.imaging.blender.textures:show",
)

SHIPPED: Mapping[str, Attribute] = MappingProxyType({"texture": _TEXTURE})
"""Further attributes that a vocabulary can have by naming them, or a config by naming the kind that changes one."""


def shipped(name: str) -> dict[str, Any]:
    """The declaration of a shipped attribute as a document; empty if there is none of that name."""
    if name not in SHIPPED:
        return {}
    own = SHIPPED[name]
    return {"values": {value: dict(i) for value, i in own.values.items()}, "place": own.place, "shown": own.shown}


def in_looks(attributes: Mapping[str, Attribute]) -> tuple[str, ...]:
    """The names of the attributes that an object's looks have, in the order of English adjectives."""
    placed = [(a.place, name) for name, a in attributes.items() if a.place is not None]
    return tuple(name for _, name in sorted(placed, key=lambda entry: entry[0]))


LOOKS = in_looks(BUILT_IN)
"""The attributes in the looks of an object that has no further ones: size, color, material, shape."""


def recorded_looks(listed: Mapping[str, Any]) -> list[str]:
    """The looks of an object that a question line lists; it has them itself where objects have further attributes."""
    return list(listed.get("looks") or (listed[name] for name in LOOKS))
