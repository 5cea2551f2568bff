"""What can be asked of the `tvrgen` command: its arguments, and the help on them."""

import argparse
from pathlib import Path
from typing import NoReturn

from tvrgen import __version__

_EXAMPLES = """\
examples:
  tvrgen generate configs/quickstart.yaml --out demo          8 problems, 32 pictures, 24 questions
  tvrgen generate my.yaml --out data --set render.samples=64  any key of the config, for this run
  tvrgen plan my.yaml --out plan.jsonl --count 1000           the problems alone, in seconds, without Blender
  tvrgen validate demo                                        is every picture, record and answer sound?
  tvrgen stats plan.jsonl --out report                        tables and plots: how balanced is it?
  tvrgen score demo predictions.jsonl                         STAR-R1's reward and metrics, TRANCE's outcomes
  tvrgen export demo trl --out demo-trl                       as a trainer loads it
  tvrgen status demo                                          what is done, what is missing, how fast does it go?
  tvrgen doctor                                               is this machine ready to render?

A config is a YAML file; the shipped ones are {configs}.
Documentation: README.md, docs/.
Exit codes: 0 done, 1 faults were found, 2 a mistake that the message names, 130 Ctrl-C.
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"tvrgen: error: {message}; see {self.prog} --help\n")


class _Once(argparse.Action):
    """An option that can be given once; of two, one would be lost in silence."""

    def __call__(self, parser, options, value, option=None) -> None:
        if getattr(options, self.dest) is not None:
            parser.error(f"{option}: is given twice; write one")
        setattr(options, self.dest, value)


def parser() -> argparse.ArgumentParser:
    from tvrgen.config.loader import shipped
    from tvrgen.export import FORMATS
    from tvrgen.scoring.baselines import NAMES as BASELINES

    form = argparse.RawDescriptionHelpFormatter
    parser = _Parser(
        prog="tvrgen",
        description="Datasets for Transformation-driven Visual Reasoning, from one YAML file.",
        epilog=_EXAMPLES.format(configs=", ".join(f"configs/{name}.yaml" for name in shipped())),
        formatter_class=form,
    )
    parser.add_argument("--version", action="version", version=f"tvrgen {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show tracebacks")
    chosen = argparse.ArgumentParser(add_help=False)
    chosen.add_argument("config", help="a YAML file, or a shipped config")
    chosen.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="overrides a key, e.g. splits.train.count=100"
    )
    chosen.add_argument("--split", action=_Once, help="this split only")
    opened = argparse.ArgumentParser(add_help=False)
    opened.add_argument("dataset", metavar="DIR|URL")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    generate = commands.add_parser(
        "generate",
        parents=[chosen, common],
        help="make a dataset: plan, render, write",
        description="Makes what is missing of a dataset. Stopped or killed, the same command goes on; with larger "
        "counts, it adds to what is there.",
    )
    generate.add_argument("--out", required=True, metavar="DIR|URL", help="a folder, or s3://, gs://, ...")
    generate.add_argument("--redo", nargs="+", default=[], metavar="SHARD", help="make these again: train/shard-00003")
    generate.add_argument("--log-json", action="store_true", help="JSON lines on standard output in place of the bar")
    crew = generate.add_argument_group("workers")
    crew.add_argument("--workers", type=_positive, metavar="N", help="processes; more than 1 uses Ray (default: 1, or "
                      "all that the cluster at --address has room for)")  # fmt: skip
    crew.add_argument("--address", metavar="auto|ray://...", help="a Ray cluster that runs already")
    crew.add_argument("--threads", type=_positive, default=0, metavar="T", help="threads that each renders with")
    crew.add_argument("--cpus-per-worker", type=_amount, default=1, metavar="C", help="default: 1")
    crew.add_argument("--gpus-per-worker", type=_amount, default=0, metavar="G", help="0.5: two workers share a GPU")
    crew.add_argument("--max-retries", type=_natural, default=2, metavar="N", help="of a shard (default: 2)")
    crew.add_argument("--time-limit", type=_positive, default=600, metavar="SECONDS", help="of a shard, at least "
                      "(default: 600; more where its number of images asks for it)")  # fmt: skip
    crew.add_argument("--max-problems-per-worker", type=_positive, default=0, metavar="N", help="then it is replaced")
    crew.add_argument("--max-memory", type=_positive, default=0, metavar="MB", help="of a worker; then it is replaced")
    crew.add_argument("--dashboard", action="store_true", help="Ray's, on this machine")
    goes_on = "what was finished is kept, and the same command goes on from there"
    generate.set_defaults(command="generate", when_stopped=goes_on)

    plan = commands.add_parser(
        "plan",
        parents=[chosen, common],
        help="write scene lines without rendering",
        description="Writes the scene lines that generate would write, visibility included, or the question lines. "
        "Needs no Blender.",
    )
    plan.add_argument("--out", required=True, metavar="FILE", help="a JSONL file; - for standard output")
    plan.add_argument("--questions", action="store_true", help="question lines: prompts, answers, rationales")
    plan.add_argument("--count", type=_positive, metavar="N", help="so many problems (default: all)")
    plan.add_argument("--workers", type=_positive, default=1, metavar="N", help="processes (default: 1)")
    plan.add_argument("--start", type=_natural, default=0, metavar="I", help="from this problem on (default: 0)")
    plan.set_defaults(command="plan", when_stopped="nothing was written")

    validate = commands.add_parser(
        "validate",
        parents=[opened, common],
        help="check a dataset",
        description="Names every fault of a dataset; exits 1 if any.",
    )
    validate.set_defaults(command="validate", when_stopped="not all was looked at")

    stats = commands.add_parser(
        "stats",
        parents=[common],
        help="show how balanced a dataset is",
        description="Writes tables and plots of a dataset or a plan: statistics.json, PNG files, index.html.",
    )
    stats.add_argument("source", metavar="DIR|URL|PLAN.jsonl")
    stats.add_argument("--out", required=True, type=Path, metavar="DIR", help="the report's folder")
    stats.set_defaults(command="stats", when_stopped="nothing was written")

    export = commands.add_parser(
        "export",
        parents=[opened, common],
        help="write a dataset as a trainer or evaluator loads it",
        description="Writes a dataset in the form that a trainer or evaluator loads, with a README that says how "
        "(docs/formats.md). Stopped or killed, the same command goes on.",
    )
    export.add_argument("format", metavar="FORMAT", help=", ".join(FORMATS))
    export.add_argument("--out", required=True, metavar="DIR", help="a folder")
    export.add_argument("--split", action=_Once, help="this split only")
    export.add_argument("--order", metavar="difficulty", help="easiest first (default: as they lie)")
    export.add_argument(
        "--filter", action="append", default=[], metavar="EXPR", help="keeps these questions only: difficulty<0.5, "
        "steps>=2, objects<=6, view=left,right, kind!=position; all must hold")  # fmt: skip
    export.add_argument("--licence", "--license", default="", metavar="NAME", help="for the README, such as cc-by-4.0")
    export.set_defaults(command="export", when_stopped=goes_on)

    status = commands.add_parser(
        "status",
        parents=[opened, common],
        help="how far a dataset is",
        description="What is done, missing and given up, and how fast it goes, while a run goes on or after it.",
    )
    status.set_defaults(command="status", when_stopped="not all was looked at")

    score = commands.add_parser(
        "score",
        parents=[opened, common],
        help="score answers to a dataset",
        description='Scores predictions, a file of lines like {"id": "test-000000-left", "response": "..."}:  '
        "STAR-R1's reward and metrics, TRANCE's outcomes, with intervals of 95 %. See docs/scoring.md.",
    )
    answered = score.add_mutually_exclusive_group(required=True)
    answered.add_argument("predictions", nargs="?", type=_file, metavar="PREDICTIONS.jsonl")
    answered.add_argument("--baseline", choices=BASELINES, help="in place of them")
    score.add_argument("--split", action=_Once, help="this split only (default: those that have predictions)")
    score.add_argument("--untagged", action="store_true", help="an answer that stands in no <answer> counts, too")
    score.add_argument(
        "--reward", action="append", default=[], metavar="OPTION=VALUE", help="such as partial_costs=true"
    )
    score.add_argument("--json", type=_file, metavar="FILE", help="write all figures into a file")
    score.set_defaults(command="score", when_stopped="nothing was written")

    doctor = commands.add_parser(
        "doctor", parents=[common], help="check this machine", description="Looks at all that rendering needs."
    )
    doctor.set_defaults(command="doctor", when_stopped="not all was looked at")
    return parser


def _file(text: str) -> Path:
    if "://" in text:
        raise argparse.ArgumentTypeError(f"{text}: write a file of this machine")
    return Path(text)


def _positive(text: str) -> int:
    return _whole(text, 1)


def _natural(text: str) -> int:
    return _whole(text, 0)


def _amount(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r}: write a number of at least 0")
    return number


def _whole(text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(f"{text!r}: write a whole number of at least {least}")
    return number
