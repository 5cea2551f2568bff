"""tvrgen status: how much of a dataset is done, missing and given up."""

import argparse

from tvrgen.cli.common import add_dataset

HELP = "how far a dataset is"
DESCRIPTION = "What is done, missing and given up, and how fast it goes, while a run goes on or after it."
WHEN_STOPPED = "not all was looked at"


def arguments(parser: argparse.ArgumentParser) -> None:
    add_dataset(parser)


def run(options: argparse.Namespace) -> int:
    from tvrgen.generation.status import status

    print(status(options.dataset))
    return 0
