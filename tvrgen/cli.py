"""The `tvrgen` command."""

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn

from tvrgen import __version__
from tvrgen.bar import Bar
from tvrgen.errors import UserError

_EXAMPLES = """\
examples:
  tvrgen generate configs/quickstart.yaml --out demo          8 problems, 32 pictures, 24 questions
  tvrgen generate my.yaml --out data --set render.samples=64  any key of the config, for this run
  tvrgen plan my.yaml --out plan.jsonl --count 1000           the problems alone, in seconds, without Blender
  tvrgen validate demo                                        is every picture, record and answer sound?
  tvrgen stats plan.jsonl --out report                        tables and plots: how balanced is it?
  tvrgen export demo trl --out demo-trl                       as a trainer loads it
  tvrgen status demo                                          what is done, what is missing, how fast does it go?
  tvrgen doctor                                               is this machine ready to render?

A config is a YAML file; the shipped ones are {configs}.
Documentation: README.md, docs/.
Exit codes: 0 done, 1 faults were found, 2 a mistake that the message names, 130 Ctrl-C.
"""


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print(f"tvrgen: stopped; {options.when_stopped}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output is gone
        return 141
    except (UserError, OSError, ModuleNotFoundError) as error:
        if options.debug:
            raise
        print(f"tvrgen: error: {_line(error)}", file=sys.stderr)
        return 2


def _line(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        extra = _EXTRAS.get(error.name or "", "render")
        return f"{error.name} is not installed; pip install 'tvrgen[{extra}]'"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())


_EXTRAS = {"trimesh": "plan", "embreex": "plan", "matplotlib": "stats", "pyarrow": "export", "h5py": "export"}


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"tvrgen: error: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    from tvrgen.config import shipped
    from tvrgen.export import FORMATS

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
    chosen.add_argument("--split", help="this split only")
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
    generate.set_defaults(
        run=_generate, when_stopped="what was finished is kept, and the same command goes on from there"
    )

    plan = commands.add_parser(
        "plan",
        parents=[chosen, common],
        help="write scene lines without rendering",
        description="Writes the scene lines that generate would write, visibility included. Needs no Blender.",
    )
    plan.add_argument("--out", required=True, metavar="FILE", help="a JSONL file; - for standard output")
    plan.add_argument("--count", type=_positive, metavar="N", help="so many problems (default: all)")
    plan.add_argument("--workers", type=_positive, default=1, metavar="N", help="processes (default: 1)")
    plan.add_argument("--start", type=_natural, default=0, metavar="I", help="from this problem on (default: 0)")
    plan.set_defaults(run=_plan, when_stopped="nothing was written")

    validate = commands.add_parser(
        "validate",
        parents=[common],
        help="check a dataset",
        description="Names every fault of a dataset; exits 1 if any.",
    )
    validate.add_argument("dataset", metavar="DIR|URL")
    validate.set_defaults(run=_validate, when_stopped="not all was looked at")

    stats = commands.add_parser(
        "stats",
        parents=[common],
        help="show how balanced a dataset is",
        description="Writes tables and plots of a dataset or a plan: statistics.json, PNG files, index.html.",
    )
    stats.add_argument("source", metavar="DIR|URL|PLAN.jsonl")
    stats.add_argument("--out", required=True, type=Path, metavar="DIR", help="the report's folder")
    stats.set_defaults(run=_stats, when_stopped="nothing was written")

    export = commands.add_parser(
        "export",
        parents=[common],
        help="write a dataset as a trainer or evaluator loads it",
        description="Writes a dataset in the form that a trainer or evaluator loads, with a README that says how "
        "(docs/formats.md). Stopped or killed, the same command goes on.",
    )
    export.add_argument("dataset", metavar="DIR|URL")
    export.add_argument("format", metavar="FORMAT", help=", ".join(FORMATS))
    export.add_argument("--out", required=True, metavar="DIR", help="a folder")
    export.add_argument("--split", help="this split only")
    export.add_argument("--order", metavar="difficulty", help="easiest first (default: as they lie)")
    export.add_argument(
        "--filter", action="append", default=[], metavar="EXPR", help="keeps these questions only: difficulty<0.5, "
        "steps>=2, objects<=6, view=left,right, kind!=position; all must hold")  # fmt: skip
    export.add_argument("--licence", default="", metavar="NAME", help="for the README, such as cc-by-4.0")
    export.set_defaults(run=_export, when_stopped="what was finished is kept, and the same command goes on from there")

    status = commands.add_parser(
        "status",
        parents=[common],
        help="how far a dataset is",
        description="What is done, missing and given up, and how fast it goes, while a run goes on or after it.",
    )
    status.add_argument("dataset", metavar="DIR|URL")
    status.set_defaults(run=_status, when_stopped="not all was looked at")

    doctor = commands.add_parser(
        "doctor", parents=[common], help="check this machine", description="Looks at all that rendering needs."
    )
    doctor.set_defaults(run=_doctor, when_stopped="not all was looked at")
    return parser


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


def _generate(options: argparse.Namespace) -> int:
    from tvrgen import config, driver, generation, interrupt

    interrupt.stop_on_sigterm()
    settings = config.load(options.config, tuple(options.set))
    plan = generation.Plan(
        splits=tuple([settings.split(options.split).name] if options.split else settings.splits),
        redo=tuple(options.redo),
        limits=driver.Limits(tries=options.max_retries + 1, seconds=options.time_limit),
        force=_workforce(options),
        threads=options.threads,
    )
    say = (lambda line: print(line, flush=True)) if options.log_json else None
    with Bar("rendering", "images", hidden=options.log_json) as bar:
        outcome = generation.generate(settings, options.out, plan, bar, say)
    for failed in outcome.given_up:
        print(f"tvrgen: given up: {failed.task.shard.path}: {failed.reason}", file=sys.stderr)
    if not options.log_json:
        print(outcome.sentence)
    return 1 if outcome.given_up else 0


def _workforce(options: argparse.Namespace):
    """Ray's workers, or nothing where one process of this machine is asked for."""
    from tvrgen.cluster import Workforce

    if options.address is None and (options.workers or 1) == 1 and not options.gpus_per_worker:
        return None
    if not options.cpus_per_worker and not options.gpus_per_worker:
        raise UserError("--cpus-per-worker 0: Ray would start workers without end; write 1")
    return Workforce(
        workers=options.workers if options.address else options.workers or 1,
        address=options.address,
        cpus=options.cpus_per_worker,
        gpus=options.gpus_per_worker,
        threads=options.threads,
        max_problems=options.max_problems_per_worker,
        max_memory=options.max_memory,
        dashboard=options.dashboard,
    )


def _plan(options: argparse.Namespace) -> int:
    from tvrgen import config, design, planning

    settings = config.load(options.config, tuple(options.set))
    splits = [settings.split(options.split)] if options.split else list(settings.splits.values())
    ranges = []
    for split in splits:
        design.check(settings, split)
        if options.start >= split.count:
            raise UserError(
                f"--start {options.start}: split {split.name} has {split.count} problems; write less than that"
            )
        stop = min(split.count, options.start + (options.count or split.count))
        ranges.append((split.name, options.start, stop))
    total = sum(stop - start for _, start, stop in ranges)
    with _output(options.out) as file, Bar("planning", "problems", total, hidden=options.out == "-") as bar:
        for line in planning.lines(settings, ranges, options.workers):
            file.write(line + "\n")
            bar.update(1)
    if options.out != "-":
        print(f"{options.out}: {total} problems")
    return 0


def _output(name: str):
    from tvrgen.store import whole_file

    if not name:
        raise UserError("--out '': write a file's name, or - for standard output")
    return nullcontext(sys.stdout) if name == "-" else whole_file(Path(name))


def _validate(options: argparse.Namespace) -> int:
    from tvrgen import dataset, validate

    count = 0
    for fault in validate.faults(options.dataset):
        print(fault)
        count += 1
    splits = dataset.open_dataset(options.dataset).description["splits"]
    questions = sum(s["questions"] for s in splits.values())
    print(f"{options.dataset}: {f'{count} faults' if count else 'sound'}, {questions} questions in {', '.join(splits)}")
    return 1 if count else 0


def _stats(options: argparse.Namespace) -> int:
    from tvrgen import dataset, records
    from tvrgen.report.page import write_report

    source = options.source
    if "://" in source or Path(source).is_dir():
        lines = dataset.open_dataset(source).scenes()
    else:
        lines = records.read(Path(source))
    for sentence in write_report(lines, options.out, source):
        print(sentence)
    print(f"{options.out}: look at {options.out / 'index.html'}")
    return 0


def _export(options: argparse.Namespace) -> int:
    from tvrgen.export.run import export

    sentence = export(
        options.dataset,
        options.format,
        options.out,
        split=options.split,
        filters=options.filter,
        order=options.order,
        licence=options.licence,
        bar=Bar("exporting", "questions"),
    )
    print(sentence)
    return 0


def _status(options: argparse.Namespace) -> int:
    from tvrgen import places, status

    for sentence in status.lines(places.at(options.dataset)):
        print(sentence)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from tvrgen import doctor

    ready = True
    for fine, line in doctor.examine():
        print(f"{'ok  ' if fine else 'FAIL'}  {line}", flush=True)
        ready &= fine
    return 0 if ready else 1


if __name__ == "__main__":
    sys.exit(main())
