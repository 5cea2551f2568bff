"""Sound datasets to damage, and the commands that read datasets."""

import json
from pathlib import Path

from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen.cli.main import main
from tvrgen.export import FORMATS
from tvrgen.sampling.sampler import plan_problem

FORMS = ("files", "webdataset")
"""Shard formats; a dataset's folder has the name of its own."""

COMMANDS = {
    "status": ["status", "{dataset}"],
    "validate": ["validate", "{dataset}"],
    "stats": ["stats", "{dataset}", "--out", "{out}"],
    "baseline": ["score", "{dataset}", "--baseline", "oracle", "--json", "{out}"],
    "predictions": ["score", "{dataset}", "{predictions}"],
    "harvest": ["harvest", "{dataset}", "{predictions}", "--out", "{out}"],
    "plan": ["plan", "{dataset}/config.json", "--count", "1", "--out", "{out}"],
    **{f"export {name}": ["export", "{dataset}", name, "--out", "{out}"] for name in FORMATS},
}
"""Commands that read a dataset."""

_REFUSED = tuple(
    f"export {name}"
    for name in (
        "reason-rft", "openvlthinker", "observe-r1", "svqa-r1", "vision-zero", "video-r1", "spacer", "seed-bench-r1",
        "vad-r1",
    )
)  # fmt: skip
"""Commands that may refuse these datasets: moves, several changes, other views, questions what changed, and those
without twins or clips are not for them."""


def make(folder: Path) -> None:
    """Makes a dataset of each format, and predictions. Every command runs over one, so that all modules are loaded."""
    for form in FORMS:
        config = load("splits.train.count=2", "sampling.objects=10", f"output.format={form}", "question.rationale=full")
        generate_flat(folder / form, config, FlatRenderer(), lambda c, split, index: plan_problem(c, split.name, index))
    response = {"id": "train-000000-left", "response": "<answer>0.color.blue</answer>"}
    (folder / "predictions.jsonl").write_text(json.dumps(response))
    for k, name in enumerate(COMMANDS):
        code = run(name, folder / "files", folder / f"out-{k}", folder)
        assert code == 0 or name in _REFUSED, name


def run(name: str, dataset: Path, out: Path, folder: Path) -> int:
    """Runs a command in this process; returns its exit code. `folder` holds the predictions."""
    predictions = folder / "predictions.jsonl"
    return main([part.format(dataset=dataset, out=out, predictions=predictions) for part in COMMANDS[name]])
