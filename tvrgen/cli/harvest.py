"""tvrgen harvest: writes the next round's data from a model's samples."""

import argparse

from tvrgen.cli.common import add_dataset, add_split, add_trust, amount, file, positive, text
from tvrgen.cli.progress_bar import Bar
from tvrgen.harvesting.choice import RANK
from tvrgen.harvesting.thresholds import HARD, MEDIUM

HELP = "write the next round's data from a model's samples"
DESCRIPTION = (
    "Grades a model's samples, and writes the pass rate of each question, right responses for supervised fine-tuning, "
    "questions of medium and of low pass rate for reinforcement learning, and a config that plans new problems like "
    "those that were failed (docs/harvest.md). Stopped or killed, the same command continues."
)
WHEN_STOPPED = "finished parts are kept, and the same command continues from there"


def arguments(parser: argparse.ArgumentParser) -> None:
    add_dataset(parser)
    parser.add_argument("responses", type=file, metavar="RESPONSES", help="JSON lines of id and response, several "
                        "for a question, or of id and responses, a list")  # fmt: skip
    parser.add_argument("--out", required=True, metavar="DIR", help="a folder")
    add_split(parser, " (default: those that have samples, but for test and val)")
    parser.add_argument("--rank", type=positive, default=RANK, metavar="K", help="fine-tune on the K-th longest of a "
                        "question's right responses, or on its shortest (default: %(default)s)")  # fmt: skip
    parser.add_argument("--without", action="append", default=[], metavar="WORDS", help="leaves out responses with "
                        "these words, in any case: --without wait --without 'let me check'")  # fmt: skip
    parser.add_argument("--hard", type=amount, default=HARD, metavar="RATE", help="pass rate below which a question is "
                        "hard (default: %(default)s)")  # fmt: skip
    parser.add_argument("--medium", type=amount, default=MEDIUM, metavar="RATE", help="pass rate below which it is of "
                        "medium difficulty (default: %(default)s)")  # fmt: skip
    parser.add_argument("--unsolved", action="store_true", help="questions that no sample answers right are hard too")
    parser.add_argument("--format", default="trl", metavar="FORMAT", help="of the questions for reinforcement "
                        "learning: one of tvrgen export (default: trl)")  # fmt: skip
    parser.add_argument("--count", type=positive, metavar="N", help="new problems that the config plans (default: as "
                        "many as questions have samples)")  # fmt: skip
    parser.add_argument("--licence", "--license", type=text, default="", metavar="NAME", help="for the READMEs")
    add_trust(parser)


def run(options: argparse.Namespace) -> int:
    from tvrgen.harvesting.run import harvest

    with Bar("harvesting", "questions") as bar:
        lines = harvest(
            options.dataset,
            options.responses,
            options.out,
            split=options.split,
            rank=options.rank,
            without=options.without,
            hard=options.hard,
            medium=options.medium,
            unsolved=options.unsolved,
            rl_format=options.format,
            count=options.count,
            licence=options.licence,
            progress=bar,
            trust=options.trust,
        )
    print(lines)
    return 0
