"""Scores of responses to questions of any family, from the standard library alone."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tvrgen._support.errors import UserError
from tvrgen.questions.forms.base import Form, Verdict
from tvrgen.questions.forms.changes_reader import cut
from tvrgen.questions.forms.literals import check_depth
from tvrgen.questions.forms.registry import FORMS
from tvrgen.scoring.options import STAR_R1, Options
from tvrgen.scoring.star_r1 import Reward, read_response, star_r1_reward
from tvrgen.scoring.truth import Truth, ground_truth, shown, truth_of

_PARTS = ("values", "attributes", "indices", "wrong", "missing")
"""Counts of STAR-R1's reward."""


class FormTruth(NamedTuple):
    """The right answer to a question of another family than `changes`: its form, and the data that this compares."""

    form: Form
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a response to a question of any family.

    total        `format` + `accuracy`
    best         the total of the right answer
    correct      whether the answer is right: its share is 1, as that of a distance within 5 % of the truth is
    well_formed  the response is <think>...</think><answer>...</answer> and nothing else
    parts        of `changes`, the counts of STAR-R1's reward; of another family, the share of the answer that is right
    faults       a line for each part of the answer that cannot be read
    """

    total: float
    format: float
    accuracy: float
    best: float
    correct: bool
    well_formed: bool
    parts: Mapping[str, float]
    faults: tuple[str, ...]

    @property
    def share(self) -> float:
        """`total` / `best`, limited to [0, 1], for trainers that expect that range."""
        return min(1.0, max(0.0, self.total / self.best)) if self.best > 0 else float(self.correct)


def reward(response: Any, question: Any, options: Options = STAR_R1) -> Score:
    """Returns the score of a response to a question; a response that is no text counts as an empty text.

    `question` is its line, or its right answer in any form that an export holds. Of the family `changes` the score is
    STAR-R1's reward; of another, a right answer earns as much as one right change, and a partly right one its share.

    Raises UserError if `question` has no right answer; never raises for a response.
    """
    truth = read_truth(question)
    if isinstance(truth, Truth):
        return score_of(star_r1_reward(response, truth, options))
    text, faults = cut(response) if isinstance(response, str) else ("", ())
    well_formed, answer = read_response(text, options.untagged, options.opened)
    verdict = Verdict(0.0, "there is no <answer>") if answer is None else truth.form.judge(answer.strip(), truth.data)
    faults = (*((verdict.fault,) if verdict.fault else ()), *faults)
    share = 0.0 if faults else verdict.share
    form, accuracy = options.format if well_formed else 0.0, options.value * share
    return Score(
        total=form + accuracy,
        format=form,
        accuracy=accuracy,
        best=options.format + options.value,
        correct=share == 1.0,
        well_formed=well_formed,
        parts={"share": share},
        faults=faults,
    )


def score_of(own: Reward) -> Score:
    """STAR-R1's reward as the score of a question."""
    same = {field.name: getattr(own, field.name) for field in dataclasses.fields(Score) if field.name != "parts"}
    return Score(**same, parts={name: getattr(own, name) for name in _PARTS})


def read_truth(question: Any) -> Truth | FormTruth:
    """Returns the right answer in a question line, or in a `ground_truth` as data or JSON text. Raises UserError if
    there is none."""
    if isinstance(question, Truth | FormTruth):
        return question
    data = question
    if isinstance(question, str) and question.lstrip()[:1] == "{":
        try:
            check_depth(question)
            data = json.loads(question)
        except (ValueError, UserError):
            data = None
    if not isinstance(data, Mapping) or not ("form" in data or "family" in data):
        return truth_of(question)
    if "truth" in data:
        data = ground_truth(data) if isinstance(data["truth"], Mapping) and "family" in data else {}
    named = data.get("form")
    form = FORMS.get(named) if isinstance(named, str) else None
    if form is None or "value" not in data or (fault := form.fault(data)):
        reason = f": {fault}" if form is not None and "value" in data else ""
        raise UserError(f"{shown(question)} is no right answer{reason}")
    return FormTruth(form, data)
