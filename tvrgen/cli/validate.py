"""tvrgen validate: names every fault of a dataset."""

import argparse

from tvrgen._support.messages import counted
from tvrgen.cli.common import add_dataset, add_trust

HELP = "check a dataset"
DESCRIPTION = "Names every fault of a dataset; exits 1 if any."
WHEN_STOPPED = "not everything was checked"


def arguments(parser: argparse.ArgumentParser) -> None:
    add_dataset(parser)
    add_trust(parser)


def run(options: argparse.Namespace) -> int:
    from tvrgen.dataset.reader import open_dataset
    from tvrgen.dataset.validation.files import validate

    faults = validate(options.dataset, report=print, trust=options.trust)
    splits = open_dataset(options.dataset).description["splits"]
    questions = sum(split["questions"] for split in splits.values())
    verdict = counted(len(faults), "fault") if faults else "sound"
    print(f"{options.dataset}: {verdict}, {counted(questions, 'question')} in {', '.join(splits)}")
    return 1 if faults else 0
