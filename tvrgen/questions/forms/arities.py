"""What the text of an answer cannot tell of a kind of change: how many objects it names, and whether it has a value.

The built-in kinds say so themselves. The kinds of users are never imported here: they are taken for changes of one
object to a value, unless the question or its right answer says otherwise.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tvrgen.transformations.base import Transformation
from tvrgen.transformations.registry import BUILT_IN


class Arity(NamedTuple):
    """The number of objects that a change names, and whether it has a value."""

    objects: int = 1
    valued: bool = True


Arities = Mapping[str, Arity]
"""Name of a kind in lower case -> its arity, for kinds that are not built in or differ from these."""

_ANY = Transformation()
_ARITIES = {name: Arity(kind.named, kind.valued) for name, kind in BUILT_IN.items()}
_ONE = Arity()


def transformation(kind: str) -> Transformation:
    """The built-in kind of a name in lower case, or the default for all others."""
    return BUILT_IN.get(kind, _ANY)


def arity(kind: str, known: Arities) -> Arity:
    """The arity of a kind's changes."""
    return known.get(kind) or _ARITIES.get(kind, _ONE)


def unknown(kinds: Iterable[Transformation]) -> dict[str, Arity]:
    """The arities of those kinds that are not taken for what they are unless a question says so, by their names."""
    own = {kind.name.lower(): Arity(kind.named, kind.valued) for kind in kinds}
    return {name: found for name, found in own.items() if found != arity(name, {})}
