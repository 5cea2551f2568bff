"""SVQA-R1's reward of two groups (arXiv 2506.01371): responses to a question, and to its twin about mirrored images.

The reward of a response is half for its format and half for its answer, whose similarity to the right one is in [0, 1].
Whoever understands the scene answers both questions equally well. So where one group does better than the other, its
good answers lose the difference of the groups' mean similarities. The paper's authors have published no code; this
follows the description of their reward. Needs the standard library alone.
"""

from collections.abc import Callable, Sequence
from typing import Any

from tvrgen._support.errors import ArgumentError
from tvrgen.scoring import graded
from tvrgen.scoring.options import STAR_R1, Options
from tvrgen.scoring.star_r1 import read_response

Similarity = Callable[[str, Any], float]
"""Similarity in [0, 1] of the text of an answer, "" if there is none, to the right answer as the caller gave it."""

_FORMAT, _ANSWER = 0.5, 0.5  # weights
_GOOD = 0.5  # answers above this similarity lose the difference
_LOSS = 1.0  # the share of the difference that they lose


def two_group_rewards(
    responses: Sequence[str],
    right: Any,
    mirrored_responses: Sequence[str],
    mirrored_right: Any,
    similarity: Similarity | None = None,
    options: Options = STAR_R1,
) -> tuple[list[float], list[float]]:
    """Returns the rewards of the responses to a question, and of those to its mirrored twin.

    Args:
        responses: The texts that a model wrote to the question, one or more.
        right: The right answer: a question line, or its `ground_truth` as data or JSON text.
        mirrored_responses: The texts that it wrote to the twin; as many, or another number.
        mirrored_right: The twin's right answer.
        similarity: Another measure of answers than `tvrgen.scoring.reward`, such as the cosine of two sentences'
            vectors; `right` and `mirrored_right` are then whatever it compares answers with.
        options: How answers are read, as for `tvrgen.scoring.reward`.

    A reward is at most 1, and at least -0.25 if similarities are in [0, 1]. Raises UserError if a group is empty, or if
    a right answer is none.
    """
    one = _judged("responses", responses, right, similarity, options)
    other = _judged("mirrored_responses", mirrored_responses, mirrored_right, similarity, options)
    better_by = _mean(one) - _mean(other)
    return _rewards(one, max(0.0, better_by)), _rewards(other, max(0.0, -better_by))


_Judged = list[tuple[bool, float]]
"""Of each response of a group: whether it is well formed, and the similarity of its answer to the right one."""


def _judged(
    name: str, responses: Sequence[str], right: Any, similarity: Similarity | None, options: Options
) -> _Judged:
    if not responses:
        raise ArgumentError(name, None, "has no response; give each of the two groups one or more")
    if similarity is None:
        scores = [graded.reward(response, right, options) for response in responses]
        return [(score.well_formed, _share(score, options)) for score in scores]
    read = [read_response(response, options.untagged, options.opened) for response in responses]
    return [(well_formed, similarity((answer or "").strip(), right)) for well_formed, answer in read]


def _share(score: graded.Score, options: Options) -> float:
    """The part of the right answer's points that an answer earns, in [0, 1], without those for the format."""
    best = score.best - options.format
    return min(1.0, max(0.0, score.accuracy / best)) if best > 0 else float(score.correct)


def _mean(judged: _Judged) -> float:
    return sum(similar for _, similar in judged) / len(judged)


def _rewards(judged: _Judged, better_by: float) -> list[float]:
    """The rewards of a group that is better than the other by so much, or by 0."""
    return [
        _FORMAT * well_formed + _ANSWER * (similar - (_LOSS * better_by if similar > _GOOD else 0.0))
        for well_formed, similar in judged
    ]
