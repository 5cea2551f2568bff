"""A dataset's questions with the answers to them, scored."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tvrgen.dataset import Dataset
from tvrgen.errors import UserError
from tvrgen.record import Record
from tvrgen.scoring.metrics import Scored
from tvrgen.scoring.options import Options
from tvrgen.scoring.outcome import outcome_score
from tvrgen.scoring.reward import answer_in, reward_of, right_kinds
from tvrgen.scoring.truth import ground_truth, truth_of
from tvrgen.settings import Split

Respond = Callable[[Record, Record, Split], Any]
"""(question line, scene line, split) -> the response to it, None where there is none."""


def score(question: Record, scene: Record, split: Split, response: Any, options: Options) -> Scored:
    """Scores one response to a question of a scene. Never raises, whatever the response is."""
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
) -> Iterator[Scored]:
    """All questions of some splits, scored in order; `step(1)` after each."""
    config = dataset.config()
    for name in splits:
        split, scenes = config.split(name), dataset.scenes(name)
        scene: Record = {"id": None}
        due, asked = dataset.description["splits"][name]["questions"], 0
        for question in dataset.questions(name):
            while scene["id"] != question["scene"]:
                scene = next(scenes, None)
                if scene is None:
                    raise UserError(f"{dataset.place}: {question['id']} has no scene; see tvrgen validate")
            yield score(question, scene, split, respond(question, scene, split), options)
            step(1)
            asked += 1
        if asked != due:
            raise UserError(f"{dataset.place}: split {name} has {asked} of {due} questions; run tvrgen validate")


@dataclass
class Predictions:
    """Responses by the ids of their questions, as read from a file: `double` ids counted by their first response.

    `used` collects the ids that were asked for, so that what is left over can be named.
    """

    responses: dict[str, Any]
    double: list[str]
    used: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    no_text: list[str] = field(default_factory=list)

    def __call__(self, question: Record, scene: Record, split: Split) -> Any:
        if question["id"] not in self.responses:
            self.missing.append(question["id"])
            return None
        self.used.add(question["id"])
        response = self.responses[question["id"]]
        if not isinstance(response, str):
            self.no_text.append(question["id"])
        return response

    @property
    def unknown(self) -> list[str]:
        return [name for name in self.responses if name not in self.used]


def read_predictions(path: Path) -> Predictions:
    """Lines of {"id", "response"}. Raises UserError for a file that is none; a response may be anything."""
    responses: dict[str, Any] = {}
    double: list[str] = []
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            for number, text in enumerate(file, 1):
                if not text.strip():
                    continue
                name, response = _prediction(text, f"{path}:{number}")
                if name in responses:
                    double.append(name)
                else:
                    responses[name] = response
    except IsADirectoryError as error:
        raise UserError(f"{path}: is a folder; write a file of lines like {_LINE}") from error
    if not responses:
        raise UserError(f"{path}: holds no predictions; write lines like {_LINE}")
    return Predictions(responses, double)


_LINE = '{"id": "test-000000-left", "response": "..."}'


def _prediction(text: str, where: str) -> tuple[str, Any]:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where}: is not JSON: {getattr(error, 'msg', error)}; write lines like {_LINE}") from error
    if not isinstance(line, dict) or not isinstance(line.get("id"), str) or "response" not in line:
        raise UserError(f"{where}: holds {text.strip()[:40]!r}; write lines like {_LINE}")
    return line["id"], line["response"]
