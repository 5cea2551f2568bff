"""Predictions files for a flat dataset, and what figures say."""

import json

from tvrgen.dataset.reader import open_dataset


def answered(dataset, path, change=lambda k, line: f"<think></think><answer>{line['answer']}</answer>"):
    """A predictions file; None leaves a question out."""
    lines = list(open_dataset(dataset).questions())
    told = [(line["id"], change(k, line)) for k, line in enumerate(lines)]
    path.write_text("".join(json.dumps({"id": i, "response": r}) + "\n" for i, r in told if r is not None))
    return path


def means(figures, table="all", name="all"):
    return {metric: cell["mean"] for metric, cell in figures[table][name].items() if metric not in ("n", "scenes")}
