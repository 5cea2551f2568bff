"""Lengths of prompts, answers and rationales, and difficulties of questions."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

Lengths = dict[str, dict[str, dict[str, float]]]
"""Text -> split -> {"least", "median", "mean", "most"}, in words; `difficulty` is in [0, 1]."""

TEXTS = ("question", "answer", "rationale")


def lengths(questions: Iterable[dict[str, Any]]) -> Lengths:
    """Returns the lengths of question lines, which are read once and counted, so memory does not grow with them."""
    counts: defaultdict[str, defaultdict[str, Counter]] = defaultdict(lambda: defaultdict(Counter))
    for line in questions:
        texts = {name: line[name] for name in TEXTS if name in line}
        if "rationale" in texts:
            texts["rationale"] = " ".join(sentence["text"] for sentence in texts["rationale"])
        for name, text in texts.items():
            counts[name][line["split"]][len(text.split())] += 1
        counts["difficulty"][line["split"]][round(line["difficulty"]["score"], 2)] += 1
    return {name: {split: _summary(own) for split, own in splits.items()} for name, splits in counts.items()}


def _summary(counts: Counter) -> dict[str, float]:
    total, passed = counts.total(), 0
    for median in sorted(counts):
        passed += counts[median]
        if 2 * passed >= total:
            break
    mean = sum(value * count for value, count in counts.items()) / total
    return {"least": min(counts), "median": median, "mean": round(mean, 3), "most": max(counts)}
