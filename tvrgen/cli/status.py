"""tvrgen status: how much of a dataset is done, missing and given up."""

import argparse

from tvrgen.cli.common import add_dataset

HELP = "show the progress of a dataset"
DESCRIPTION = (
    "Shows how many problems and shards are done, missing and given up, and the rate of the run; during a run or later."
)
WHEN_STOPPED = "the status is incomplete"


def arguments(parser: argparse.ArgumentParser) -> None:
    add_dataset(parser)


def run(options: argparse.Namespace) -> int:
    from tvrgen.generation.status import status

    print(status(options.dataset))
    return 0
