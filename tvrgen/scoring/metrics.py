"""Metrics over many scored answers: STAR-R1's and TRANCE's, each with a bootstrap interval."""

import math
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tvrgen._support.rng import generator
from tvrgen.questions.registry import CHANGES
from tvrgen.scoring.graded import Score, score_of
from tvrgen.scoring.outcome import Outcome
from tvrgen.scoring.star_r1 import Reward

ROUNDS = 1000
"""Bootstrap resamples for an interval of 95 %."""

OBJECTS = {"1-3": range(1, 4), "4-6": range(4, 7), "7-8": range(7, 9), "9-10": range(9, 11), "11+": range(11, 10**6)}
"""Groups of numbers of objects on stage: the four of STAR-R1, and one for larger numbers."""

MEANS = {
    "tacc": "all changes right, and nothing else said",
    "correct": "TRANCE: the changes end in the true state, and break no rule on the way",
    "loose": "TRANCE: they end in the true state",
    "diff": "TRANCE: attributes in which the end states differ",
    "ndiff": "TRANCE: the same, over the number of true changes",
    "overlap": "a predicted change makes objects overlap",
    "out_of_field": "a predicted change leads out of the field",
    "format": "<think>...</think><answer>...</answer> and nothing else",
    "reward": "STAR-R1's reward",
}
"""Metric, a mean over questions -> description of its values."""
SHARES = ("tacc", "correct", "loose", "overlap", "out_of_field", "format", "accuracy")
"""Metrics that are shares of questions."""
TABLES = ("all", "split", "view", "objects", "steps")
"""Tables of results on the family `changes`, each of which groups the questions by one property."""
OF_FAMILIES = {
    "accuracy": "the answer is right",
    "share": "the share of the answer that is right",
    "format": "<think>...</think><answer>...</answer> and nothing else",
    "reward": "the reward",
}
"""Metric of the tables `family` and `level`, a mean over questions -> description of its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One question with its scores.

    `objects` is the number of objects on stage in the first image; `kinds` holds for each kind of true change whether
    the answer has exactly the true changes of that kind.
    """

    scene: str
    split: str
    view: str
    objects: int
    steps: int
    reward: Reward
    outcome: Outcome
    kinds: dict[str, bool]

    @property
    def values(self) -> tuple[float, ...]:
        """The value of each metric of MEANS."""
        r, o = self.reward, self.outcome
        outcome = (o.correct, o.loose, o.distance, o.normalised, o.overlap, o.out_of_field)
        return tuple(map(float, (r.correct, *outcome, r.well_formed, r.total)))

    @property
    def rows(self) -> "Iterator[tuple[_Group, tuple[float, ...]]]":
        """Yields (group, its metrics) for each group that the question belongs to."""
        objects = next((name for name, numbers in OBJECTS.items() if self.objects in numbers), "0")
        groups = "all", self.split, self.view, objects, str(self.steps)
        yield from ((group, self.values) for group in zip(TABLES, groups, strict=True))
        yield from ((("kind", kind), (float(right),)) for kind, right in self.kinds.items())
        yield ("family", CHANGES), _of_family(score_of(self.reward), self.reward.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """One question of another family than `changes`, with its score."""

    scene: str
    split: str
    family: str
    level: str
    score: Score

    @property
    def rows(self) -> "Iterator[tuple[_Group, tuple[float, ...]]]":
        """Yields (group, its metrics) for each group that the question belongs to."""
        values = _of_family(self.score, self.score.parts["share"])
        yield ("family", self.family), values
        if self.level:
            yield ("level", f"{self.family} {self.level}"), values


def _of_family(score: Score, share: float) -> tuple[float, ...]:
    """The value of each metric of OF_FAMILIES."""
    return float(score.correct), share, float(score.well_formed), score.total


_Group = tuple[str, str]
"""A table and the name of a group in it."""
_Sums = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


class _Rows:
    """The metrics of one group, a row for each question, and the scene of each row."""

    def __init__(self) -> None:
        self._scenes, self._values = array("l"), array("d")

    def add(self, scene: int, values: tuple[float, ...]) -> None:
        self._scenes.append(scene)
        self._values.extend(values)

    def sums(self) -> _Sums:
        """The S scenes of the group, (S,); for each the number of rows and the sums of the M metrics, (S, 1 + M)."""
        scenes, rows = np.unique(np.array(self._scenes), return_inverse=True)
        values = np.array(self._values).reshape(len(self._scenes), -1)
        sums = np.zeros((len(scenes), 1 + values.shape[1]))
        np.add.at(sums, rows.reshape(-1), np.column_stack([np.ones(len(values)), values]))
        return scenes, sums


def metrics(scored: Iterable[Scored | Graded]) -> dict[str, Any]:
    """Returns {table: {name of a group: {"n", "scenes", metric: {"mean", "low", "high"}}}} for TABLES and MEANS.

    A further table, "kind", groups the questions by the kinds of their true changes and has one metric, "accuracy": the
    share whose answer has exactly the true changes of that kind. Where there are several families of questions, the
    tables "family" and "level" have the metrics of OF_FAMILIES.

    Questions of one scene are not independent, so whole scenes are resampled. A share that is equal in all resamples
    (0 or 1) has Wilson's interval for the number of scenes. The same input gives the same intervals.
    """
    scenes: dict[str, int] = {}
    groups: dict[_Group, _Rows] = {}
    for question in scored:
        scene = scenes.setdefault(question.scene, len(scenes))
        for group, own in question.rows:
            groups.setdefault(group, _Rows()).add(scene, own)
    if [name for table, name in groups if table == "family"] == [CHANGES]:
        del groups["family", CHANGES]
    sums = {group: rows.sums() for group, rows in groups.items()}
    intervals = _intervals(sums, len(scenes))
    found: dict[str, Any] = {name: {} for name in (*TABLES, "kind")}
    found |= {table: {} for table, _ in groups if table not in found}
    for (table, name), (members, values) in sorted(sums.items(), key=lambda entry: _order(*entry[0])):
        total = values.sum(axis=0)
        names = {"kind": ("accuracy",), "family": tuple(OF_FAMILIES), "level": tuple(OF_FAMILIES)}.get(table, MEANS)
        cells = zip(names, total[1:] / total[0], *intervals[table, name], strict=True)
        found[table][name] = {
            "n": int(total[0]),
            "scenes": len(members),
            **{metric: _cell(metric, mean, low, high, len(members)) for metric, mean, low, high in cells},
        }
    return found


def _cell(metric: str, mean: float, low: float, high: float, scenes: int) -> dict[str, float]:
    if low == high and metric in SHARES:
        low, high = _wilson(mean, scenes)
    return {"mean": round(float(mean), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's interval of 95 % for a share of n independent draws."""
    z = 1.959964
    middle, width = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (middle - width) / (1 + z * z / n)), min(1.0, (middle + width) / (1 + z * z / n))


def _intervals(sums: dict[_Group, _Sums], scenes: int) -> dict[_Group, np.ndarray[Any, Any]]:
    """The 2.5th and 97.5th percentiles of each group's means over resampled scenes, (2, M) for M metrics."""
    rng = generator(0, "bootstrap")
    means: dict[_Group, list[np.ndarray[Any, Any]]] = {group: [] for group in sums}
    chunk = max(1, min(ROUNDS, 4_000_000 // max(1, scenes)))
    for start in range(0, ROUNDS if scenes else 0, chunk):
        weights = rng.multinomial(scenes, np.full(scenes, 1 / scenes), size=min(chunk, ROUNDS - start)).astype(float)
        for group, (members, values) in sums.items():
            totals = weights[:, members] @ values
            drawn = totals[:, 0] > 0  # a resample may have no scene of a small group
            means[group].append(totals[drawn, 1:] / totals[drawn, :1])
    return {group: np.percentile(np.concatenate(parts), (2.5, 97.5), axis=0) for group, parts in means.items()}


def _order(table: str, name: str) -> tuple[str, int, int, str]:
    """The sort key of a group: by table, then by number or name."""
    ranges = list(OBJECTS)
    rank = ranges.index(name) if table == "objects" and name in ranges else 0
    return table, rank, int(name) if name.isdigit() else 0, name
