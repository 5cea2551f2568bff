"""The family "what changed?": the answer lists the steps that lead from the first image to the second."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from tvrgen._support.json_lines import Record
from tvrgen._support.rng import generator
from tvrgen.config.settings import Split
from tvrgen.questions import difficulty, prompts, rationale
from tvrgen.questions.difficulty import Difficulty
from tvrgen.questions.forms import changes_text
from tvrgen.questions.rationale import Sentence
from tvrgen.sampling.problem import Planned
from tvrgen.scene.model import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about a planned problem and one of its final views.

    `changes` is the answer as data, `initial_objects` lists the objects of the first image as the prompt does.
    `rationale` is empty if the config asks for none.
    """

    prompt: str
    answer: str
    answer_form: str
    changes: list[Record]
    initial_objects: list[Record]
    difficulty: Difficulty
    rationale: list[Sentence]


def ask(planned: Planned, view: str, split: Split, seed: int) -> Question:
    """The question about the initial image and the final one of `view`; the dataset's `seed` draws its phrasings."""
    initial, form = planned.problem.initial, split.question.prompt.answer
    return Question(
        prompt=_prompt(planned, view, split, seed),
        answer=changes_text.write(planned.said, form, [o.looks for o in initial.objects]),
        answer_form=form,
        changes=_changes(planned, split),
        initial_objects=_listed(initial, split),
        difficulty=difficulty.difficulty(planned, view, split.vocabulary),
        rationale=_rationale(planned, view, split, seed),
    )


def _prompt(planned: Planned, view: str, split: Split, seed: int) -> str:
    """Returns the prompt, with variants drawn by the question's id, and with twins the objects' places in the image."""
    problem, locations = planned.problem, None
    if split.sampling.twins:  # looks alone do not identify objects
        shot = planned.initial
        width, height = shot.view.width, shot.view.height
        locations = [prompts.location(sight.box, width, height) if sight.box else None for sight in shot.seen]
    rng = generator(seed, "prompt", problem.id, view)
    return prompts.prompt(rng, problem.initial, split, locations)


def _changes(planned: Planned, split: Split) -> list[Record]:
    """The true changes as question lines hold them: objects, kind, value, and every value that is right."""
    return [
        {
            "objects": list(step.objects),
            **({"index": step.object} if len(step.objects) == 1 else {}),
            "attribute": step.kind,
            "value": step.value,
            "accepted": [
                entry
                for objects in ([step.objects] if split.kinds[step.kind].ordered else permutations(step.objects))
                for entry in accepted(objects, values)
            ],
        }
        for step, values in zip(planned.said, planned.accepted, strict=True)
    ]


def accepted(objects: Sequence[int], values: Sequence[str]) -> list[Any]:
    """The right values of a step as records hold them: texts for one object, else objects and value."""
    return [*values] if len(objects) == 1 else [{"objects": [*objects], "value": value} for value in values]


def _listed(initial: State, split: Split) -> list[Record]:
    on_stage = split.vocabulary.grid.shows
    return [
        {"index": k, **o.attributes, "on_stage": on_stage(o), **({"looks": [*o.looks]} if o.further else {})}
        for k, o in enumerate(initial.objects)
        if o.present
    ]


def _rationale(planned: Planned, view: str, split: Split, seed: int) -> list[Sentence]:
    if split.question.rationale == "none":
        return []
    return rationale.rationale(generator(seed, "rationale", planned.problem.id, view), planned, view, split)
