"""tvrgen export: writes a dataset as a trainer or evaluator loads it."""

import argparse

from tvrgen.cli.common import add_dataset, add_split, add_trust, file, text
from tvrgen.cli.progress_bar import Bar
from tvrgen.export import FORMATS

HELP = "write a dataset as a trainer or evaluator loads it"
DESCRIPTION = (
    "Writes a dataset in the form that a trainer or evaluator loads, with a README that says how (docs/formats.md). "
    "Stopped or killed, the same command continues."
)
WHEN_STOPPED = "finished parts are kept, and the same command continues from there"


def arguments(parser: argparse.ArgumentParser) -> None:
    add_dataset(parser)
    parser.add_argument("format", metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument("--out", required=True, metavar="DIR", help="a folder")
    add_split(parser)
    parser.add_argument("--order", metavar="difficulty", help="easiest first (default: as in the dataset)")
    parser.add_argument(
        "--filter", action="append", default=[], metavar="EXPR", help="keeps these questions only: difficulty<0.5, "
        "steps>=2, objects<=6, view=left,right, kind!=position; all must hold")  # fmt: skip
    parser.add_argument("--pass-rates", type=file, metavar="FILE", help="pass_rates.jsonl of tvrgen harvest, which "
        "--filter 'pass_rate<0.7' compares")  # fmt: skip
    parser.add_argument(
        "--licence", "--license", type=text, default="", metavar="NAME", help="for the README, such as cc-by-4.0"
    )
    add_trust(parser)


def run(options: argparse.Namespace) -> int:
    from tvrgen.export.run import export

    with Bar("exporting", "questions") as bar:
        sentence = export(
            options.dataset,
            options.format,
            options.out,
            split=options.split,
            filters=options.filter,
            order=options.order,
            licence=options.licence,
            pass_rates=options.pass_rates,
            trust=options.trust,
            progress=bar,
        )
    print(sentence)
    return 0
