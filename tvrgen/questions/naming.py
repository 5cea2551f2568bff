"""Names of objects and of groups of them: the fewest looks that tell them from all others in an image."""

import itertools
from collections import Counter
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


@lru_cache(maxsize=64)
def names(exhibit: Exhibit, image: str, without: tuple[str, ...] = ()) -> Mapping[int, str]:
    """The objects of which an image shows enough and that have a name, with these: {2: "the red cube"}.

    A name tells an object from all others on stage, and has as few words as possible. It does not say the attributes
    `without`, which would tell the answer. An object has none if another one looks like it.
    """
    order = tuple(own for own in in_looks(exhibit.split.vocabulary.attributes) if own not in without)
    looks = {k: _values(exhibit, image, k, order) for k in exhibit.there(image)}
    found: dict[int, str] = {}
    nameless = [*exhibit.seen(image)]
    for attributes in subsets(exhibit.split.vocabulary, without):
        if not nameless:
            break
        places = [order.index(attribute) for attribute in attributes]
        told = {k: tuple([own[place] for place in places]) for k, own in looks.items()}
        once = Counter(told.values())
        found |= {
            k: f"the {noun(tuple(zip(attributes, told[k], strict=True)))}" for k in nameless if once[told[k]] == 1
        }
        nameless = [k for k in nameless if k not in found]
    return MappingProxyType({k: found[k] for k in exhibit.seen(image) if k in found})


def _values(exhibit: Exhibit, image: str, k: int, order: Sequence[str]) -> tuple[str, ...]:
    obj = exhibit.object(image, k)
    return tuple([getattr(obj, attribute) for attribute in order])


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
