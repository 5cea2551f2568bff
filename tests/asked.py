"""Families of questions of tests' own, one for each form of answers, and datasets that ask them without rays."""

import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from PIL import Image

from tests.tiny import FlatRenderer, generate_flat, handmade, load
from tvrgen.config.settings import Config
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.family import Family
from tvrgen.questions.forms.registry import FORMS
from tvrgen.sampling.problem import Planned


class Told(Family):
    """Asks for one of its `values`, which its question says; `shown` are the places of its images among all."""

    values = ()
    shown = (0,)
    template: ClassVar = {
        "text": "{question}{options}\n{form}",
        "variants": {"question": ["What is number {number}?"], "form": ["Write {how} inside <answer></answer>."]},
    }
    places = ("number",)

    def levels(self, split):
        return tuple(f"value {k}" for k in range(len(self.values)))

    def most_options(self, split):
        return len(self.values)

    def subjects(self, exhibit):
        names = list(exhibit.images)
        for k in range(len(self.values)):
            yield Subject(tuple(names[place] for place in self.shown), about=(str(k),))

    def answer(self, exhibit, subject):
        k = int(subject.about[0])
        return Answered(self.values[k], f"value {k}")

    def words(self, exhibit, subject):
        return {"number": subject.about[0]}

    def near(self, exhibit, subject, answered):
        return [value for value in self.values if value != answered.value]

    def rationale(self, exhibit, subject, answered):
        yield Sentence("compare", "The question says it.")


class Numbers(Told):
    name, form, values = "numbers", "number", (3, 0, 2.5)


class Words(Told):
    name, form, values, shown = "words", "word", ("left", "right", "neither one"), (-1, 0)

    def among(self, exhibit, subject):
        return self.values


class Sequences(Told):
    name, form, shown = "sequences", "sequence", (0, 1, -1)
    values: ClassVar = (
        ["red cube", "sphere", "blue cone"],
        ["sphere", "red cube", "blue cone"],
        ["blue cone", "sphere", "red cube"],
    )


class Maps(Told):
    name, form = "maps", "map"
    values = ({"red cube": [[3, 7]]}, {"red cube": [[0, 7]]}, {"red cube": [[3, 7], [9, 9]], "sphere": [[1, 1]]})


class Sides(Told):
    """Has four options where it is asked as a choice."""

    name, values = "sides", ("left", "right", "front", "behind")

    def among(self, exhibit, subject):
        return self.values


OWN = {kind.name: kind() for kind in (Numbers, Words, Sequences, Maps) if kind.form in FORMS}
"""The families, by their names."""

assert {family.form for family in OWN.values()} | {"choice"} == FORMS.keys()

QUESTIONS = [
    "{family: changes, rationale: full, twin: true}",
    *(f"{{family: 'tests.asked:{type(family).__name__}', each: 2, rationale: full}}" for family in OWN.values()),
    "{family: 'tests.asked:Numbers', as: choice, choices: 3, circular: true}",
    "{family: 'tests.asked:Words', as: choice, choices: 2, twin: true}",
]
"""Entries of a config: changes, all forms, of one image to three, choices and twins."""


class Painter(FlatRenderer):
    """Renderer of images of which no two are alike, nor their mirror images."""

    def render(self, shot, path) -> None:
        seed = zlib.crc32(path.name.encode())
        image = Image.new("RGB", (shot.view.width, shot.view.height), (seed & 255, seed >> 8 & 255, seed >> 16 & 255))
        image.paste((255, 255, 255), (0, 0, 10, 10))
        image.save(path)


def made(root: Path | str, config: Config, problem: Callable[..., Planned]) -> Path | str:
    """A whole dataset whose images differ."""
    return generate_flat(root, config, Painter(), problem)


def flat(root: Path | str, *overrides: str) -> Path | str:
    """A dataset of 3 problems in 2 shards, of three views each, of ten objects, which asks what changed."""
    return made(root, load("splits.train.count=3", *overrides), partial(handmade, off_stage=7))


def dataset(root: Path | str, *overrides: str) -> Path | str:
    """The same problems with all of QUESTIONS."""
    return flat(root, f"questions=[{', '.join(QUESTIONS)}]", "output.intermediate=true", *overrides)


def wrong(line: dict) -> list[str]:
    """Wrong answers to a question line of the families here."""
    if "options" in line:
        letters = "ABCDEFGHIJ"[: len(line["options"])]
        return [letter for letter in letters if letter != line["answer"]]
    if "family" not in line:
        return ["0.color.purple", "no change"]
    family = OWN[line["family"]]
    written = [FORMS[family.form].write(value) for value in family.values]
    return [text for text in written if text != line["answer"]]


def said(answer: str) -> str:
    return f"<think>So it is.</think><answer>{answer}</answer>"
