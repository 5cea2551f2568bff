"""tvrgen generate: makes a dataset."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from tvrgen._support import interrupts
from tvrgen._support.messages import printable
from tvrgen.cli.common import add_config, add_trust, amount, natural, or_auto, positive
from tvrgen.cli.progress_bar import Bar
from tvrgen.cli.streams import Lenient

HELP = "make a dataset: plan, render, write"
DESCRIPTION = (
    "Makes the missing shards of a dataset. Stopped or killed, the same command continues; with larger counts, it adds "
    "problems to the dataset."
)
WHEN_STOPPED = "finished shards are kept, and the same command continues from there"


def arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--out", required=True, metavar="DIR|URL", help="output: a folder, or s3://, gs://, ...")
    parser.add_argument("--redo", nargs="+", default=[], metavar="SHARD", help="make again: train/shard-00003")
    add_trust(parser)
    parser.add_argument("--log-json", action="store_true", help="print JSON lines instead of the progress bar")
    _worker_arguments(parser.add_argument_group("workers"))


def _worker_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--workers", type=or_auto(positive), metavar="auto|N", help="number of workers; 1: this "
                       "process (default: auto, chosen from this machine's NVIDIA GPUs, or as many as fit on the "
                       "cluster at --address; 1 on a machine without them)")  # fmt: skip
    group.add_argument("--address", metavar="auto|ray://...", help="a running Ray cluster")
    group.add_argument("--threads", type=positive, default=0, metavar="T", help="render threads of a worker")
    group.add_argument("--cpus-per-worker", type=amount, default=1, metavar="C", help="CPUs that Ray reserves "
                       "for each worker (default: 1)")  # fmt: skip
    group.add_argument("--gpus-per-worker", type=or_auto(amount), metavar="auto|G", help="GPUs that Ray "
                       "reserves for each worker; 0.5: two workers share one (default: auto, chosen from the GPUs of "
                       "each node)")  # fmt: skip
    group.add_argument("--max-retries", type=natural, default=2, metavar="N", help="more tries of a shard (default: 2)")
    group.add_argument("--time-limit", type=positive, default=600, metavar="SECONDS", help="limit of a shard "
                       "(default: 600; more for shards with many images)")  # fmt: skip
    group.add_argument("--max-problems-per-worker", type=positive, default=0, metavar="N",
                       help="replace workers after N")  # fmt: skip
    group.add_argument("--max-memory", type=positive, default=0, metavar="MB", help="replace workers that use more")
    group.add_argument("--dashboard", action="store_true", help="serve Ray's dashboard")


def run(options: argparse.Namespace) -> int:
    from tvrgen.config.loader import load
    from tvrgen.config.overrides import assignments
    from tvrgen.generation.run import generate

    said = Lenient(sys.stdout)  # a full disk that takes no more of the events takes images all the same
    with _empty_if_stopped(options), interrupts.sigterm_as_interrupt(), Bar("rendering", "images") as bar:
        outcome = generate(
            load(options.config, assignments(options.set), options.trust),
            options.out,
            splits=options.split,
            redo=options.redo,
            workers=options.workers,
            address=options.address,
            threads=options.threads,
            cpus_per_worker=options.cpus_per_worker,
            gpus_per_worker=options.gpus_per_worker,
            max_retries=options.max_retries,
            time_limit=options.time_limit,
            max_problems_per_worker=options.max_problems_per_worker,
            max_memory=options.max_memory,
            dashboard=options.dashboard,
            progress=None if options.log_json else bar,
            on_event=(lambda line: print(line, file=said, flush=True)) if options.log_json else None,
        )
    for failed in outcome.given_up:
        print(f"tvrgen: given up: {failed.task.shard.path}: {printable(failed.reason)}", file=sys.stderr)
    if not options.log_json:
        print(outcome, file=said, flush=True)
    return 1 if outcome.given_up else 0


@contextlib.contextmanager
def _empty_if_stopped(options: argparse.Namespace) -> Iterator[None]:
    """Corrects the message after Ctrl-C if no shard was finished, so that the run removed what it had made."""
    from tvrgen.dataset.storage.folder import Folder

    try:
        yield
    except KeyboardInterrupt:
        if "://" not in options.out and not Folder(Path(options.out)).shards():
            options.when_stopped = "no shard was finished, and what the run had written is removed"
        raise
