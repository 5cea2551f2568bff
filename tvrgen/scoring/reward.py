"""STAR-R1's reward (arXiv 2505.15804): a part for the format of a response, and a fine-grained part for its accuracy.

Each predicted change earns `value` if its object index, kind and value are right, `attribute` if index and kind are
right, `index` if the index alone is right, and costs `wrong` if nothing is right. Each change by which there are fewer
predictions than true changes costs `missing`. Points that the paper leaves open are options.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tvrgen.questions.forms.changes_reader import cut, parse_answer
from tvrgen.questions.forms.changes_text import Answer, normal
from tvrgen.questions.forms.special_tokens import without_special_tokens
from tvrgen.scoring.options import STAR_R1, Options
from tvrgen.scoring.truth import Truth, truth_of


@dataclass(frozen=True, slots=True)
class Reward:
    """The reward of a response, and the counts behind it.

    total        `format` + `accuracy`
    best         the total of the right answer
    correct      all true changes are predicted, and nothing else
    well_formed  the response is <think>...</think><answer>...</answer> and nothing else
    values       predictions whose index, kind and value are right
    attributes   predictions whose index and kind alone are right
    indices      predictions whose index alone is right
    wrong        all other predictions, duplicates and unreadable parts
    missing      the number by which predictions are fewer than true changes
    faults       a line for each part of the answer that cannot be read
    """

    total: float
    format: float
    accuracy: float
    best: float
    correct: bool
    well_formed: bool
    values: int
    attributes: int
    indices: int
    wrong: int
    missing: int
    faults: tuple[str, ...]

    @property
    def share(self) -> float:
        """`total` / `best`, limited to [0, 1], for trainers that expect that range."""
        return min(1.0, max(0.0, self.total / self.best)) if self.best > 0 else float(self.correct)


def star_r1_reward(response: Any, truth: Any, options: Options = STAR_R1) -> Reward:
    """Returns the reward of a response; a response that is no text counts as an empty text.

    A response longer than `limits.RESPONSE` is cut, and has a fault that says so.
    `truth` is any form of the right answer that `truth_of` reads. Raises UserError if it is none; never raises for a
    response.
    """
    truth = truth_of(truth)
    well_formed, answer = answer_in(response, truth, options)
    return reward_of(answer, well_formed, truth, options)


def answer_in(response: Any, truth: Truth, options: Options) -> tuple[bool, Answer]:
    """Returns whether a response is well formed, and the answer in it."""
    response, faults = cut(response) if isinstance(response, str) else ("", ())
    well_formed, text = read_response(response, options.untagged, options.opened)
    answer = Answer((), ("there is no <answer>",)) if text is None else parse_answer(text, truth.looks)
    return well_formed, Answer(answer.steps, answer.faults + faults) if faults else answer


def right_kinds(answer: Answer, truth: Truth) -> dict[str, bool]:
    """Returns for each kind of true change whether the answer has exactly the true changes of that kind."""
    predictions, right = _predictions(answer), {}
    for kind in sorted({change.kind for change in truth.changes}):
        own = Truth(tuple(change for change in truth.changes if change.kind == kind))
        kept, duplicates = _without_duplicates([p for p in predictions if p.kind == kind], own)
        right[kind] = not duplicates and _matched(kept, own, reuse=False)[0] == len(own.changes) == len(kept)
    return right


def read_response(response: Any, untagged: bool = False, opened: bool = False) -> tuple[bool, str | None]:
    """Returns whether a response is <think>..</think><answer>..</answer> and nothing else, and its answer's text.

    The text is None if there is no answer. Of several answers the last one counts. An answer inside the thought does
    not count, nor does one before an <answer> that is not closed. With `untagged`, a response without <answer> is an
    answer from the end of its thought on; with `opened`, the prompt has ended in <think>.
    """
    text = response if isinstance(response, str) else ""
    text = without_special_tokens(f"<think>{text}" if opened else text)
    end = text.rfind("</answer>")
    start = text.rfind("<answer>", 0, end) if end >= 0 else -1
    thinking = text.rfind(_TAGS[0]) > text.rfind(_TAGS[1]) or text.rfind(_TAGS[1]) > start
    if start < 0 or thinking or text.find("<answer>", end) >= 0:
        bare = untagged and not any(tag in text for tag in _TAGS[2:]) and text.rfind(_TAGS[0]) <= text.rfind(_TAGS[1])
        rest = text.rsplit(_TAGS[1], 1)[-1]
        return False, rest if bare and rest.strip() else None
    answer = text[start + len("<answer>") : end]
    once = all(text.count(tag) == 1 for tag in _TAGS)
    thought = text.strip()
    well_formed = once and thought.startswith(_TAGS[0]) and thought.endswith(_TAGS[3])
    between = text.find(_TAGS[1])
    return well_formed and between < start and not text[between + len(_TAGS[1]) : start].strip(), answer


_TAGS = ("<think>", "</think>", "<answer>", "</answer>")


def reward_of(answer: Answer, well_formed: bool, truth: Truth, options: Options) -> Reward:
    """Returns the reward of an answer that has been read."""
    kept, duplicates = _without_duplicates(_predictions(answer), truth)
    values, attributes, indices = _matched(kept, truth, options.reuse)
    if options.duplicates == "ignore":
        duplicates = 0
    wrong = len(kept) - values - attributes - indices + duplicates + len(answer.faults)
    predicted = len(kept) + duplicates + len(answer.faults)
    missing = max(0, len(truth.changes) - predicted)
    correct = not wrong and values == len(truth.changes) == len(kept) and _in_order(kept, truth)
    accuracy = options.value * values + options.attribute * attributes + options.index * indices
    accuracy += options.wrong * (wrong + (attributes + indices) * options.partial_costs) + options.missing * missing
    if correct and not truth.changes:
        accuracy += options.no_change
    form = options.format if well_formed else 0.0
    best = options.format + (options.value * len(truth.changes) if truth.changes else options.no_change)
    return Reward(
        total=form + accuracy,
        format=form,
        accuracy=accuracy,
        best=best,
        correct=correct,
        well_formed=well_formed,
        values=values,
        attributes=attributes,
        indices=indices,
        wrong=wrong,
        missing=missing,
        faults=answer.faults,
    )


class _Prediction(NamedTuple):
    """A predicted change: index of the object, kind, and the normal form of the value."""

    object: int
    kind: str
    value: str


def _predictions(answer: Answer) -> list[_Prediction]:
    return [_Prediction(s.object, kind, normal(kind, s.value)) for s in answer.steps for kind in (s.kind.lower(),)]


def _in_order(predictions: Sequence[_Prediction], truth: Truth) -> bool:
    """Whether each attribute that changes twice ends with its true value; moves may come in any order."""
    last_accepted = {(i, kind): accepted for i, kind, accepted in truth.changes if kind != "position"}
    last_predicted = {(i, kind): value for i, kind, value in predictions}
    if len(last_accepted) == len(truth.changes):
        return True
    return all(last_predicted[pair] in accepted for pair, accepted in last_accepted.items())


def _without_duplicates(predictions: Sequence[_Prediction], truth: Truth) -> tuple[list[_Prediction], int]:
    """The predictions without duplicates, and the number of duplicates.

    A prediction that is right for several true changes (a move made twice) may occur as often as there are of these.
    """
    if len(set(predictions)) == len(predictions):
        return list(predictions), 0
    left = {prediction: max(1, _occurrences(prediction, truth)) for prediction in set(predictions)}
    kept = []
    for prediction in predictions:
        if left[prediction]:
            left[prediction] -= 1
            kept.append(prediction)
    return kept, len(predictions) - len(kept)


def _occurrences(prediction: _Prediction, truth: Truth) -> int:
    """The number of true changes that a prediction is right for."""
    index, kind, value = prediction
    return sum((c.object, c.kind) == (index, kind) and value in c.accepted for c in truth.changes)


def _matched(predictions: Sequence[_Prediction], truth: Truth, reuse: bool) -> tuple[int, int, int]:
    """The numbers of predictions that are right in all, in index and kind alone, and in the index alone.

    Predictions and true changes are matched one to one unless `reuse`, which lets several predictions be partly right
    by one true change. A right value is worth more than two partly right ones, and a right kind more than two right
    indices. So the best matching has as many right values as possible, then as many right kinds as possible; and how
    many true changes are left for the next does not depend on which were taken.
    """
    true_pairs = {(change.object, change.kind) for change in truth.changes}
    free: Counter[int] = Counter(change.object for change in truth.changes)  # true changes of each object not matched
    index_only: Counter[int] = Counter()  # predictions with the index of a true change, and nothing better
    by_pair: dict[tuple[int, str], list[str]] = {}
    for index, kind, value in predictions:
        if (index, kind) in true_pairs:
            by_pair.setdefault((index, kind), []).append(value)
        elif index in free:
            index_only[index] += 1
    values = attributes = 0
    for pair, predicted in by_pair.items():
        accepted = [change.accepted for change in truth.changes if (change.object, change.kind) == pair]
        right = _largest_matching(predicted, accepted)
        rest = len(predicted) - right
        partly = rest if reuse else min(rest, len(accepted) - right)
        values += right
        attributes += partly
        if not reuse:
            free[pair[0]] -= right + partly
            index_only[pair[0]] += rest - partly
    indices = sum(count if reuse else min(count, free[index]) for index, count in index_only.items())
    return values, attributes, indices


def _largest_matching(predicted: list[str], accepted: list[frozenset[str]]) -> int:
    """The size of a largest one-to-one matching of predicted values to true changes that accept them.

    It is found by augmenting paths (Kuhn's algorithm), each the shortest one.
    """
    if len(accepted) == 1:
        return int(any(value in accepted[0] for value in predicted))
    change_of: dict[int, int] = {}  # position of a prediction -> of its true change
    prediction_of: dict[int, int] = {}  # and the reverse
    for start in range(len(accepted)):
        reached: dict[int, int] = {}  # position of a prediction -> of the true change that it was reached from
        free: int | None = None
        queue = [start]
        for change in queue:  # grows meanwhile
            new = [k for k, value in enumerate(predicted) if k not in reached and value in accepted[change]]
            reached.update(dict.fromkeys(new, change))
            free = next((k for k in new if k not in change_of), None)
            if free is not None:
                break
            queue += [change_of[k] for k in new]
        while free is not None:  # each true change on the path takes the prediction that it reached
            change = reached[free]
            change_of[free] = change
            before = prediction_of.get(change)
            prediction_of[change] = free
            free = before
    return len(change_of)
