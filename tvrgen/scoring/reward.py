"""STAR-R1's reward (arXiv 2505.15804): a format part and a fine-grained accuracy part.

Each predicted change earns `value` where index, attribute and value are right, `attribute` where index and attribute
are, `index` where the index alone is, and costs `wrong` where nothing is; each change that fewer predictions than true
changes leave out costs `missing`. What the paper does not settle is an option.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tvrgen.answers import Answer, normal, parse_answer
from tvrgen.errors import UserError
from tvrgen.scoring.truth import Truth, truth_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the reward pays, and how the points that STAR-R1's paper leaves open are settled.

    `no_change`: what a right "no change" earns; the paper has no such problems. `partial_costs`: whether a partly right
    change also costs `wrong`. `reuse`: whether one true change can make several predictions partly right; else they are
    matched one to one, as many and as well as possible. `duplicates`: "wrong", each one more is a wrong prediction;
    "ignore", it counts as not said. `untagged`: whether an answer that stands in no <answer> counts.
    """

    value: float = 5.0
    attribute: float = 1.5
    index: float = 0.5
    wrong: float = -1.0
    missing: float = -1.0
    format: float = 1.0
    no_change: float = 5.0
    partial_costs: bool = False
    reuse: bool = False
    duplicates: str = "wrong"
    untagged: bool = False

    def __post_init__(self) -> None:
        if self.duplicates not in ("wrong", "ignore"):
            raise UserError(f"duplicates: {self.duplicates!r}; write wrong or ignore")


@dataclass(frozen=True, slots=True)
class Reward:
    """What a response earns, and why.

    `total` = `format` + `accuracy`; `best` is the most that this problem can give. `values`, `attributes` and `indices`
    count the predictions that were right so far, `wrong` all others (duplicates and unreadable parts among them),
    `missing` the true changes by which the predictions fell short. `correct`: all changes are right and nothing else is
    said. `faults` says what could not be read.
    """

    total: float
    format: float
    accuracy: float
    best: float
    correct: bool
    values: int
    attributes: int
    indices: int
    wrong: int
    missing: int
    faults: tuple[str, ...]

    @property
    def share(self) -> float:
        """The total as a share of the best, in [0, 1]: for trainers that want it so."""
        return max(0.0, self.total / self.best) if self.best > 0 else float(self.correct)


def star_r1_reward(response: Any, truth: Any, options: Options = Options()) -> Reward:
    """Scores a response; anything that is no text counts as an empty one.

    `truth` is whatever `truth_of` reads. Raises UserError where that is no right answer; never for a response.
    """
    truth = truth_of(truth)
    well_formed, text = read_response(response, options.untagged)
    answer = Answer((), ("there is no <answer>",)) if text is None else parse_answer(text, truth.looks)
    return _reward(answer, truth, options, well_formed)


def exact(answer: Answer, changes: Sequence[Mapping]) -> int:
    """How many of these true changes an answer has right in all; of each (index, attribute) no more than there are."""
    truth = truth_of(changes)
    return _matched(_without_duplicates(_said(answer), truth)[0], truth, reuse=False)[0]


def read_response(response: Any, untagged: bool = False) -> tuple[bool, str | None]:
    """(whether it is <think>..</think><answer>..</answer> and nothing else, the text of its answer, None if none).

    Of several answers the last one counts.
    """
    text = response if isinstance(response, str) else ""
    end = text.rfind("</answer>")
    start = text.rfind("<answer>", 0, end) if end >= 0 else -1
    if start < 0:
        return False, (text.rsplit("</think>", 1)[-1] if untagged and text.strip() else None)
    answer = text[start + len("<answer>") : end]
    once = all(text.count(tag) == 1 for tag in _TAGS)
    thought = text.strip()
    well_formed = once and thought.startswith(_TAGS[0]) and thought.endswith(_TAGS[3])
    between = text.find(_TAGS[1])
    return well_formed and between < start and not text[between + len(_TAGS[1]) : start].strip(), answer


_TAGS = ("<think>", "</think>", "<answer>", "</answer>")


def _reward(answer: Answer, truth: Truth, options: Options, well_formed: bool) -> Reward:
    kept, doubles = _without_duplicates(_said(answer), truth)
    values, attributes, indices = _matched(kept, truth, options.reuse)
    if options.duplicates == "ignore":
        doubles = 0
    wrong = len(kept) - values - attributes - indices + doubles + len(answer.faults)
    predicted = len(kept) + doubles + len(answer.faults)
    missing = max(0, len(truth.changes) - predicted)
    correct = not wrong and values == len(truth.changes) == len(kept)
    accuracy = options.value * values + options.attribute * attributes + options.index * indices
    accuracy += options.wrong * (wrong + (attributes + indices) * options.partial_costs) + options.missing * missing
    if correct and not truth.changes:
        accuracy += options.no_change
    form = options.format if well_formed else 0.0
    best = options.format + (options.value * len(truth.changes) if truth.changes else options.no_change)
    return Reward(
        form + accuracy, form, accuracy, best, correct, values, attributes, indices, wrong, missing, answer.faults
    )


def _said(answer: Answer) -> list[tuple[int, str, str]]:
    """(index, attribute, normal form of the value) of each predicted change."""
    return [(s.object, kind, normal(kind, s.value)) for s in answer.steps for kind in (s.kind.lower(),)]


def _without_duplicates(said: Sequence[tuple], truth: Truth) -> tuple[list[tuple], int]:
    """The predictions without those that say the same again, and how many these are.

    What is true twice (the same move, made twice) can be said twice.
    """
    if len(set(said)) == len(said):
        return list(said), 0
    kept: Counter[tuple] = Counter()
    for change, count in Counter(said).items():
        index, attribute, value = change
        true = sum(i == index and a == attribute and value in accepted for i, a, accepted in truth.changes)
        kept[change] = min(count, max(1, true))
    return list(kept.elements()), len(said) - kept.total()


def _matched(said: Sequence[tuple], truth: Truth, reuse: bool) -> tuple[int, int, int]:
    """How many predictions are right in all, in index and attribute, and in the index alone.

    A right value is worth more than two partly right ones, and so is a right attribute than two indices. So the best
    matching takes as many of the first as there can be, then of the second; and how many are left for the next does
    not depend on which were taken.
    """
    true_pairs: Counter[tuple] = Counter((i, a) for i, a, _ in truth.changes)
    true_indices: Counter[int] = Counter(i for i, _, _ in truth.changes)
    pairs: Counter[tuple] = Counter()
    indices: Counter[int] = Counter()
    values = attributes = alone = 0
    by_pair: dict[tuple, list[str]] = {}
    for index, attribute, value in said:
        if (index, attribute) in true_pairs:
            by_pair.setdefault((index, attribute), []).append(value)
        elif index in true_indices:
            indices[index] += 1
    for pair, own in by_pair.items():
        accepted = [values_ for i, a, values_ in truth.changes if (i, a) == pair]
        right = _largest(own, accepted)
        values += right
        pairs[pair] = len(own) - right
        if reuse:
            attributes += pairs[pair]
            continue
        partly = min(pairs[pair], len(accepted) - right)
        attributes += partly
        true_indices[pair[0]] -= right + partly
        indices[pair[0]] += pairs[pair] - partly
    for index, count in indices.items():
        alone += count if reuse else min(count, true_indices[index])
    return values, attributes, alone


def _largest(said: list[str], accepted: list[frozenset[str]]) -> int:
    """The size of a largest matching of predicted values to true changes that accept them (augmenting paths)."""
    if len(accepted) == 1:
        return int(any(value in accepted[0] for value in said))
    holder: dict[int, int] = {}  # prediction -> true change

    def place(change: int, seen: set[int]) -> bool:
        for k, value in enumerate(said):
            if value in accepted[change] and k not in seen:
                seen.add(k)
                if k not in holder or place(holder[k], seen):
                    holder[k] = change
                    return True
        return False

    return sum(place(change, set()) for change in range(len(accepted)))
