"""Looks of an object as one value of a change: small_red_metal_cube."""

from collections.abc import Mapping
from itertools import product

from tvrgen.scene.attributes import in_looks
from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Vocabulary


def value_of(obj: Object) -> str:
    """The looks of an object as one value."""
    return "_".join(obj.looks)


def values(vocabulary: Vocabulary) -> tuple[str, ...]:
    """All looks that objects can have, each as one value, in the order of the vocabulary."""
    return tuple(map("_".join, product(*(vocabulary.values(name) for name in in_looks(vocabulary.attributes)))))


def attributes(value: str, vocabulary: Vocabulary) -> Mapping[str, str]:
    """The value of each attribute in looks that are written as one value. Raises ValueError if it names no looks."""
    names = in_looks(vocabulary.attributes)
    words = value.split("_")
    if len(words) != len(names):  # the vocabulary has names with underscores
        tables = (vocabulary.values(name) for name in names)
        words = list(next((looks for looks in product(*tables) if "_".join(looks) == value), ()))
    found = dict(zip(names, words, strict=False))
    if not all(found.get(name) in vocabulary.table(name) for name in names):
        raise ValueError(f"{value!r} names no looks")
    return found
