"""Harvest of a model's samples: graded, filtered, and written as the data of the next round."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tvrgen._support import listing
from tvrgen._support.errors import ArgumentError, UserError
from tvrgen._support.messages import counted, nearest, shown
from tvrgen._support.names import HELD_OUT
from tvrgen._support.progress import Progress, Silent
from tvrgen.dataset.reader import Dataset, open_dataset
from tvrgen.export import run as exports
from tvrgen.export.folder import Output, fingerprint
from tvrgen.export.reader import check_complete
from tvrgen.harvesting import failures, next_config
from tvrgen.harvesting.choice import RANK, choice
from tvrgen.harvesting.grading import Sampled, grade
from tvrgen.harvesting.parts import SFT, Parts
from tvrgen.harvesting.sft import Sft
from tvrgen.harvesting.thresholds import HARD, MEDIUM, thresholds
from tvrgen.scoring.predictions import read_samples, text_or_none

Samples = Mapping[str, Sequence[Any]]

_MOST = 10**12  # new problems: more than a split can have


def harvest(
    root: str | Path,
    responses: str | Path | Samples,
    out: str | Path,
    *,
    split: str | None = None,
    rank: int = RANK,
    without: Iterable[str] | str = (),
    hard: float = HARD,
    medium: float = MEDIUM,
    unsolved: bool = False,
    rl_format: str = "trl",
    count: int | None = None,
    licence: str = "",
    progress: Progress | None = None,
    trust: bool = False,
) -> str:
    """Writes the data of the next round of training from a model's samples. Returns a line for each part of them.

    Args:
        root: The dataset's folder or URL.
        responses: A file of lines like {"id": "train-000000-left", "response": "..."}, several for a question, or with
            `responses`, a list; or lists of responses by question ids.
        out: The folder to write. If the same harvest was stopped there, it continues.
        split: The split to harvest (default: those that have samples, but for test and val).
        rank: The rank by length of the right response that is trained on: 1 is the longest.
        without: Words that no such response has, or a single one.
        hard: The pass rate below which a question is hard.
        medium: The pass rate below which it is of medium difficulty.
        unsolved: Whether questions that no sample answers right are hard as well.
        rl_format: The format of the questions for reinforcement learning, one of `tvrgen.export.FORMATS`.
        count: The number of new problems that the config plans (default: that of the questions with samples).
        licence: The licence that the READMEs state.
        progress: Display of the number of questions graded, then of those of each export.
        trust: Whether kinds of change that the dataset names may be imported.

    Raises UserError if nothing can be harvested, or if the folder holds something else.
    """
    words = (without,) if isinstance(without, str) else tuple(without)
    chosen, rates = choice(rank, words), thresholds(hard, medium, unsolved)
    if (kind := exports.find(rl_format)).whole:
        raise ArgumentError("rl_format", rl_format, "holds whole problems, not questions; write another format")
    exports.check_out(out, Sft, SFT)
    for folder in rates.filters:
        exports.check_out(out, kind, folder)
    if count is not None and not 1 <= count <= _MOST:
        raise ArgumentError("count", count, f"write the number of new problems, from 1 to {_MOST}")
    dataset = open_dataset(root, trust)
    exports.check_outside(dataset, out)
    check_complete(dataset, dataset.splits)
    source = "responses" if isinstance(responses, Mapping) else str(responses)
    samples = _listed(responses) if isinstance(responses, Mapping) else read_samples(Path(responses))
    splits = _splits(dataset, split, samples, source)
    options = {
        "rank": rank, "without": words, "hard": hard, "medium": medium, "unsolved": unsolved, "format": rl_format,
        "count": count, "licence": licence,
    }  # fmt: skip
    made_from = fingerprint(dataset, splits, "harvest", json.loads(json.dumps(options)))
    target = Output(Path(out), {**made_from, "responses": _digest(samples)})
    if target.complete():
        return f"{out}: is complete already"
    fresh = not (target.root.exists() and listing.names(target.root))
    progress = progress or Silent()
    graded, unknown = _graded(dataset, splits, samples, source, progress)
    groups = failures.groups(failures.failures(graded))
    config = next_config.document(dataset.config(), groups, count or len(graded), trust) if groups else None
    parts = Parts(root, dataset, target, splits, graded, licence, progress, trust)
    with target.held():
        try:
            lines = [parts.pass_rates(), parts.sft(chosen), *parts.rl(rates, rl_format), parts.config(config)]
            parts.readme(lines)
            target.finish()
        except OSError as error:
            raise UserError(
                f"{error.filename or out}: {error.strerror or error}; the same command continues"
            ) from error
        except UserError as error:
            if fresh and not isinstance(error.__cause__, OSError):  # of which the same command does not come free
                _clear(target.root)
            raise
    return "\n".join([f"{out}: {_summary(graded)}{unknown}", *lines])


def _listed(responses: Samples) -> Samples:
    """The samples of a dict. Raises UserError for a key that is no id, and for a text in place of a list of texts."""
    for name, own in responses.items():
        if not isinstance(name, str):
            raise UserError(f"responses: has the key {shown(name)}; write ids of questions")
        if isinstance(own, str) or not isinstance(own, Sequence):
            raise UserError(f"responses: {name} has {shown(own)}; write a list of its samples")
    return {name: [*map(text_or_none, own)] for name, own in responses.items()}


def _digest(samples: Samples) -> str:
    """SHA-256 of all samples, in whatever order their questions come."""
    digest = hashlib.sha256()
    for name in sorted(samples):
        digest.update(json.dumps([name, *samples[name]]).encode())
    return digest.hexdigest()


def _splits(dataset: Dataset, split: str | None, samples: Samples, source: str) -> tuple[str, ...]:
    """The splits to harvest. Raises UserError if none of them can have samples."""
    if split is not None:
        if split not in dataset.splits:
            raise ArgumentError("split", split, f"no such split in {dataset.storage}{nearest(split, dataset.splits)}")
        return (split,)
    begun = [name for name in dataset.splits if any(own.startswith(f"{name}-") for own in samples)]
    found = tuple(name for name in begun if not name.startswith(HELD_OUT))
    if begun and not found:
        raise UserError(
            f"{source}: has samples of {', '.join(begun)} alone, which is not to be trained on; name the split "
            f"{begun[0]} to do so all the same"
        )
    return found or tuple(name for name in dataset.splits if not name.startswith(HELD_OUT)) or dataset.splits


def _graded(
    dataset: Dataset, splits: tuple[str, ...], samples: Samples, source: str, progress: Progress
) -> tuple[list[Sampled], str]:
    """The questions with samples, graded, and a text on what was left out. Raises UserError if there are none."""
    progress.expect(sum(dataset.description["splits"][split]["questions"] for split in splits))
    graded = []
    for split in splits:
        for own in grade(dataset, split, samples):
            progress.update(1, "grading")
            graded += [own] if own else []
    if not graded:
        known = next(dataset.questions(splits[0]), None)
        such = f", such as {known['id']!r}" if known else ""
        raise UserError(
            f"{source}: none of its {len(samples)} ids is a question of {dataset.storage}, split "
            f"{', '.join(splits)}{such}, with a sample; it has {shown(next(iter(samples), ''))}"
        )
    left = samples.keys() - {own.pass_rate.id for own in graded}
    others = tuple(f"{name}-" for name in dataset.splits if name not in splits)
    parts = []
    if unknown := sorted(name for name in left if not name.startswith(others)):
        parts.append(f"{counted(len(unknown), 'id')} without question or samples, such as {shown(unknown[0])}")
    if held := sorted({name.partition("-")[0] for name in left if name.startswith(others)}):
        parts.append(f"all of {', '.join(held)}")
    return graded, f"; left out: {', '.join(parts)}" if parts else ""


def _summary(graded: Sequence[Sampled]) -> str:
    samples = sum(own.pass_rate.samples for own in graded)
    right = sum(own.pass_rate.right for own in graded)
    return f"{counted(len(graded), 'question')} with {counted(samples, 'sample')}, {right / samples:.1%} right"


def _clear(root: Path) -> None:
    """Removes all that a refused harvest has written to a folder that was empty, but the lock that it holds."""
    for name in listing.names(root):
        path = root / name
        if path.is_dir():
            shutil.rmtree(path)
        elif not name.startswith(".lock"):
            path.unlink()
