"""The `tvrgen` command: parser, exit codes, messages, Ctrl-C."""

import argparse
import contextlib
import io
import logging
import sys
from collections.abc import Iterator

from tvrgen import __version__
from tvrgen._support import resources
from tvrgen._support.errors import UserError
from tvrgen._support.messages import printable
from tvrgen.cli import (
    check,
    doctor,
    export,
    generate,
    harvest,
    kernels,
    plan,
    score,
    stats,
    status,
    validate,
    vocabulary,
)
from tvrgen.cli import list as list_
from tvrgen.cli.common import Command, Parser, one_line
from tvrgen.cli.streams import lenient_errors

COMMANDS: tuple[Command, ...] = (
    generate,
    plan,
    check,
    validate,
    stats,
    export,
    status,
    score,
    harvest,
    list_,
    vocabulary,
    doctor,
    kernels,
)
"""Subcommands in the order of the help."""

_EXAMPLES = """\
examples:
  tvrgen generate configs/quickstart.yaml --out demo          8 problems, 32 images, 24 questions
  tvrgen generate my.yaml --out data --set render.samples=64  any key of the config, for this run
  tvrgen plan my.yaml --out plan.jsonl --count 1000           the problems alone, in seconds, without Blender
  tvrgen check swapping:Swap                                  does my kind of change keep every promise?
  tvrgen validate demo                                        is every image, record and answer sound?
  tvrgen stats plan.jsonl --out report                        tables and plots: how balanced is it?
  tvrgen score demo predictions.jsonl                         STAR-R1's reward and metrics, TRANCE's outcomes
  tvrgen harvest demo samples.jsonl --out round2              a model's samples: what to train on next
  tvrgen export demo trl --out demo-trl                       as a trainer loads it
  tvrgen status demo                                          problems and shards that are done or missing, and the rate
  tvrgen list kinds                                           kinds of change, and how an answer writes them
  tvrgen vocabulary my.yaml --out sheet.png                   every look on one sheet: can they be told apart?
  tvrgen doctor                                               can this machine render?
  tvrgen kernels --arch sm_90                                 compiles Blender's kernel for H100 and H200

A config is a YAML file; the shipped ones are {configs}.
Documentation: README.md, docs/.
Exit codes: 0 done, 1 faults were found, 2 a mistake that the message names, 70 a fault of tvrgen, 130 Ctrl-C.
"""


def main(given: list[str] | None = None) -> int:
    """Runs the command with the arguments `given` (default: those of the process); returns its exit code."""
    _escape_unknown_characters()
    options = argparse.Namespace(when_stopped="nothing was done", debug=False)
    with lenient_errors(), _log_on_stderr():
        try:
            _, unknown = parser().parse_known_args(given, options)
            if unknown:
                options.parser.error(f"unknown arguments: {' '.join(unknown)}")
            code: int = options.run(options)
            return code
        except KeyboardInterrupt:
            print(f"tvrgen: stopped; {options.when_stopped}", file=sys.stderr)
            return 130
        except BrokenPipeError:
            sys.stderr.close()  # the reader of our output has closed the pipe
            return 141
        except (UserError, OSError, ModuleNotFoundError, UnicodeEncodeError) as error:
            if options.debug:
                raise
            print(f"tvrgen: error: {one_line(error)}", file=sys.stderr)
            return 2
        except Exception as error:  # a fault of tvrgen's own
            if options.debug:
                raise
            what = one_line(UserError(f"{type(error).__name__}: {error}"))
            print(
                f"tvrgen: internal error: {what}; --debug shows where; docs/security.md says how to report it",
                file=sys.stderr,
            )
            return 70


def parser() -> argparse.ArgumentParser:
    """Returns the parser of all subcommands; a parsed command's handler is `options.run`."""
    top = Parser(
        prog="tvrgen",
        description="Datasets for Transformation-driven Visual Reasoning, from one YAML file.",
        epilog=_EXAMPLES.format(configs=", ".join(f"configs/{name}.yaml" for name in resources.shipped_configs())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"tvrgen {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        own = commands.add_parser(name, help=command.HELP, description=command.DESCRIPTION)
        command.arguments(own)
        own.add_argument("--debug", action="store_true", help="show tracebacks")
        own.set_defaults(parser=own, run=command.run, when_stopped=command.WHEN_STOPPED)
    return top


def _escape_unknown_characters() -> None:
    """Escapes characters that standard output cannot show, since the locale's encoding lacks them, as errors does."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


class _InOneLine(logging.Formatter):
    """Formatter of messages that may quote files, in a line each."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


@contextlib.contextmanager
def _log_on_stderr() -> Iterator[None]:
    """Prints the package's log on standard error, as "tvrgen: message", until the block ends."""
    logger, handler = logging.getLogger("tvrgen"), logging.StreamHandler()
    handler.setFormatter(_InOneLine("tvrgen: %(message)s"))
    propagate, logger.propagate = logger.propagate, False
    level = logger.level
    logger.setLevel(logging.INFO)  # one line says which workers were chosen
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
        logger.setLevel(level)


if __name__ == "__main__":
    sys.exit(main())
