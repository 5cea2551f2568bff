"""tvrgen status: how much of a dataset is done, missing and given up."""

import argparse

from tvrgen.cli.common import add_dataset

HELP = "how far a dataset is"
DESCRIPTION = (
    "Shows which problems and shards are done, missing and given up, and how fast a run is: during a run or later."
)
WHEN_STOPPED = "not everything was looked at"


def arguments(parser: argparse.ArgumentParser) -> None:
    add_dataset(parser)


def run(options: argparse.Namespace) -> int:
    from tvrgen.generation.status import status

    print(status(options.dataset))
    return 0
