"""tvrgen doctor: checks whether this machine can render."""

import argparse

HELP = "check this machine"
DESCRIPTION = "Checks everything that rendering needs."
WHEN_STOPPED = "not everything was checked"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds nothing: the command has no arguments."""


def run(options: argparse.Namespace) -> int:
    from tvrgen.generation import doctor

    ready = True
    for fine, line in doctor.examine():
        print(f"{'ok  ' if fine else 'FAIL'}  {line}", flush=True)
        ready &= fine
    return 0 if ready else 1
