"""Counts of questions: how many there are of each family, their levels, and the right letters of choices."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from tvrgen._support.messages import printable
from tvrgen.dataset.report.statistics import Table
from tvrgen.questions.registry import CHANGES

_MOST = 200
"""Labels of a table, at most: of more, the most frequent ones, since a plot has a row for each."""


class Asked:
    """Counts of the question lines that pass through `watched`, by table, split and label.

    The tables are `family`, and of each family `level.NAME` (what is dealt evenly) and `letter.NAME`. There are none of
    a dataset of the family `changes` alone. Memory grows with the number of different values.
    """

    def __init__(self) -> None:
        self._counts: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def watched(self, questions: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yields the question lines, and counts each."""
        for line in questions:
            family, split = line.get("family", CHANGES), line["split"]
            self._counts["family"][split][family] += 1
            if "level" in line:
                self._counts[f"level.{family}"][split][printable(line["level"])] += 1
            if line["answer_form"] == "choice":
                self._counts[f"letter.{family}"][split][line["answer"]] += 1
            yield line

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Yields the tables by name, each with all splits."""
        if not any(own.keys() - {CHANGES} for own in self._counts["family"].values()):
            return
        splits = sorted(self._counts["family"])
        for name in sorted(self._counts, key=lambda name: (name != "family", name)):
            what, _, family = name.partition(".")
            title = {"family": "families", "level": f"levels of {family}", "letter": f"right letters of {family}"}[what]
            unit = f"questions of {family}" if family else "questions"
            if what == "letter":
                unit = f"choices of {family}"
            totals: Counter[str] = sum(self._counts[name].values(), Counter())
            labels = sorted(label for label, _ in totals.most_common(_MOST))
            counts = {s: {label: self._counts[name][s][label] for label in labels} for s in splits}
            yield name, Table(title, unit, None, counts)
