"""Prompts of the family `changes`: text from a template and the initial state of a problem."""

import itertools
import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from tvrgen._support.messages import shown
from tvrgen.config.settings import Prompt, Split
from tvrgen.questions.forms import changes_text
from tvrgen.questions.wording import joined
from tvrgen.scene.attributes import in_looks
from tvrgen.scene.model import Object, State
from tvrgen.transformations.base import Step, Transformation

_PLACEHOLDERS = ("objects", "changes", "looks", "directions", "leaving", "repeat", "example", "no_change")
_OF_DIRECTIONS = ("length", "stage")
_MOST_PLACEHOLDERS = 50  # in a text: each stands for some kilobytes, and a variant's stand for them once more
_TRIES = 50  # draws of an object whose looks no other has
_MOST_VALUES = 40  # in the line of a kind that is explained in words; of more, the line shows one


def check(template: Prompt) -> None:
    """Raises ValueError for unknown placeholders, and for variants that have the name of a built-in one.

    Also raises it if the text shows objects in a way that the answer's form cannot use, or asks for no <answer>.
    """
    if taken := [name for name in template.variants if name in _PLACEHOLDERS]:
        raise ValueError(f"variants.{taken[0]}: is a built-in placeholder; choose another name")
    texts = _texts(template)
    used = {name for key, text, known in texts for name in placeholders(key, text, known)}
    if template.answer != "description" and "objects" not in used:
        raise ValueError("text: lacks {objects}, so indices mean nothing; add it, or write answer: description")
    if template.answer == "description" and "objects" in used:
        raise ValueError("text: {objects} shows indices, which a description does not use; write answer: triplet")
    if unused := [name for name in template.variants if name not in used]:
        raise ValueError(f"variants.{unused[0]}: is not used; write {{{unused[0]}}} in the text")
    if "<answer>" not in "".join(text for _, text, _ in texts):
        raise ValueError("text: does not ask for the answer in <answer></answer>, where the scorer reads it")


def _texts(template: Prompt) -> list[tuple[str, str, tuple[str, ...]]]:
    """(key, text, known placeholders) of each text of a template."""
    return [
        ("text", template.text, (*_PLACEHOLDERS, *template.variants)),
        ("directions", template.directions, _OF_DIRECTIONS),
        ("leaving", template.leaving, ()),
        ("repeat", template.repeat, ()),
        *((f"variants.{name}", text, _PLACEHOLDERS) for name, texts in template.variants.items() for text in texts),
    ]


def placeholders(key: str, text: str, known: tuple[str, ...]) -> list[str]:
    """The placeholders in a text. Raises ValueError for unknown or too many ones, for wrong braces and for <image>.

    Formats of a placeholder, as in `{objects:>9}` or `{objects!r}`, are wrong braces too: a width may be any number.
    """
    try:
        parts = [part for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError as error:
        raise ValueError(f"{key}: {error}; double the braces that are meant as text") from error
    found = [name or "" for _, name, _, _ in parts]
    if formats := [(name, form or conversion) for _, name, form, conversion in parts if form or conversion is not None]:
        name, form = formats[0]
        raise ValueError(
            f"{key}: the placeholder {{{shown(name)[1:-1]}}} has the format {shown(form)}; write its name alone, or "
            "double the braces that are meant as text"
        )
    if len(found) > _MOST_PLACEHOLDERS:
        raise ValueError(f"{key}: has {len(found)} placeholders; write at most {_MOST_PLACEHOLDERS}")
    if unknown := [name for name in found if name not in known]:
        hint = "; write texts of your own as variants" if key == "text" else ""
        raise ValueError(f"{key}: unknown placeholder {{{shown(unknown[0])[1:-1]}}}; known: {', '.join(known)}{hint}")
    if "<image>" in text:
        raise ValueError(f"{key}: holds <image>, which exports add themselves; leave it out")
    return found


def prompt(
    rng: np.random.Generator,
    initial: State,
    split: Split,
    template: Prompt,
    locations: Sequence[str | None] | None = None,
) -> str:
    """Returns the prompt of a question of a split, by a template; `rng` draws its variants.

    `locations` has for each object its location in the first image, in words, or None if it cannot be seen there.
    Without `locations`, the prompt gives no positions.
    """
    form = template.answer
    builtin = {
        "objects": _listed(initial, split, locations),
        "changes": "\n".join(_change(split.kinds[name], values, split, form) for name, values in split.values.items()),
        "looks": joined(in_looks(split.vocabulary.attributes)),
        **_rules(split, template),
        "example": _example(rng, initial, split, form),
        "no_change": changes_text.NO_CHANGE,
    }
    drawn = {name: texts[rng.integers(len(texts))] for name, texts in template.variants.items()}
    return template.text.format(**builtin, **{name: text.format(**builtin) for name, text in drawn.items()})


def _listed(initial: State, split: Split, locations: Sequence[str | None] | None) -> str:
    """The initial objects, a line each: "0: large red metal cube"."""
    on_stage = split.vocabulary.grid.shows
    return "\n".join(
        f"{k}: {' '.join(o.looks)}"
        + (f", {locations[k]}" if locations and locations[k] else "")
        + ("" if on_stage(o) else " (out of sight)")
        for k, o in enumerate(initial.objects)
        if o.present
    )


def _change(kind: Transformation, values: Sequence[str], split: Split, form: str) -> str:
    """The line of a kind: "color: gray, red", or "swap: two objects change places; written index+index.swap".

    It shows how a change is written unless that is one object and one of the values listed.
    """
    words = kind.words(split.vocabulary)
    listed = kind.valued and (len(values) <= _MOST_VALUES or not words)
    joint = "_" if form == "function" else "."
    parts = [words] if words else []
    if listed:
        parts.append(", ".join(value.replace(".", joint) for value in values))
    if listed and kind.named == 1:
        return ": ".join([kind.name, *parts])
    objects = ["object" if form == "description" else "index"] * kind.named
    written = f"written {changes_text.change(objects, kind.name, values[0], form)}"
    return f"{kind.name}: {'; '.join([': '.join(parts), written] if parts else [written])}"


def _rules(split: Split, template: Prompt) -> dict[str, str]:
    """The template's texts on directions, leaving and repeating; empty if a split does not need them."""
    grid = split.vocabulary.grid
    kinds = split.kinds.values()
    roles = [role for kind in kinds for way in kind.variants(split.sampling).values() for role in way]
    moves = [v for kind in kinds if kind.directional for v in split.values[kind.name] if "." in v]
    sizes = {"length": f"{grid.move * grid.unit:g}", "stage": f"{2 * grid.stage * grid.unit:g}"}
    return {
        "directions": template.directions.format(**sizes) if moves else "",
        "leaving": template.leaving.format() if any("unseen" in role for role in roles) else "",
        "repeat": template.repeat.format() if split.sampling.repeat else "",
    }


def _example(rng: np.random.Generator, initial: State, split: Split, form: str) -> str:
    """An answer in the template's form: changes of two kinds, of objects on stage, to values that they do not have.

    Where answers name objects by their looks, it names objects that the problem does not have, so it reveals nothing.
    """
    objects = list(initial.objects)
    if form == "description":
        objects = _others(rng, objects, split)
    seen = [k for k, o in enumerate(objects) if split.vocabulary.grid.shows(o)] or [0]
    named, steps = itertools.cycle(int(k) for k in rng.permutation(seen)), []
    possible = [name for name, kind in split.kinds.items() if kind.named <= len(seen)]
    for kind in possible[:2]:
        taken = tuple(itertools.islice(named, split.kinds[kind].named))
        own = {getattr(objects[k], kind, None) for k in taken}
        values = [v for v in split.values[kind] if v not in own] or split.values[kind]
        steps.append(Step(objects=taken, kind=kind, value=values[rng.integers(len(values))]))
    return changes_text.write(steps, form, [o.looks for o in objects])


def _others(rng: np.random.Generator, objects: list[Object], split: Split) -> list[Object]:
    """Two objects on stage whose looks none of these objects has, unless the vocabulary is too small for that."""
    taken, found = {o.looks for o in objects}, []
    words = split.vocabulary
    values = {name: own for name in words.attributes if (own := words.values(name))}
    for _ in range(2):
        for _ in range(_TRIES):
            drawn: dict[str, Any] = {name: own[rng.integers(len(own))] for name, own in values.items()}
            other = objects[0].replace(position=(0, 0), present=True, **drawn)
            if other.looks not in taken:
                break
        found.append(other)
    return found


def location(box: tuple[int, int, int, int], width: int, height: int) -> str:
    """The middle of a box (left, top, right, bottom) in an image of `width` x `height` pixels, in words."""
    left, top, right, bottom = box
    across, down = round(50 * (left + right) / width), round(50 * (top + bottom) / height)
    return f"{across} % from the left and {down} % from the top of the first image"
