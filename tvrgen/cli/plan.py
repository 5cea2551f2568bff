"""tvrgen plan: writes scene lines or question lines without rendering."""

import argparse
import io
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TextIO

from tvrgen._support.errors import UserError
from tvrgen._support.files import whole_file
from tvrgen._support.messages import counted
from tvrgen.cli.common import add_config, add_trust, check_output, natural, positive
from tvrgen.cli.progress_bar import Bar

HELP = "write scene lines without rendering"
DESCRIPTION = (
    "Writes the scene lines that generate would write, visibility included, or the question lines. Needs no Blender."
)
WHEN_STOPPED = "nothing was written"


def arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--out", required=True, metavar="FILE", help="a JSONL file; - for standard output")
    parser.add_argument("--questions", action="store_true", help="question lines: prompts, answers, rationales")
    parser.add_argument("--count", type=positive, metavar="N", help="the number of problems (default: all)")
    parser.add_argument("--workers", type=positive, default=1, metavar="N", help="processes (default: 1)")
    add_trust(parser)
    parser.add_argument("--start", type=natural, default=0, metavar="I", help="index of the first problem (default: 0)")


def run(options: argparse.Namespace) -> int:
    from tvrgen.config.loader import load
    from tvrgen.config.overrides import assignments
    from tvrgen.generation import planning

    config = load(options.config, assignments(options.set), options.trust)
    ranges = planning.ranges(config, options.split, options.start, options.count)
    total = sum(stop - start for _, start, stop in ranges)
    kind = "question" if options.questions else "scene"
    to_stdout = options.out == "-"
    with (
        _output(options.out, options.config) as file,
        Bar("planning", "problems", total, hidden=to_stdout) as bar,
    ):
        for line in planning.record_lines(config, ranges, options.workers, kind):
            file.write(line + "\n")
            bar.update(1)
    if not to_stdout:
        print(f"{options.out}: {counted(total, 'problem')}")
    return 0


def _output(name: str, config: str) -> AbstractContextManager[TextIO]:
    """Opens the file to write, or standard output for "-"."""
    if not name:
        raise UserError("--out '': write a file's name, or - for standard output")
    if name == "-":
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(
                encoding="utf-8", errors="strict"
            )  # JSON is UTF-8, whatever the locale's encoding is
        return nullcontext(sys.stdout)
    check_output(Path(name), "--out", [Path(config)])
    return whole_file(Path(name))
