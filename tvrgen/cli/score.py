"""tvrgen score: scores answers to a dataset."""

import argparse
from pathlib import Path

from tvrgen._support.errors import UserError
from tvrgen.cli.common import add_dataset, add_split, add_trust, check_output, file
from tvrgen.cli.progress_bar import Bar
from tvrgen.scoring.options import BASELINES, options_from

HELP = "score answers to a dataset"
DESCRIPTION = (
    'Scores predictions, a file of lines like {"id": "test-000000-left", "response": "..."}: STAR-R1\'s reward and '
    "metrics, TRANCE's outcomes, with intervals of 95 %. See docs/scoring.md."
)
WHEN_STOPPED = "nothing was written"


def arguments(parser: argparse.ArgumentParser) -> None:
    add_dataset(parser)
    answered = parser.add_mutually_exclusive_group(required=True)
    answered.add_argument("predictions", nargs="?", type=file, metavar="PREDICTIONS.jsonl")
    answered.add_argument("--baseline", choices=BASELINES, help="score a baseline instead of predictions")
    add_split(parser, " (default: those that have predictions)")
    parser.add_argument("--untagged", action="store_true", help="accept answers outside <answer>")
    parser.add_argument(
        "--reward",
        action="append",
        default=[],
        metavar="OPTION=VALUE",
        help="reward option, such as partial_costs=true",
    )
    add_trust(parser)
    parser.add_argument("--json", type=file, metavar="FILE", help="write all figures to a file")


def run(options: argparse.Namespace) -> int:
    from tvrgen._support.files import pretty, whole_file
    from tvrgen.scoring import summary

    if options.json:
        if str(options.json) == "-":
            raise UserError("--json -: figures are written to a file; write its name")
        check_output(options.json, "--json", [options.predictions, Path(options.dataset)])
    pairs = [pair.partition("=")[::2] for pair in options.reward]
    rewards = options_from([("untagged", options.untagged), *((name.strip(), value) for name, value in pairs)])
    with Bar("scoring", "questions") as bar:
        figures = summary.score(
            options.dataset,
            options.predictions,
            baseline=options.baseline,
            split=options.split,
            options=rewards,
            progress=bar,
            trust=options.trust,
        )
    if options.json:
        with whole_file(options.json) as out:
            out.write(pretty(figures).decode())
    for line in summary.lines(figures):
        print(line)
    return 0
