"""Names of objects and of groups of them: the fewest looks that tell them from all others in an image."""

import itertools
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from tvrgen.questions.exhibit import Exhibit
from tvrgen.scene.attributes import LOOKS, in_looks
from tvrgen.scene.vocabulary import Vocabulary

NOUN = LOOKS[-1]
"""The attribute whose values are nouns."""

Looks = tuple[tuple[str, str], ...]
"""Attributes and their values, in the order of English adjectives: ((color, red), (shape, cube))."""


def name(exhibit: Exhibit, image: str, k: int, without: Sequence[str] = ()) -> str:
    """The name of object k among all on stage in an image: "the red cube"; "" if another one looks like it.

    It has as few words as possible. It does not say the attributes `without`, which would tell the answer.
    """
    order = tuple(own for own in in_looks(exhibit.split.vocabulary.attributes) if own not in without)
    own = _values(exhibit, image, k, order)
    others = [_values(exhibit, image, other, order) for other in exhibit.there(image) if other != k]
    for attributes in subsets(exhibit.split.vocabulary, without):
        places = [order.index(attribute) for attribute in attributes]
        if not any(all(own[place] == other[place] for place in places) for other in others):
            return f"the {noun(tuple((order[place], own[place]) for place in places))}"
    return ""


def _values(exhibit: Exhibit, image: str, k: int, order: Sequence[str]) -> tuple[str, ...]:
    obj = exhibit.object(image, k)
    return tuple(getattr(obj, attribute) for attribute in order)


@lru_cache(maxsize=64)
def names(exhibit: Exhibit, image: str, without: tuple[str, ...] = ()) -> Mapping[int, str]:
    """The objects of which an image shows enough and that have a name, with these; see `name`."""
    own = {k: name(exhibit, image, k, without) for k in exhibit.seen(image)}
    return MappingProxyType({k: named for k, named in own.items() if named})


@lru_cache(maxsize=64)
def groups(exhibit: Exhibit, image: str, attributes: tuple[str, ...]) -> Mapping[tuple[str, ...], tuple[int, ...]]:
    """The objects on stage in an image, by their values of these attributes."""
    found: dict[tuple[str, ...], tuple[int, ...]] = {}
    for k in exhibit.there(image):
        values = _values(exhibit, image, k, attributes)
        found[values] = (*found.get(values, ()), k)
    return MappingProxyType(found)


def noun(looks: Looks, several: bool = False) -> str:
    """The words for what has these looks: "red cube", "small thing", or "red cubes" for several."""
    values = [value.replace("_", " ") for _, value in looks]
    head = values.pop() if looks and looks[-1][0] == NOUN else "thing"
    return " ".join([*values, f"{head}s" if several else head])


def subsets(vocabulary: Vocabulary, without: Sequence[str] = ()) -> Sequence[tuple[str, ...]]:
    """The sets of attributes that a name may have, those of few words first, each in the order of English adjectives.

    Of equally many words, those with the noun come first, then those of which there are most values.
    """
    order = tuple(own for own in in_looks(vocabulary.attributes) if own not in without)
    return _subsets(tuple((own, len(vocabulary.values(own))) for own in order))


@lru_cache(maxsize=64)
def _subsets(order: tuple[tuple[str, int], ...]) -> Sequence[tuple[str, ...]]:
    telling = [own for own, _ in sorted(order, key=lambda own: (own[0] != NOUN, -own[1]))]
    return [
        tuple(own for own, _ in order if own in chosen)
        for count in range(1, len(order) + 1)
        for chosen in itertools.combinations(telling, count)
    ]
