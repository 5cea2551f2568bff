"""The text of a question, from a template and what a problem shows at first."""

import dataclasses
import string
from collections.abc import Sequence

import numpy as np

from tvrgen.questions.forms import changes_text
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import ATTRIBUTES
from tvrgen.settings import Prompt, Split
from tvrgen.transformations.base import Step
from tvrgen.transformations.position import Position

_SLOTS = ("objects", "changes", "directions", "leaving", "repeat", "example", "no_change")
_OF_DIRECTIONS = ("length", "stage")
_TRIES = 50


def check(template: Prompt) -> None:
    """Raises ValueError where a template has places for what is not known, or names what is known otherwise."""
    if taken := [name for name in template.variants if name in _SLOTS]:
        raise ValueError(f"variants.{taken[0]}: is a place of its own; choose another name")
    known = (*_SLOTS, *template.variants)
    texts = [("text", template.text, known), ("directions", template.directions, _OF_DIRECTIONS)]
    texts += [("leaving", template.leaving, ()), ("repeat", template.repeat, ())]
    texts += [(f"variants.{name}", text, _SLOTS) for name, own in template.variants.items() for text in own]
    places: set[str] = set()
    for key, text, names in texts:
        try:
            found = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        except ValueError as error:
            raise ValueError(f"{key}: {error}; double the braces that are meant as such") from error
        if unknown := [name for name in found if name not in names]:
            hint = "; texts of your own stand in variants" if key == "text" else ""
            raise ValueError(f"{key}: has a place for {{{unknown[0]}}}; known: {', '.join(names)}{hint}")
        if "<image>" in text:
            raise ValueError(f"{key}: holds <image>, which exports put there themselves; leave it out")
        places |= set(found)
    if template.answer != "description" and "objects" not in places:
        raise ValueError("text: has no place for {objects}, so indices mean nothing; write answer: description")
    if template.answer == "description" and "objects" in places:
        raise ValueError("text: {objects} shows indices, which a description does not use; write answer: triplet")
    if unused := [name for name in template.variants if name not in places]:
        raise ValueError(f"variants.{unused[0]}: has no place in the text; write {{{unused[0]}}} there")
    if "<answer>" not in "".join(text for _, text, _ in texts):
        raise ValueError("text: says nowhere that the answer stands in <answer></answer>, where it is read")


def prompt(
    rng: np.random.Generator, initial: State, split: Split, locations: Sequence[str | None] | None = None
) -> str:
    """The prompt of a question of a split; `rng` draws its variants.

    `locations` says for each object where in the first image it is, or None if it cannot be seen. Without
    `locations`, the prompt tells no positions.
    """
    template, grid = split.question.prompt, split.vocabulary.grid
    objects = "\n".join(
        f"{k}: {' '.join(o.looks)}"
        + (f", {locations[k]}" if locations and locations[k] else "")
        + ("" if grid.on_stage(o.position) else " (out of sight)")
        for k, o in enumerate(initial.objects)
    )
    joint = "_" if template.answer == "function" else "."
    changes = "\n".join(
        f"{kind}: {', '.join(value.replace('.', joint) for value in values)}" for kind, values in split.values.items()
    )
    moves = any(isinstance(kind, Position) for kind in split.kinds.values())
    sizes = {"length": f"{grid.move * grid.unit:g}", "stage": f"{2 * grid.stage * grid.unit:g}"}
    told = {
        "objects": objects,
        "changes": changes,
        "directions": template.directions.format(**sizes) if moves else "",
        "leaving": template.leaving.format() if moves and {"in", "out"} & {*split.sampling.moves} else "",
        "repeat": template.repeat.format() if split.sampling.repeat else "",
        "example": _example(rng, initial, split),
        "no_change": changes_text.NO_CHANGE,
    }
    drawn = {name: texts[rng.integers(len(texts))] for name, texts in template.variants.items()}
    return template.text.format(**told, **{name: text.format(**told) for name, text in drawn.items()})


def _example(rng: np.random.Generator, initial: State, split: Split) -> str:
    """Changes of two kinds, to show the form: of objects in sight, to values that they do not have.

    Where answers name objects by their looks, those of objects that are not there, so that it gives none away.
    """
    objects, form = list(initial.objects), split.question.prompt.answer
    if form == "description":
        objects = _others(rng, objects, split)
    seen = [k for k, o in enumerate(objects) if split.vocabulary.grid.on_stage(o.position)] or [0]
    steps = []
    for kind, k in zip(list(split.values)[:2], [int(k) for k in rng.permutation(seen)] * 2, strict=False):
        values = [v for v in split.values[kind] if v != getattr(objects[k], kind, None)] or split.values[kind]
        steps.append(Step(object=k, kind=kind, value=values[rng.integers(len(values))]))
    return changes_text.write(steps, form, [o.looks for o in objects])


def _others(rng: np.random.Generator, objects: list[Object], split: Split) -> list[Object]:
    """Two objects of looks that none of these has, if there are such."""
    there, found = {o.looks for o in objects}, []
    for _ in range(2):
        for _ in range(_TRIES):
            named = {a: values[rng.integers(len(values))] for a in ATTRIBUTES if (values := split.vocabulary.values(a))}
            other = dataclasses.replace(objects[0], position=(0, 0), **named)
            if other.looks not in there:
                break
        found.append(other)
    return found


def location(box: tuple[int, int, int, int], width: int, height: int) -> str:
    """The middle of a box (left, top, right, bottom) in an image of `width` x `height` pixels, in words."""
    left, top, right, bottom = box
    across, down = round(50 * (left + right) / width), round(50 * (top + bottom) / height)
    return f"{across} % from the left and {down} % from the top of the first image"
