"""tvrgen stats: shows how balanced a dataset or a plan is."""

import argparse
from pathlib import Path

HELP = "show how balanced a dataset is"
DESCRIPTION = "Writes tables and plots of a dataset or a plan: statistics.json, PNG files, index.html."
WHEN_STOPPED = "nothing was written"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="DIR|URL|PLAN.jsonl")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the report's folder")


def run(options: argparse.Namespace) -> int:
    from tvrgen._support import json_lines
    from tvrgen.dataset.reader import open_dataset
    from tvrgen.dataset.report.page import write_report

    source = options.source
    if "://" in source or Path(source).is_dir():
        dataset = open_dataset(source)
        sentences = write_report(dataset.scenes(), options.out, source, dataset.questions())
    else:
        sentences = write_report(json_lines.read(Path(source)), options.out, source, ())
    for sentence in sentences:
        print(sentence)
    print(f"{options.out}: look at {options.out / 'index.html'}")
    return 0
