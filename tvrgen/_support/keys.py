"""Config keys, declared on the fields of the dataclasses that hold their values.

    samples: Annotated[int, Key("Light paths for a pixel, at most.", minimum=1, maximum=65536)]

The JSON schema is made from such fields (`tvrgen.config.schema`), and `build` makes the dataclass from a document that
was checked against it. So a new key is one field. A `ClassVar` with a `Key` is a key that a config may write, and
that is replaced by others before the dataclass is built. A key that is a keyword of Python has a field with a low line
behind its name.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import NoneType
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

REQUIRED: Any = object()
"""Default of a key that must be written."""

ABSENT: Any = object()
"""Default of an optional key that has no value if it is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Schema of a config key, besides the type of its field.

    `minimum`, `maximum`, `above` and `below` bound numbers, the last two exclusively. `choices` are the values of a
    text, or of a list's entries. `at_least` is the smallest number of entries. `names` is a regular expression for the
    keys of a mapping. `form` and `entries` name a definition of the schema that replaces what the type of the field,
    or of its entries, says. `old_name` is accepted in place of the field's name. `shared`: splits do not override it.
    """

    description: str = field(default="", kw_only=False)
    default: Any = ABSENT
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    at_least: int = 0
    names: str = ""
    form: str = ""
    entries: str = ""
    old_name: str = ""
    shared: bool = False


def keys(owner: Any) -> dict[str, tuple[Any, Key]]:
    """Name -> (type, key) of each field of a dataclass that is a config key, in the order of the fields."""
    found: dict[str, tuple[Any, Key]] = {}
    for name, hint in get_type_hints(owner, include_extras=True).items():
        if get_origin(hint) is ClassVar:
            (hint,) = get_args(hint)
        if get_origin(hint) is Annotated:
            kind, *notes = get_args(hint)
            for key in (note for note in notes if isinstance(note, Key)):
                found[name.removesuffix("_")] = kind, key
    return found


def build(owner: type[T], document: Mapping[str, Any], **ready: Any) -> T:
    """Builds a dataclass from a checked document; `ready` has the fields that do not follow from one key alone."""
    fields = {f.name for f in dataclasses.fields(owner)}  # type: ignore[arg-type]  # a dataclass
    kinds = {name: kind for name, (kind, _) in keys(owner).items() if {name, f"{name}_"} & fields}
    read = {name: _value(document[name], kind) for name, kind in kinds.items() if name in document.keys() - ready}
    return owner(**{name if name in fields else f"{name}_": value for name, value in read.items()}, **ready)


def _value(value: Any, kind: Any) -> Any:
    """Converts a document's value to a field's type: mappings to dataclasses, lists to tuples."""
    kind = bare(kind)
    arguments = get_args(kind)
    kind = get_origin(kind) or kind
    if isinstance(value, dict):
        if dataclasses.is_dataclass(kind):
            return build(kind, value)  # type: ignore[arg-type]  # a type, not an instance
        return {name: _value(entry, arguments[-1]) for name, entry in value.items()}
    if isinstance(value, list):
        return tuple(_value(entry, arguments[0]) for entry in value)
    return Fraction(str(value)) if kind is Fraction else value


def bare(kind: Any) -> Any:
    """Returns the type of a field without None, the value of an absent key."""
    return next(k for k in get_args(kind) if k is not NoneType) if NoneType in get_args(kind) else kind
