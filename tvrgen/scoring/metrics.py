"""Metrics of many scored answers: STAR-R1's and TRANCE's, each with a bootstrap interval."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tvrgen.answers import Answer
from tvrgen.scoring.outcome import Outcome
from tvrgen.scoring.reward import Reward
from tvrgen.seeding import generator

ROUNDS = 1000
"""Resamples behind an interval of 95 %."""

OBJECTS = {"1-3": range(1, 4), "4-6": range(4, 7), "7-8": range(7, 9), "9-10": range(9, 11), "11+": range(11, 10**6)}
"""Groups of visible objects: STAR-R1's four, and what other datasets have beyond."""

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
"""Metric -> what it is the mean of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One question with its scores. `objects` are those in sight at first; `kinds` has (true changes, right ones)."""

    scene: str
    split: str
    view: str
    objects: int
    steps: int
    reward: Reward
    outcome: Outcome
    kinds: dict[str, tuple[int, int]]

    def values(self) -> tuple[float, ...]:
        """One number for each of MEANS."""
        r, o = self.reward, self.outcome
        return (
            *(float(v) for v in (r.correct, o.correct, o.loose, o.distance, o.normalised, o.overlap, o.out_of_field)),
            float(r.format > 0),
            r.total,
        )

    def groups(self) -> Iterator[tuple[str, str]]:
        yield "all", "all"
        yield "split", self.split
        yield "view", self.view
        yield "objects", next((name for name, numbers in OBJECTS.items() if self.objects in numbers), "0")
        yield "steps", str(self.steps)


def metrics(scored: Iterable[Scored]) -> dict[str, Any]:
    """{"all" | "split" | "view" | "objects" | "steps": {name: {"n", metric: {"mean", "low", "high"}}}} and, of true
    changes, {"kind": {name: {"n", "accuracy": {...}}}}.

    Questions of one scene are not independent, so whole scenes are resampled. The same input gives the same intervals.
    """
    scenes: dict[str, int] = {}
    sums: dict[tuple[str, str], dict[int, np.ndarray]] = {}
    for one in scored:
        scene = scenes.setdefault(one.scene, len(scenes))
        values = np.array((1.0, *one.values()))
        for group in one.groups():
            rows = sums.setdefault(group, {})
            rows[scene] = rows[scene] + values if scene in rows else values
        for kind, (true, right) in one.kinds.items():
            rows = sums.setdefault(("kind", kind), {})
            rows[scene] = rows.get(scene, 0) + np.array((float(true), float(right)))
    found: dict[str, Any] = {name: {} for name in ("all", "split", "view", "objects", "steps", "kind")}
    intervals = _intervals(sums, len(scenes))
    for (table, name), rows in sorted(sums.items(), key=lambda entry: _order(*entry[0])):
        total = np.sum(list(rows.values()), axis=0)
        low, high = intervals[table, name]
        names = ("accuracy",) if table == "kind" else tuple(MEANS)
        means = total[1:] / total[0]
        columns = zip(names, means, low, high, strict=True)
        found[table][name] = {
            "n": int(total[0]),
            **{metric: {"mean": _round(m), "low": _round(a), "high": _round(b)} for metric, m, a, b in columns},
        }
    return found


def by_kind(answer: Answer, changes: list[dict[str, Any]], right: Any) -> dict[str, tuple[int, int]]:
    """Kind -> (true changes, how many of them the answer has right); `right(answer, changes)` counts these."""
    kinds = {change["attribute"] for change in changes}
    own = {kind: [change for change in changes if change["attribute"] == kind] for kind in kinds}
    return {kind: (len(true), right(answer, true)) for kind, true in sorted(own.items())}


def _intervals(sums: dict, scenes: int) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    """The 2.5th and 97.5th percentile of each group's means, over resampled scenes."""
    arrays = {group: (np.array(list(rows)), np.array(list(rows.values()))) for group, rows in sums.items()}
    rng, means = generator(0, "bootstrap"), {group: [] for group in sums}
    chunk = max(1, min(ROUNDS, 4_000_000 // max(1, scenes)))
    for start in range(0, ROUNDS if scenes else 0, chunk):
        weights = rng.multinomial(scenes, np.full(scenes, 1 / scenes), size=min(chunk, ROUNDS - start)).astype(float)
        for group, (members, values) in arrays.items():
            totals = weights[:, members] @ values
            with np.errstate(invalid="ignore", divide="ignore"):
                means[group].append(totals[:, 1:] / totals[:, :1])
    return {group: _percentiles(np.concatenate(parts)) for group, parts in means.items()}


def _percentiles(means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    kept = means[~np.isnan(means).any(axis=1)]  # a small group may be in no scene of a resample
    low, high = np.percentile(kept, (2.5, 97.5), axis=0)
    return low, high


def _order(table: str, name: str) -> tuple:
    listed = list(OBJECTS)
    return (
        table,
        listed.index(name) if table == "objects" and name in listed else 0,
        int(name) if name.isdigit() else 0,
        name,
    )


def _round(value: float) -> float:
    return round(float(value), 4)
