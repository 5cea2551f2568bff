"""Run of an export: checks the request, then writes part after part."""

import copy
import hashlib
import importlib
import importlib.util
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from tvrgen._support.errors import ArgumentError, UserError
from tvrgen._support.files import resolved
from tvrgen._support.messages import counted, nearest
from tvrgen._support.progress import Progress, Silent
from tvrgen.dataset.reader import Dataset, open_dataset
from tvrgen.dataset.split_reader import SplitReader
from tvrgen.export import FORMATS, lengths, readme, selection
from tvrgen.export.folder import LABELS, Output, Part, fingerprint
from tvrgen.export.reader import Question, Reader, check_complete
from tvrgen.export.selection import ORDERS, Filter, Selection
from tvrgen.export.writers import Format
from tvrgen.questions.registry import CHANGES
from tvrgen.scoring.pass_rates import checked_rates, read_pass_rates

PART = 1000
"""Questions in a part: the most that a stop can lose, and the number in one Parquet file or tar."""


def export(
    root: str | Path,
    name: str,
    out: str | Path,
    split: str | None = None,
    filters: Iterable[str] | str = (),
    order: str | None = None,
    licence: str = "",
    progress: Progress | None = None,
    trust: bool = False,
    pass_rates: str | Path | Mapping[str, float] | None = None,
) -> str:
    """Writes a dataset in the form of a consumer. Returns a sentence on the result.

    Args:
        root: The dataset's folder or URL.
        name: A format of FORMATS.
        out: The folder to write. If the same export was stopped there, it continues.
        split: The split to export (default: all).
        filters: Conditions that exported questions fulfil, such as "difficulty<0.5", or a single one; see `selection`.
        order: "difficulty" to export the easiest questions first (default: the dataset's order, or the format's own).
        licence: The licence that the README states.
        progress: Display of the number of questions read through, if there are filters or an order, then of those
            written.
        trust: Whether kinds of change that the dataset names may be imported; few formats need them.
        pass_rates: The pass rates that a filter of pass_rate compares: a file that `tvrgen harvest` wrote, or numbers
            by the ids of questions.

    Raises UserError if the dataset is not complete, if the folder holds something else, or if writing fails.
    """
    kind = find(name, str(root))
    kept = tuple(selection.parse(text) for text in ([filters] if isinstance(filters, str) else filters))
    _check(name, kind, out, kept, order)
    order = order or kind.order
    rates = _rates(kept, pass_rates)
    dataset = open_dataset(root, trust)
    check_outside(dataset, out)
    if split is not None:
        dataset.shards(split)  # raises UserError if there is no such split
    splits = (split,) if split else dataset.splits
    check_complete(dataset, splits)
    options = {"filter": [f.text for f in kept], "order": order, "licence": licence}
    if rates:
        options["pass_rates"] = hashlib.sha256(json.dumps(rates, sort_keys=True).encode()).hexdigest()
    made_from = fingerprint(dataset, splits, name, options)
    if kind.fixed:
        made_from["folder"] = str(resolved(Path(out)))
    target = Output(Path(out), made_from)
    return written(kind(dataset, target, splits), kept, rates, progress or Silent())


def written(form: Format, kept: tuple[Filter, ...], rates: Mapping[str, float], progress: Progress) -> str:
    """Writes the export of a format, whose options are those that its folder was made from, or continues it.

    Returns a sentence on the result. Raises UserError as `export` does.
    """
    dataset, target, out = form.dataset, form.out, form.out.root
    options = target.made_from["options"]
    form.check()
    try:
        if target.complete():
            return f"{out}: is complete already"
        selections = select(form, kept, rates, progress)
        selection.check_any(selections, kept)
        form.take(selections)
        with target.held():
            _write(dataset, form, target, selections, progress)
            form.finish()
            readme.write(form, options["licence"])
            target.finish()
    except OSError as error:
        failure = f"{error.filename or out}: {error.strerror or error}"
        raise UserError(f"{failure}; finished parts are kept, and the same command continues") from error
    questions = sum(own["questions"] for own in target.counts.values())
    omitted = f" (left out: {form.omitted})" if form.omitted else ""
    made = f"{counted(questions, 'question')} for {form.title}{omitted}"
    return f"{out}: {made}; how to load them: {out / 'README.md'}"


def select(
    form: Format, filters: tuple[Filter, ...], rates: Mapping[str, float], progress: Progress
) -> dict[str, Selection]:
    """Returns the questions to export of each split. Raises UserError if the format cannot hold one of them."""
    dataset = form.dataset
    order = form.out.made_from["options"]["order"]
    refuse = form.refuse if form.selective else None
    omits: Callable[[Question], str] | None = form.omits if form.omitting else None
    if form.shows_clips:
        omits = _with_clips(omits, form.clips)
    if form.changes and (form.families or form.twins):
        filters = (*filters, *map(selection.parse, (f"family={CHANGES}", "mirrored=no")))
    if filters or order or refuse or omits or form.pairs:
        progress.expect(sum(dataset.description["splits"][split]["questions"] for split in form.splits))

    def look(count: int) -> None:
        progress.update(count, "looking through")

    return {
        split: selection.select(dataset, split, filters, order, look, refuse, form.scenes, omits, form.pairs, rates)
        for split in form.splits
    }


def _with_clips(omits: Callable[[Question], str] | None, clips: bool) -> Callable[[Question], str]:
    """The reason to leave a question out that `omits` gives, or that it shows a clip.

    With `clips`, videos are kept, and clips that are stored as frames are left out.
    """

    def reason(question: Question) -> str:
        if question.of_clip and not clips:
            return "are asked of a clip (show: images asks of images)"
        if question.of_clip and "file" not in question.line["clip"]:
            return "are asked of a clip that is stored as frames (output.clip.format: mp4)"
        return omits(question) if omits else ""

    return reason


def find(name: str, root: str = "") -> type[Format]:
    """Returns the class of a format. Raises UserError if there is none, or if `root` and `name` were exchanged."""
    if name not in FORMATS and root in FORMATS:
        raise UserError(f"{root} {name}: the dataset comes first; write {name} {root}")
    if name not in FORMATS:
        raise UserError(f"unknown format {name!r}{nearest(name, FORMATS)}")
    module, _, own = FORMATS[name].partition(":")
    return getattr(importlib.import_module(f"tvrgen.export.{module}"), own)


def _check(name: str, kind: type[Format], out: str | Path, filters: tuple, order: str | None) -> None:
    if order is not None and order not in ORDERS:
        raise ArgumentError("order", order, f"unknown order{nearest(order, ORDERS)}")
    if kind.whole and (filters or order):
        argument = "filters" if filters else "order"
        raise ArgumentError(argument, None, f"{name} holds whole problems, not questions; leave it out")
    check_out(out, kind)


def check_out(out: str | Path, kind: type[Format], folder: str = "") -> None:
    """Raises UserError if a format cannot be written to a folder, or to the one of a name in it; ModuleNotFoundError if
    it needs what is not installed."""
    if not str(out) or "://" in str(out):
        raise ArgumentError("out", str(out), "an export is written to a folder on this machine; write its name")
    if kind.reserved and (found := re.search(kind.reserved, (resolved(Path(out)) / folder).as_posix())):
        reason = f"{kind.title} does not read {found[0]} in the path of a folder as it is; choose another folder"
        raise ArgumentError("out", str(out), reason)
    for module in kind.needs:
        if importlib.util.find_spec(module) is None:
            raise ModuleNotFoundError(f"No module named {module!r}", name=module)


def check_outside(dataset: Dataset, out: str | Path) -> None:
    """Raises UserError for a folder inside a dataset."""
    if dataset.storage.contains(Path(out)):
        raise ArgumentError("out", str(out), "is inside the dataset; choose another folder")


def _rates(kept: tuple[Filter, ...], given: str | Path | Mapping[str, float] | None) -> Mapping[str, float]:
    """The pass rates by ids; none if no filter compares them. Raises UserError if some lack, or are for nothing."""
    wanted = next((f.text for f in kept if f.name == selection.PASS_RATE), "")
    if bool(wanted) == (given is not None):
        return read_pass_rates(Path(given)) if isinstance(given, str | Path) else checked_rates(given or {})
    if wanted:
        reason = f"is missing; the filter {wanted} needs the pass_rates.jsonl that tvrgen harvest writes"
        raise ArgumentError("pass_rates", None, reason)
    raise ArgumentError("pass_rates", None, "no filter compares them; write a filter such as 'pass_rate<0.7', too")


def _write(dataset: Dataset, form: Format, out: Output, selections: dict[str, Selection], progress: Progress) -> None:
    """Writes the parts that are not finished."""
    planned = [part for split, own in selections.items() for part in parts(split, own.count, form.together(split))]
    out.check_parts(planned)
    progress.expect(sum(part.count for part in planned), sum(part.count for part in planned[: out.parts]))
    left = planned[out.parts :]
    for split in dict.fromkeys(part.split for part in left):
        own = [part for part in left if part.split == split]
        looked = selections[split].positions is not None
        with Reader(dataset, split, looked, scenes=form.scenes) as reader:
            questions = _questions(reader, selections[split], own[0].first)
            for part in own:
                counts = copy.deepcopy(out.counts)
                counted = _counted(form, islice(questions, part.count), counts.setdefault(split, {}), progress)
                size = form.write(part, counted)
                counts[split]["bytes"] = counts[split].get("bytes", 0) + size
                out.commit(counts)


def parts(split: str, count: int, together: int = 1) -> list[Part]:
    """Returns the parts of a split with `count` questions; `together` consecutive questions stay in one part."""
    size = max(1, PART // together) * together
    firsts = range(0, count, size)
    return [Part(split, k, len(firsts), first, min(size, count - first)) for k, first in enumerate(firsts)]


def _questions(reader: SplitReader[Question], chosen: Selection, first: int) -> Iterator[Question]:
    if chosen.positions is None:
        return reader.questions(first)
    return (reader.at(chosen.position(k)) for k in range(first, chosen.count))


def _counted(
    form: Format, questions: Iterable[Question], counts: dict[str, Any], progress: Progress
) -> Iterator[Question]:
    """Yields the questions, and counts each in `counts` and `progress`."""
    for question in questions:
        own = selection.facts(question.line)
        counts["questions"] = counts.get("questions", 0) + 1
        lengths.count(form.texts(question), counts)
        if form.families:
            counts["images"] = max(counts.get("images", 1), len(question.line["images"]))
        for name in (*LABELS, *(["family"] if form.families else [])):
            labels = counts.setdefault(name, {})
            if name == "steps" and "family" in question.line:
                continue  # it is not asked what changed
            for label in set(own[name]):
                labels[str(label)] = labels.get(str(label), 0) + 1
        yield question
        progress.update(1)
