"""STAR-R1's reward (arXiv 2505.15804): a format part and a fine-grained accuracy part.

Each predicted change earns `value` where index, attribute and value are right, `attribute` where index and attribute
are, `index` where the index alone is, and costs `wrong` where nothing is; each change that fewer predictions than true
changes leave out costs `missing`. What the paper does not settle is an option.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.questions.forms.changes_text import Answer, normal
from tvrgen.scoring.options import STAR_R1, Options
from tvrgen.scoring.truth import Truth, truth_of


@dataclass(frozen=True, slots=True)
class Reward:
    """What a response earns, and why.

    `well_formed`: the response has STAR-R1's form. `total` = `format` + `accuracy`; `best` is what the right answer
    earns. `values`, `attributes` and `indices` count the predictions that were right so far, `wrong` all others
    (duplicates and unreadable parts among them), `missing` the true changes by which the predictions fell short.
    `correct`: all changes are right and nothing else is said. `faults` says what could not be read.
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
        """The total as a share of the best, in [0, 1]: for trainers that want it so."""
        return min(1.0, max(0.0, self.total / self.best)) if self.best > 0 else float(self.correct)


def star_r1_reward(response: Any, truth: Any, options: Options = STAR_R1) -> Reward:
    """Scores a response; anything that is no text counts as an empty one.

    `truth` is whatever `truth_of` reads. Raises UserError where that is no right answer; never for a response.
    """
    truth = truth_of(truth)
    well_formed, answer = answer_in(response, truth, options)
    return reward_of(answer, well_formed, truth, options)


def answer_in(response: Any, truth: Truth, options: Options) -> tuple[bool, Answer]:
    """(whether a response is well formed, what it answers)."""
    well_formed, text = read_response(response, options.untagged, options.opened)
    return well_formed, Answer((), ("there is no <answer>",)) if text is None else parse_answer(text, truth.looks)


def right_kinds(answer: Answer, truth: Truth) -> dict[str, bool]:
    """Kind of a true change -> whether the answer says exactly the true changes of that kind."""
    said, found = _said(answer), {}
    for kind in sorted({attribute for _, attribute, _ in truth.changes}):
        own = Truth(tuple(change for change in truth.changes if change[1] == kind))
        of_kind = [change for change in said if change[1] == kind]
        kept, doubles = _without_duplicates(of_kind, own)
        found[kind] = not doubles and _matched(kept, own, reuse=False)[0] == len(own.changes) == len(kept)
    return found


def read_response(response: Any, untagged: bool = False, opened: bool = False) -> tuple[bool, str | None]:
    """(whether it is <think>..</think><answer>..</answer> and nothing else, the text of its answer, None if none).

    Of several answers the last one counts; one inside the thought, or before another that is not closed, is none.
    """
    text = response if isinstance(response, str) else ""
    text = _without_special(f"<think>{text}" if opened else text)
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


def _without_special(text: str) -> str:
    """Without the tokens that end a response, such as <|im_end|>."""
    for _ in range(_ENDS):
        text = text.rstrip()
        start = text.rfind("<") if text.endswith(">") else -1
        if start < 0 or not _SPECIAL.fullmatch(text, start):
            break
        text = text[:start]
    return text


_SPECIAL, _ENDS = re.compile(r"<\|\w{1,40}\|>|</s>|<eos>|<end_of_turn>"), 4
_TAGS = ("<think>", "</think>", "<answer>", "</answer>")


def reward_of(answer: Answer, well_formed: bool, truth: Truth, options: Options) -> Reward:
    """The reward of an answer that has been read."""
    kept, doubles = _without_duplicates(_said(answer), truth)
    values, attributes, indices = _matched(kept, truth, options.reuse)
    if options.duplicates == "ignore":
        doubles = 0
    wrong = len(kept) - values - attributes - indices + doubles + len(answer.faults)
    predicted = len(kept) + doubles + len(answer.faults)
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


def _in_order(said: Sequence[tuple], truth: Truth) -> bool:
    """Whether an attribute that changes twice is said to end as it does; where a move goes first is all the same."""
    last = {(i, a): accepted for i, a, accepted in truth.changes if a != "position"}
    ends = {(i, a): value for i, a, value in said}
    return len(last) == len(truth.changes) or all(ends[pair] in accepted for pair, accepted in last.items())


def _said(answer: Answer) -> list[tuple[int, str, str]]:
    """(index, attribute, normal form of the value) of each predicted change."""
    return [(s.object, kind, normal(kind, s.value)) for s in answer.steps for kind in (s.kind.lower(),)]


def _without_duplicates(said: Sequence[tuple], truth: Truth) -> tuple[list[tuple], int]:
    """The predictions without those that say the same again, and how many these are.

    What is true twice (the same move, made twice) can be said twice.
    """
    if len(set(said)) == len(said):
        return list(said), 0
    left = {
        change: max(1, sum((i, a) == change[:2] and change[2] in accepted for i, a, accepted in truth.changes))
        for change in set(said)
    }
    kept = []
    for change in said:
        if left[change]:
            left[change] -= 1
            kept.append(change)
    return kept, len(said) - len(kept)


def _matched(said: Sequence[tuple], truth: Truth, reuse: bool) -> tuple[int, int, int]:
    """How many predictions are right in all, in index and attribute, and in the index alone.

    A right value is worth more than two partly right ones, and so is a right attribute than two indices. So the best
    matching takes as many of the first as there can be, then of the second; and how many are left for the next does
    not depend on which were taken.
    """
    true_pairs = {(i, a) for i, a, _ in truth.changes}
    true_indices: Counter[int] = Counter(i for i, _, _ in truth.changes)
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
        rest = len(own) - right
        if reuse:
            attributes += rest
            continue
        partly = min(rest, len(accepted) - right)
        attributes += partly
        true_indices[pair[0]] -= right + partly
        indices[pair[0]] += rest - partly
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
