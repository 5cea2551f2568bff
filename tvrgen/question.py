"""The text of a question, from a template and what a problem shows at first."""

import string
from collections.abc import Sequence

import numpy as np

from tvrgen import answers
from tvrgen.scene import State, Step
from tvrgen.settings import Prompt, Split
from tvrgen.transform import Position

_PLACES = ("objects", "changes", "directions", "example", "no_change")
_OF_DIRECTIONS = ("length", "stage")


def check(template: Prompt) -> None:
    """Raises ValueError where a template has places for what is not known, or names what is known otherwise."""
    if taken := [name for name in template.variants if name in _PLACES]:
        raise ValueError(f"variants.{taken[0]}: is a place of its own; choose another name")
    known = (*_PLACES, *template.variants)
    texts = [("text", template.text, known), ("directions", template.directions, _OF_DIRECTIONS)]
    texts += [(f"variants.{name}", text, _PLACES) for name, own in template.variants.items() for text in own]
    for key, text, names in texts:
        try:
            found = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        except ValueError as error:
            raise ValueError(f"{key}: {error}; double the braces that are meant as such") from error
        if unknown := [name for name in found if name not in names]:
            raise ValueError(f"{key}: has a place for {{{unknown[0]}}}; known: {', '.join(names)}")
    if template.answer != "description" and "{objects}" not in "".join(text for _, text, _ in texts):
        raise ValueError("text: has no place for {objects}, so indices mean nothing; write answer: description")


def prompt(rng: np.random.Generator, initial: State, split: Split, places: Sequence[str | None] | None = None) -> str:
    """The text of a question of a split; `rng` draws its variants.

    It tells no positions, unless `places` has where in the first image each object is (None: it is not seen).
    """
    template, grid = split.question.prompt, split.vocabulary.grid
    objects = "\n".join(
        f"{k}: {' '.join(o.looks)}"
        + (f", {places[k]}" if places and places[k] else "")
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
        "example": answers.write(_example(initial, split), template.answer, looks(initial)),
        "no_change": answers.NO_CHANGE,
    }
    drawn = {name: texts[rng.integers(len(texts))] for name, texts in template.variants.items()}
    return template.text.format(**told, **{name: text.format(**told) for name, text in drawn.items()})


def _example(initial: State, split: Split) -> list[Step]:
    """Changes of two kinds, of the first two objects that are in sight, to show the form."""
    seen = [k for k, o in enumerate(initial.objects) if split.vocabulary.grid.on_stage(o.position)] or [0]
    return [
        Step(object=seen[min(k, len(seen) - 1)], kind=kind, value=values[-1])
        for k, (kind, values) in enumerate(list(split.values.items())[:2])
    ]


def looks(state: State) -> list[tuple[str, str, str, str]]:
    """How each object looks: size, color, material, shape."""
    return [o.looks for o in state.objects]


def place(box: tuple[int, int, int, int], width: int, height: int) -> str:
    """Where the middle of a box lies in an image of so many pixels, in words."""
    left, top, right, bottom = box
    across, down = round(50 * (left + right) / width), round(50 * (top + bottom) / height)
    return f"{across} % from the left and {down} % from the top of the first image"
