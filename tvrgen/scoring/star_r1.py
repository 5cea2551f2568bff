"""STAR-R1's reward (arXiv 2505.15804): a part for the format of a response, and a fine-grained part for its accuracy.

Each predicted change earns `value` if its objects, kind and value are right, `attribute` if objects and kind are right,
`index` if an object alone is right, and costs `wrong` if nothing is right. Each change by which there are fewer
predictions than true changes costs `missing`. Of changes that are all right, but in an order that leads elsewhere, one
earns `attribute`. Points that the paper leaves open are options.

Where another list of changes is right as well (`Truth.alternatives`), the answer is compared with each of them, and the
best result counts, in points of the true changes: a longer list pays no more than these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tvrgen.questions.forms.arities import Arities, Order, arity, order
from tvrgen.questions.forms.changes_reader import cut, parse_answer
from tvrgen.questions.forms.changes_text import Answer, normal
from tvrgen.questions.forms.special_tokens import without_special_tokens
from tvrgen.scoring.matching import KIND, NOTHING, OBJECT, RIGHT, Counts, best_matching
from tvrgen.scoring.options import STAR_R1, Options
from tvrgen.scoring.truth import TrueChange, Truth, truth_of


@dataclass(frozen=True, slots=True)
class Reward:
    """The reward of a response, and the counts behind it.

    total        `format` + `accuracy`
    best         the total of the right answer
    correct      all true changes are predicted, and nothing else; or all of an alternative
    well_formed  the response is <think>...</think><answer>...</answer> and nothing else
    values       predictions whose objects, kind and value are right
    attributes   predictions whose objects and kind alone are right
    indices      predictions of which an object alone is right
    wrong        all other predictions, duplicates and unreadable parts
    missing      the number by which predictions are fewer than true changes
    faults       a line for each part of the answer that cannot be read

    The counts are those of the true changes or of the alternative that pays best.
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
    answer = Answer((), ("there is no <answer>",)) if text is None else parse_answer(text, truth.looks, truth.arities)
    return well_formed, Answer(answer.steps, answer.faults + faults) if faults else answer


def right_kinds(answer: Answer, truth: Truth) -> dict[str, bool]:
    """Returns for each kind of true change whether the answer has exactly the true changes of that kind.

    It has them all if it is right by an alternative.
    """
    predictions = _predictions(answer)
    kinds = sorted({change.kind for change in truth.changes})
    if any(
        not answer.faults and _compared(predictions, own, STAR_R1, truth.arities).right for own in truth.alternatives
    ):
        return dict.fromkeys(kinds, True)
    right = {}
    said: dict[str, list[_Prediction]] = {kind: [] for kind in kinds}
    for prediction in predictions:
        own = [change.kind for change in truth.changes if prediction in change.accepted]
        said.setdefault(own[0] if own else prediction.kind, []).append(prediction)
    for kind in kinds:
        changes = tuple(change for change in truth.changes if change.kind == kind)
        found = _compared(said[kind], changes, STAR_R1, truth.arities)
        right[kind] = found.values == len(changes) == found.predicted
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
    form = options.format if well_formed else 0.0
    count, predictions = len(truth.changes), _predictions(answer)
    best = options.format + (options.value * count if count else options.no_change)
    rewards = []
    for changes in (truth.changes, *truth.alternatives):
        found = _compared(predictions, changes, options, truth.arities)
        if found.values == len(changes) == found.predicted and not found.right:  # in an order that leads elsewhere
            found = found._replace(values=found.values - 1, attributes=found.attributes + 1)
        wrong = found.wrong + len(answer.faults)
        missing = max(0, len(changes) - found.predicted - len(answer.faults))
        correct = found.right and not wrong
        earned = options.value * found.values + options.attribute * found.attributes + options.index * found.indices
        partly = (found.attributes + found.indices) * options.partial_costs
        cost = options.wrong * (wrong + partly) + options.missing * missing
        if changes is not truth.changes:
            earned, cost = earned * count / len(changes), cost * max(1.0, count / len(changes))
        accuracy = earned + cost + (options.no_change if correct and not count else 0.0)
        rewards.append(
            Reward(
                total=form + accuracy,
                format=form,
                accuracy=accuracy,
                best=best,
                correct=correct,
                well_formed=well_formed,
                values=found.values,
                attributes=found.attributes,
                indices=found.indices,
                wrong=wrong,
                missing=missing,
                faults=answer.faults,
            )
        )
    return max(rewards, key=lambda reward: (reward.correct, reward.total))


class _Prediction(NamedTuple):
    """A predicted change: indices of the objects, kind, and the normal form of the value."""

    objects: tuple[int, ...]
    kind: str
    value: str


def _predictions(answer: Answer) -> list[_Prediction]:
    return [_Prediction(s.objects, kind, normal(kind, s.value)) for s in answer.steps for kind in (s.kind.lower(),)]


class _Compared(NamedTuple):
    """Predictions compared with a list of changes: how many are right in what, and how many there are.

    `right`: all are, and in an order that leads to the true state.
    """

    values: int
    attributes: int
    indices: int
    predicted: int
    right: bool

    @property
    def wrong(self) -> int:
        return self.predicted - self.values - self.attributes - self.indices


def _compared(
    predictions: Sequence[_Prediction], changes: Sequence[TrueChange], options: Options, arities: Arities
) -> _Compared:
    """Predictions compared with true changes, matched one to one unless `options.reuse`.

    A right value is worth more than two partly right ones, and a right kind more than two right objects. So the best
    matching has as many right values as possible, then as many right kinds, then as many right objects.

    A prediction that is right for several true changes (a move made twice) may occur as often as there are of these.
    What says a true change once more, in the same words or in others that are accepted, is wrong in all.
    """
    rows = {prediction: _row(prediction, changes) for prediction in dict.fromkeys(predictions)}
    kept, duplicates = predictions, 0
    if len(rows) < len(predictions):
        kept, duplicates = _without_duplicates(predictions, rows, options, arities)
    counts = _counts([rows[prediction] for prediction in kept], options.reuse)
    right = counts[0] == len(changes) == len(kept) and not duplicates and _is_consistent(kept, changes, arities)
    return _Compared(*counts, len(kept) + duplicates, right)


def _without_duplicates(
    predictions: Sequence[_Prediction], rows: Mapping[_Prediction, list[int]], options: Options, arities: Arities
) -> tuple[list[_Prediction], int]:
    """The predictions that are no duplicates, and the number of duplicates that are wrong."""
    left = {prediction: max(1, row.count(RIGHT)) for prediction, row in rows.items()}
    kept, duplicates = [], 0
    for prediction in predictions:
        if left[prediction]:
            left[prediction] -= 1
            kept.append(prediction)
        elif options.duplicates == "wrong" or arity(prediction.kind, arities).cumulative:
            duplicates += 1
    return kept, duplicates


def _row(prediction: _Prediction, changes: Sequence[TrueChange]) -> list[int]:
    """The levels at which a prediction agrees with each true change; what is right for any is not partly right."""
    kind, named = prediction.kind, frozenset(prediction.objects)
    row = []
    for change in changes:
        if prediction in change.accepted:
            row.append(RIGHT)
        elif (kind, named) in change.kinds:
            row.append(KIND)
        elif named.isdisjoint(change.objects) and len(change.named) == 1:
            row.append(NOTHING)
        else:
            row.append(_shared(named, change))
    return [level if level == RIGHT else NOTHING for level in row] if RIGHT in row else row


def _shared(named: frozenset[int], change: TrueChange) -> int:
    """OBJECT if at least half of the objects that a prediction names are right, so that naming all earns nothing."""
    return OBJECT if any(2 * len(named & own) >= max(1, len(named)) for own in change.named) else NOTHING


def _counts(rows: Sequence[Sequence[int]], reuse: bool) -> Counts:
    """The numbers of predictions that are right in all, in objects and kind alone, and in an object alone."""
    if not reuse:
        return best_matching(rows)
    right = [[level if level == RIGHT else NOTHING for level in row] for row in rows]
    best = [max(row, default=NOTHING) for row in rows]
    return best_matching(right)[0], best.count(KIND), best.count(OBJECT)


def _is_consistent(predictions: Sequence[_Prediction], changes: Sequence[TrueChange], arities: Arities) -> bool:
    """Whether changes all of which are right are so together.

    What is said to be new is named by no other change. Of changes of the same objects in one kind, the last one has to
    be the last, unless the kind is cumulative. Other changes that share an object and can touch the same field come in
    their true order.
    """
    objects = [k for prediction in predictions for k in prediction.objects]
    said_new = [p for p in predictions if not p.objects]
    if said_new and any(
        not change.accepted.isdisjoint(said_new) and any(not own.isdisjoint(objects) for own in change.named)
        for change in changes
    ):
        return False
    if len(set(objects)) == len(objects):
        return True
    last = {(c.objects, c.kind): c.accepted for c in changes if c.objects and not arity(c.kind, arities).cumulative}
    if last:
        said = {(p.objects, p.kind): p for p in predictions}
        if any(pair in said and said[pair] not in accepted for pair, accepted in last.items()):
            return False
    return all(
        _precedes(other, change, predictions, arities)
        for later, change in enumerate(changes)
        for other in changes[:later]
    )


def _precedes(one: TrueChange, other: TrueChange, predictions: Sequence[_Prediction], arities: Arities) -> bool:
    """Whether some prediction of one change comes before one of another, or their order does not count."""
    first, second = ([(k, p) for k, p in enumerate(predictions) if p in own.accepted] for own in (one, other))
    return any(
        k < later or order(p[:2], said[:2], arities) is not Order.COUNTS for k, p in first for later, said in second
    )
