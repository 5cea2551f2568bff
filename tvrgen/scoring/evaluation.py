"""Evaluation of a dataset: every question's response, scored."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Split
from tvrgen.dataset.reader import Dataset
from tvrgen.scoring.graded import reward
from tvrgen.scoring.metrics import Graded, Scored
from tvrgen.scoring.options import Options
from tvrgen.scoring.outcome import outcome_score
from tvrgen.scoring.star_r1 import answer_in, reward_of, right_kinds
from tvrgen.scoring.truth import ground_truth, truth_of

Respond = Callable[[Record, Record, Split], Any]
"""(question line, scene line, split) -> the response to the question, or None."""


def score(question: Record, scene: Record, split: Split, response: Any, options: Options) -> Scored | Graded:
    """Returns the scores of one response to a question of a scene. Never raises for a response."""
    if "family" in question:
        return Graded(
            scene=scene["id"],
            split=question["split"],
            family=question["family"],
            level=question.get("level", ""),
            score=reward(response, question, options),
        )
    truth = truth_of(ground_truth(question))
    well_formed, answer = answer_in(response, truth, options)
    return Scored(
        scene=scene["id"],
        split=question["split"],
        view=question["view"]["final"],
        objects=sum(o["on_stage"] for o in question["initial_objects"]),
        steps=len(question["changes"]),
        reward=reward_of(answer, well_formed, truth, options),
        outcome=outcome_score(answer, scene, split),
        kinds=right_kinds(answer, truth),
    )


def evaluate(
    dataset: Dataset, splits: Iterable[str], respond: Respond, options: Options, step: Callable[[int], None]
) -> Iterator[Scored | Graded]:
    """Yields the scores of all questions of some splits, in order, and calls `step(1)` after each.

    `respond` gives the responses. Raises UserError if a split lacks scenes or questions.
    """
    config = dataset.config()
    for name in splits:
        split, scenes = config.split(name), dataset.scenes(name)
        scene: Record | None = None
        due, asked = dataset.description["splits"][name]["questions"], 0
        for question in dataset.questions(name):
            while scene is None or scene["id"] != question["scene"]:
                scene = next(scenes, None)
                if scene is None:
                    raise UserError(f"{dataset.storage}: {question['id']} has no scene; see tvrgen validate")
            yield score(question, scene, split, respond(question, scene, split), options)
            step(1)
            asked += 1
        if asked != due:
            raise UserError(f"{dataset.storage}: split {name} has {asked} of {due} questions; run tvrgen validate")
