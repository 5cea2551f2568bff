"""Pass over the text of an answer that rewrites calls of functions, such as "change_color(2, cyan)", as triplets."""

import re

from tvrgen.questions.forms.arities import Arities, arity
from tvrgen.transformations.base import NEW


def as_triplets(text: str, arities: Arities) -> str:
    """ "2.color.cyan;" for "change_color(2, cyan)", and "2+5.swap;" for "swap(2, 5)" and "swap(2+5)"."""
    return _CALL.sub(lambda call: _triplet(call, arities), text) if "(" in text else text


def _triplet(call: re.Match[str], arities: Arities) -> str:
    """The triplet that a call stands for; a call that stands for none as it is."""
    kind, arguments = call[1] or call[2], call[3]
    objects, valued, *_ = arity(kind, arities)
    index = _INDICES.match(arguments)
    if not index:
        return f"{NEW}.{kind}.{_without_key(arguments)};" if not objects else str(call[0])
    named, comma = index.groups()
    at = index.end()
    if "+" not in named:
        for _ in range(objects - 1):
            if comma and (index := _INDICES.match(arguments, at)) and "+" not in index[1]:
                named, comma, at = f"{named}+{index[1]}", index[2], index.end()
    if comma:
        return f"{named}.{kind}.{_without_key(arguments[at:])};"
    return str(call[0]) if valued else f"{named}.{kind};"


def _without_key(value: str) -> str:
    return _KEY.sub("", value).strip()


_CALL = re.compile(r"(?<!\w)(?:change_([^\W\d]\w*)\s?|([^\W\d]\w*))\(([^()]*)\)")
_INDICES = re.compile(
    r"\s*(?:(?:object_ids?|objects?|index|id)\s*=\s*)?([0-9]{1,6}(?:\s*\+\s*[0-9]{1,6}){0,5})\s*(?:(,)|\Z)"
)
_KEY = re.compile(r"\A\s*(?:new_)?value\s*=")
