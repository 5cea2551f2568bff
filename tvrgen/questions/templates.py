"""Templates of families: the text of a question, with the words of its subject, its options and how to answer."""

from collections.abc import Mapping, Sequence

import numpy as np

from tvrgen.config.settings import Template
from tvrgen.questions import prompts
from tvrgen.questions.forms.choice import listed
from tvrgen.questions.wording import capitalized

BUILT_IN = ("how", "options")
"""Placeholders of every family: how to answer, and the options, a line each; without options, nothing."""


def draw(rng: np.random.Generator, template: Template) -> dict[str, str]:
    """One text of each of a template's variants."""
    return {name: texts[rng.integers(len(texts))] for name, texts in template.variants.items()}


def filled(
    template: Template, drawn: Mapping[str, str], words: Mapping[str, str], how: str, options: Sequence[str]
) -> str:
    """Returns a template's text with these variants, words of the subject, and options."""
    given = {**words, "how": how, "options": f"\n{listed([*options])}" if options else ""}
    text = template.text.format(**given, **{name: text.format(**given) for name, text in drawn.items()})
    return capitalized(text)


def check(template: Template, places: Sequence[str]) -> None:
    """Raises ValueError for unknown placeholders, for unused variants, and for texts that ask for no <answer>."""
    known = (*BUILT_IN, *places)
    if taken := [name for name in template.variants if name in known]:
        raise ValueError(f"variants.{taken[0]}: is a built-in placeholder; choose another name")
    used = _placeholders("text", template.text, (*known, *template.variants))
    texts = [(f"variants.{name}", text) for name, own in template.variants.items() for text in own]
    used |= {place for key, text in texts for place in _placeholders(key, text, known)}
    if unused := [name for name in template.variants if name not in used]:
        raise ValueError(f"variants.{unused[0]}: is not used; write {{{unused[0]}}} in the text")
    if missing := [place for place in BUILT_IN if place not in used]:
        raise ValueError(f"text: lacks {{{missing[0]}}}; add it")
    if "<answer>" not in template.text + "".join(text for _, text in texts):
        raise ValueError("text: does not ask for the answer in <answer></answer>, where the scorer reads it")


def _placeholders(key: str, text: str, known: Sequence[str]) -> set[str]:
    return {*prompts.placeholders(key, text, tuple(known))}
