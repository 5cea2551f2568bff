"""The summary of a dataset's scores, as figures and as lines of text."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tvrgen import __version__
from tvrgen._support import limits
from tvrgen._support.errors import UserError
from tvrgen._support.messages import counted, nearest, shown
from tvrgen._support.progress import Progress, Silent
from tvrgen.dataset.reader import Dataset, open_dataset
from tvrgen.scoring import baselines
from tvrgen.scoring.evaluation import Respond, evaluate
from tvrgen.scoring.metrics import MEANS, metrics
from tvrgen.scoring.options import BASELINES, LEARNED, STAR_R1, Options
from tvrgen.scoring.predictions import Predictions, read_predictions

Figures = dict[str, Any]

_NAMED = 5  # ids that a line names at most


def score(
    root: str | Path,
    predictions: str | Path | Mapping[str, Any] | None = None,
    *,
    baseline: str | None = None,
    split: str | None = None,
    options: Options = STAR_R1,
    progress: Progress | None = None,
    trust: bool = False,
) -> Figures:
    """Scores a file of predictions, or a baseline: means with 95 % intervals, as docs/scoring.md describes them.

    Args:
        root: The dataset's folder or URL.
        predictions: A file of lines like {"id": "test-000000-left", "response": "..."}, or responses by question ids.
        baseline: One of `scoring.options.BASELINES`, in place of predictions.
        split: The split to score (default: those that have predictions, or all).
        options: Options of the reward.
        progress: Display of the number of questions scored.
        trust: Whether kinds of change that the dataset names may be imported.

    Raises UserError if nothing can be scored.
    """
    if (predictions is None) == (baseline is None):
        raise UserError("write either predictions or a baseline")
    if baseline is not None and baseline not in BASELINES:
        raise UserError(f"unknown baseline {baseline!r}{nearest(baseline, BASELINES)}")
    progress = progress or Silent()
    source = "responses" if isinstance(predictions, Mapping) else predictions
    dataset = open_dataset(root, trust)
    splits = [split] if split else list(dataset.splits)
    if split and split not in dataset.splits:
        raise UserError(f"{root}: no split {split!r}{nearest(split, dataset.splits)}")
    respond: Respond
    if predictions is not None:
        respond = _predictions(predictions)
        splits = [name for name in splits if _is_answered(dataset, name, respond)]
        if not splits:
            known = next(dataset.questions(split), None)
            if known is None:
                raise UserError(f"{root}: has no questions; run tvrgen validate")
            raise UserError(
                f"{source}: none of its {len(respond.responses)} ids is a question of {root}"
                f"{f', split {split}' if split else ''}, such as {known['id']!r}; it has "
                f"{shown(next(iter(respond.responses)))}"
            )
    else:
        seen = dataset.questions(dataset.splits[0]) if baseline in LEARNED else ()
        respond = baselines.baseline(baseline or "no_change", seen)
    progress.expect(sum(dataset.description["splits"][name]["questions"] for name in splits))
    found = metrics(evaluate(dataset, splits, respond, options, progress.update))
    figures: Figures = {
        "tvrgen": __version__,
        "dataset": dataset.description["hash"],
        "splits": splits,
        **({"predictions": str(source)} if predictions is not None else {"baseline": baseline}),
        "reward": asdict(options),
        **found,
    }
    if isinstance(respond, Predictions):
        others = tuple(f"{name}-" for name in dataset.splits if name != split) if split else ()
        figures["ids"] = {
            "answered": len(respond.used),
            "missing": respond.missing,
            "unknown": [name for name in respond.unknown if not name.startswith(others)],
            "double": respond.double,
            "no text": respond.no_text,
            "too long": respond.too_long,
        }
        figures["left_out"] = [] if split else [name for name in dataset.splits if name not in splits]
    return figures


def _predictions(given: str | Path | Mapping[str, Any]) -> Predictions:
    if not isinstance(given, Mapping):
        return read_predictions(Path(given))
    if not given:
        raise UserError("responses: is empty; write at least one, by the id of its question")
    return Predictions(dict(given), [])


def _is_answered(dataset: Dataset, split: str, predictions: Predictions) -> bool:
    """Whether any question of a split has a response; ids are compared only if one begins with the split."""
    begun = any(name.startswith(f"{split}-") for name in predictions.responses)
    return begun and any(line["id"] in predictions.responses for line in dataset.questions(split))


def lines(figures: Figures) -> Iterator[str]:
    """Yields the figures as lines of text: the metrics, then a line for each group of questions."""
    if ids := figures.get("ids"):
        yield f"{counted(ids['answered'], 'answer')} to questions of {', '.join(figures['splits'])}"
        if figures["left_out"]:
            yield f"left out, without any answer: {', '.join(figures['left_out'])}"
        effects = {
            "missing": "scored as no answer",
            "unknown": "left out",
            "double": "the first counts",
            "no text": "scored as empty ones",
            "too long": f"of their characters, {limits.RESPONSE.remedy}",
        }
        for fault, effect in effects.items():
            if names := ids[fault]:
                more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
                count = counted(len(names), "response" if fault in ("no text", "too long") else "id")
                verb = "are" if len(names) > 1 else "is"
                yield f"{count} {verb} {fault}: {', '.join(names[:_NAMED])}{more}; {effect}"
        yield ""
    if figures["all"]:
        yield from _of_changes(figures)
    if families := figures.get("family"):
        if figures["all"]:
            yield ""
        yield f"{'':<24}{'n':>8}  {'accuracy':<24}{'share':>8}{'reward':>8}"
        for table, rows in (("family", families), ("level", figures.get("level", {}))):
            for name, row in rows.items():
                right = _interval(row["accuracy"], "accuracy")
                share, total = row["share"]["mean"], row["reward"]["mean"]
                yield f"{f'{table} {name}':<24}{row['n']:>8}  {right:<24}{share:>8.3f}{total:>8.3f}"


def _of_changes(figures: Figures) -> Iterator[str]:
    """The metrics of the family `changes`, then a line for each group of its questions."""
    whole = figures["all"]["all"]
    for name, meaning in MEANS.items():
        yield f"{name:<13}{_interval(whole[name], name):<28} {meaning}"
    yield ""
    yield f"{'':<24}{'n':>8}  {'TAcc':<24}{'Diff':>8}{'NDiff':>8}"
    for table in ("split", "view", "objects", "steps"):
        for name, row in figures[table].items():
            diff, ndiff = row["diff"]["mean"], row["ndiff"]["mean"]
            tacc = _interval(row["tacc"], "tacc")
            yield f"{f'{table} {name}':<24}{row['n']:>8}  {tacc:<24}{diff:>8.3f}{ndiff:>8.3f}"
    yield ""
    for name, row in figures["kind"].items():
        right = _interval(row["accuracy"], "accuracy")
        yield f"{f'kind {name}':<24}{row['n']:>8}  {right:<24} of them have exactly the true changes"


def _interval(cell: dict[str, float], name: str) -> str:
    """ "61.4% (59.3 to 63.5)" for a share, "0.123 (0.100 to 0.150)" for another metric."""
    if name in ("diff", "ndiff", "reward"):
        return f"{cell['mean']:.3f} ({cell['low']:.3f} to {cell['high']:.3f})"
    return f"{cell['mean']:.1%} ({100 * cell['low']:.1f} to {100 * cell['high']:.1f})"
